//! How much an organization may keep: documents and recordings together, as whoever runs the server has set it.
//!
//! Architecture invariants: who brings bytes is refused before they are taken; a call that goes on is never cut short for its bytes; what was
//! used is one row that the database itself keeps true (`store::storage`).

use kernel::{Actor, Area, DomainError, Kernel, Result, Setting, Tx};
use model::{Code, OrganizationId, Storage};
use store::Stored;

/// What this area hands to the binary.
pub const AREA: Area = Area {
    settings: &[Setting::new(
        "storage_quota_mb",
        "none",
        "most megabytes that an organization may keep, documents and recordings together; each has the same (see “How much an organization may keep”)",
    )],
    ..Area::new("storage")
};

/// What an organization may keep; none: as much as the disk does.
pub struct StorageState {
    quota: Option<i64>,
}

impl StorageState {
    /// `quota` is in bytes.
    pub fn new(quota: Option<u64>) -> Self {
        Self { quota: quota.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)) }
    }
}

fn quota(kernel: &Kernel) -> Option<i64> {
    kernel.state::<StorageState>().quota
}

/// What the caller's organization has stored, and may.
pub(crate) async fn of(kernel: &Kernel, actor: &Actor) -> Result<Storage> {
    let Stored { documents, recordings } = kernel.store().stored(actor.organization).await?;
    let uploading = kernel.store().uploading(actor.organization).await?;
    Ok(Storage { documents, recordings, uploading, allowed: quota(kernel) })
}

/// How many more bytes may come, counting what members have announced and not finished to send; none: as many as there is space for. 0 may
/// come too: then nothing may.
///
/// # Errors
/// If the database fails.
async fn room(kernel: &Kernel, organization: OrganizationId) -> Result<Option<i64>> {
    let Some(quota) = quota(kernel) else { return Ok(None) };
    let (stored, uploading) = (kernel.store().stored(organization).await?, kernel.store().uploading(organization).await?);
    Ok(Some(quota.saturating_sub(stored.bytes()).saturating_sub(uploading).max(0)))
}

/// Refuses so many bytes before they are taken, if they don't fit; 0 if nobody knows yet how many. What may come at most; none: anything.
///
/// # Errors
/// `quota_exceeded`.
pub(crate) async fn require_room(kernel: &Kernel, organization: OrganizationId, bytes: i64) -> Result<Option<i64>> {
    let room = room(kernel, organization).await?;
    match room {
        Some(room) if bytes.max(1) > room => Err(exceeded(kernel)),
        room => Ok(room),
    }
}

/// Refuses what a unit of work has just added, if it doesn't fit: of two that come at once the second one sees the first.
///
/// # Errors
/// `quota_exceeded`.
pub(crate) async fn require_kept_within(kernel: &Kernel, tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    let Some(quota) = quota(kernel) else { return Ok(()) };
    if store::storage::stored(tx, organization).await?.bytes() > quota { Err(exceeded(kernel)) } else { Ok(()) }
}

/// The refusal.
pub(crate) fn exceeded(kernel: &Kernel) -> DomainError {
    let allowed = quota(kernel).unwrap_or_default();
    DomainError::new(
        Code::QuotaExceeded,
        format!(
            "There is no room for it: your organization may keep {} of documents and recordings. Delete some that nobody needs, or ask whoever \
             runs the server for more.",
            amount(allowed)
        ),
    )
}

/// `800 MB`, `1.5 GB`.
fn amount(bytes: i64) -> String {
    let megabytes = bytes / 1_000_000;
    if megabytes < 1_000 {
        return format!("{megabytes} MB");
    }
    match (megabytes / 1_000, megabytes % 1_000 / 100) {
        (whole, 0) => format!("{whole} GB"),
        (whole, tenths) => format!("{whole}.{tenths} GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn amounts_are_short() {
        let said = [0, 500_000_000, 1_000_000_000, 1_540_000_000, 2_000_000_000_000].map(amount);
        assert_eq!(said, ["0 MB", "500 MB", "1 GB", "1.5 GB", "2000 GB"]);
    }
}
