//! What is written after a call.

use chrono::{DateTime, Utc};
use model::{CallId, Insights, MemberId, Metrics, OrganizationId};
use sqlx::types::Json;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    SAVE_REVIEW = "
        INSERT INTO reviews (organization_id, call_id, insights, metrics) VALUES ($1, $2, $3, $4)
        ON CONFLICT (call_id) DO UPDATE SET insights = excluded.insights, metrics = excluded.metrics
        WHERE reviews.organization_id = excluded.organization_id";
    REVIEWED_SINCE = "
        SELECT c.id, c.title, r.insights FROM calls c
        JOIN reviews r ON r.organization_id = c.organization_id AND r.call_id = c.id
        WHERE c.organization_id = $1 AND c.member_id = $2 AND c.deleted_at IS NULL AND c.created_at >= $3 AND c.source <> 'sample'
        ORDER BY c.created_at DESC, c.id DESC LIMIT $4";
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
    /// What was written after a member's own calls since then, the newest first, with each call's title. The bundled sample is none of them.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn reviewed_since(
        &self,
        organization: OrganizationId,
        member: MemberId,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<(CallId, String, Insights)>> {
        let rows = query!(read self, all (CallId, String, Json<Insights>), REVIEWED_SINCE, organization, member, since, i64::from(most))?;
        Ok(rows.into_iter().map(|(call, title, insights)| (call, title, insights.0)).collect())
    }

    /// A call's review; none before it is written.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn review(&self, organization: OrganizationId, call: CallId) -> Result<Option<(Insights, Metrics)>> {
        let row = query!(read self, optional (Json<Insights>, Json<Metrics>), REVIEW, organization, call)?;
        Ok(row.map(|(insights, metrics)| (insights.0, metrics.0)))
    }
}
