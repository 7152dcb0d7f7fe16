//! Calls that an older release has made, or indexed by other rules, are indexed in the background. Until then a search doesn't find them, or
//! by the rules of before.

use kernel::{Actor, Kernel, Result};
use model::{CallId, OrganizationId};

use super::jobs;

/// Calls that are looked for at once.
const AT_ONCE: u32 = 100;

/// Indexes an organization's calls anew: the job `calls.index_anew`. One that is done twice is as if it were done once.
///
/// # Errors
/// The database's: then it is tried again later.
pub(super) async fn organization(kernel: &Kernel, organization: OrganizationId) -> Result<()> {
    let (store, mut after) = (kernel.store(), CallId(uuid::Uuid::nil()));
    loop {
        let calls = store.calls_to_index(organization, after, AT_ONCE).await?;
        let Some(last) = calls.last() else { return Ok(()) };
        after = *last;
        for call in calls {
            // One at a time: live calls write in between.
            let mut tx = store.begin().await?;
            store::calls::reindex(&mut tx, organization, call).await?;
            tx.commit().await?;
        }
    }
}

/// At the server's start: puts it on the list of work for the organizations that need it.
///
/// # Errors
/// The database's.
pub(super) async fn enqueue(kernel: &Kernel) -> Result<()> {
    for organization in kernel.store().organizations_to_index().await? {
        let mut tx = kernel.begin(&Actor::system(organization, "calls are indexed anew")).await?;
        tx.enqueue(&jobs::IndexCalls {}).await?;
        tx.commit().await?;
    }
    Ok(())
}
