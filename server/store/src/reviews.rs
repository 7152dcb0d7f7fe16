//! What is written after a call.

use model::{CallId, Insights, Metrics, OrganizationId};
use sqlx::types::Json;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    SAVE_REVIEW = "
        INSERT INTO reviews (organization_id, call_id, insights, metrics) VALUES ($1, $2, $3, $4)
        ON CONFLICT (call_id) DO UPDATE SET insights = excluded.insights, metrics = excluded.metrics
        WHERE reviews.organization_id = excluded.organization_id";
    REVIEW = "SELECT insights, metrics FROM reviews WHERE organization_id = $1 AND call_id = $2";
}

/// Keeps a call's review; a newer one takes the older's place.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the call is gone or of another organization.
pub async fn save(tx: &mut Tx, organization: OrganizationId, call: CallId, insights: &Insights, metrics: &Metrics) -> Result<()> {
    query!(within tx, execute, SAVE_REVIEW, organization, call, Json(insights), Json(metrics))?;
    Ok(())
}

/// A call's review, as this transaction sees it. [`crate::calls::lock`] the call before, and nobody writes another one meanwhile.
///
/// # Errors
/// What the engine says.
pub async fn get(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<Option<(Insights, Metrics)>> {
    let row = query!(within tx, optional (Json<Insights>, Json<Metrics>), REVIEW, organization, call)?;
    Ok(row.map(|(insights, metrics)| (insights.0, metrics.0)))
}

impl Store {
    /// A call's review; none before it is written.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn review(&self, organization: OrganizationId, call: CallId) -> Result<Option<(Insights, Metrics)>> {
        let row = query!(read self, optional (Json<Insights>, Json<Metrics>), REVIEW, organization, call)?;
        Ok(row.map(|(insights, metrics)| (insights.0, metrics.0)))
    }
}
