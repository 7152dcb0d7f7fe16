//! Feature flags as organizations have set them.

use model::{MemberId, OrganizationId};
use uuid::Uuid;

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    SET_FLAG = "
        INSERT INTO feature_flags (organization_id, name, member_id, share) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organization_id, name, member_id) DO UPDATE SET share = excluded.share";
    CLEAR_FLAG = "DELETE FROM feature_flags WHERE organization_id = $1 AND name = $2 AND member_id = $3";
    // The member's own setting goes before the organization's.
    FLAG = "
        SELECT share FROM feature_flags WHERE organization_id = $1 AND name = $2 AND member_id IN ($3, $4)
        ORDER BY CASE WHEN member_id = $3 THEN 0 ELSE 1 END LIMIT 1";
    FLAGS = "SELECT name, member_id, share FROM feature_flags WHERE organization_id = $1 ORDER BY name, member_id";
}

/// A flag's setting: whose, and for which share of a hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagSetting {
    /// The flag.
    pub name: String,
    /// Whose; none for the whole organization.
    pub member: Option<MemberId>,
    /// 0 (off) to 100 (on); between, of calls.
    pub share: i64,
}

/// Sets a flag, or (with none) takes the setting away. `share` is 0 to 100.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the organization is gone.
pub async fn set(tx: &mut Tx, organization: OrganizationId, name: &str, member: Option<MemberId>, share: Option<i64>) -> Result<()> {
    let member = member.map_or(Uuid::nil(), |member| member.0);
    match share {
        Some(share) => query!(within tx, execute, SET_FLAG, organization, name, member, share)?,
        None => query!(within tx, execute, CLEAR_FLAG, organization, name, member)?,
    };
    Ok(())
}

impl Store {
    /// A flag's setting for a member, else for the organization; none if neither is set.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn flag(&self, organization: OrganizationId, name: &str, member: Option<MemberId>) -> Result<Option<i64>> {
        let member = member.map_or(Uuid::nil(), |member| member.0);
        Ok(query!(read self, optional (i64,), FLAG, organization, name, member, Uuid::nil())?.map(|(share,)| share))
    }

    /// Every setting of an organization.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn flags(&self, organization: OrganizationId) -> Result<Vec<FlagSetting>> {
        let rows = query!(read self, all (String, Uuid, i64), FLAGS, organization)?;
        let member = |id: Uuid| (!id.is_nil()).then_some(MemberId(id));
        Ok(rows.into_iter().map(|(name, id, share)| FlagSetting { name, member: member(id), share }).collect())
    }
}
