//! Words that an older release's stemmer had indexed are indexed anew, in the background. Until then a document is found by the words whose
//! stems are the same.

use kernel::{Kernel, Result};
use model::{DocumentId, OrganizationId};

use super::{jobs, system};

/// Documents that are looked for at once.
const AT_ONCE: u32 = 100;

/// Indexes an organization's documents anew: the job `knowledge.index_anew`. One that is done twice is as if it were done once.
///
/// # Errors
/// The database's: then it is tried again later.
pub(super) async fn organization(kernel: &Kernel, organization: OrganizationId) -> Result<()> {
    let (store, mut after) = (kernel.store(), DocumentId(uuid::Uuid::nil()));
    loop {
        let documents = store.documents_after(organization, after, AT_ONCE).await?;
        let Some(last) = documents.last() else { break };
        after = *last;
        for document in documents {
            store.index_anew(organization, document).await?;
        }
    }
    Ok(store.set_indexed_anew(organization).await?)
}

/// At the server's start: puts it on the list of work for the organizations that need it.
///
/// # Errors
/// The database's.
pub(super) async fn enqueue(kernel: &Kernel) -> Result<()> {
    for organization in kernel.store().knowing_organizations().await? {
        if kernel.store().is_indexed_by_old_stems(organization).await? {
            let mut tx = kernel.begin(&system(organization)).await?;
            tx.enqueue(&jobs::IndexAnew {}).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
