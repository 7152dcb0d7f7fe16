//! Playbooks as calls need them: compiled once a version, and remembered while there is room.

use std::sync::Arc;

use kernel::{DomainError, Kernel, Result};
use live::Playbook;
use model::{OrganizationId, PlaybookContent, Problem};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// Playbooks of about the built-in one's size that are remembered.
const REMEMBERED: usize = 64;
/// What all of them may weigh together; the built-in one weighs about 2,500.
const MOST_WEIGHT: u64 = 200_000;

/// Whose, and which version.
type VersionOf = (OrganizationId, i64);

/// What this area remembers while the server runs. A version never changes, so nothing of it is ever stale; which is the newest is asked
/// each time.
pub struct PlaybooksState {
    compiled: Cache<VersionOf, Arc<Playbook>, ByWeight>,
}

impl Default for PlaybooksState {
    fn default() -> Self {
        Self { compiled: Cache::with_weighter(REMEMBERED, MOST_WEIGHT, ByWeight) }
    }
}

/// A large playbook takes the place of several small ones.
#[derive(Clone)]
struct ByWeight;

impl Weighter<VersionOf, Arc<Playbook>> for ByWeight {
    fn weight(&self, _: &VersionOf, playbook: &Arc<Playbook>) -> u64 {
        u64::try_from(playbook.weight()).unwrap_or(u64::MAX).max(1)
    }
}

/// A playbook that a call is heard with.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPlaybook {
    /// Which version; none is the one that comes with the release.
    pub(crate) version: Option<i64>,
    /// What it listens for.
    pub(crate) playbook: Arc<Playbook>,
}

impl CompiledPlaybook {
    fn built_in() -> Self {
        Self { version: None, playbook: Playbook::built_in() }
    }
}

/// The playbook of the organization as it is now, whichever server saved it.
pub(crate) async fn current(kernel: &Kernel, organization: OrganizationId) -> Result<CompiledPlaybook> {
    of_version(kernel, organization, kernel.store().playbook_version(organization).await?).await
}

/// A version of the organization's playbook. One that this release can't read, or that isn't there, is the built-in one: a call goes on.
pub(crate) async fn of_version(kernel: &Kernel, organization: OrganizationId, version: Option<i64>) -> Result<CompiledPlaybook> {
    let Some(number) = version else { return Ok(CompiledPlaybook::built_in()) };
    let compiled = &kernel.state::<PlaybooksState>().compiled;
    if let Some(playbook) = compiled.get(&(organization, number)) {
        return Ok(CompiledPlaybook { version, playbook });
    }
    let Some(stored) = kernel.store().playbook(organization, number).await? else {
        tracing::warn!(%organization, version = number, "this version of the playbook is not there: the built-in one is taken");
        return Ok(CompiledPlaybook::built_in());
    };
    let checked = match read(stored.content) {
        Ok(content) => check(content).await,
        Err(error) => Err(error),
    };
    match checked {
        Ok((_, playbook)) => {
            keep(kernel, organization, number, Arc::clone(&playbook));
            Ok(CompiledPlaybook { version, playbook })
        }
        Err(error) => {
            tracing::error!(%organization, version = number, error = %error.chain(), "this playbook can't be used: the built-in one is taken");
            Ok(CompiledPlaybook::built_in())
        }
    }
}

/// Remembers a version that was compiled.
pub(super) fn keep(kernel: &Kernel, organization: OrganizationId, version: i64, playbook: Arc<Playbook>) {
    kernel.state::<PlaybooksState>().compiled.insert((organization, version), playbook);
}

/// What is stored, as this release understands it.
pub(super) fn read(content: serde_json::Value) -> Result<PlaybookContent> {
    serde_json::from_value(content).map_err(|error| DomainError::Internal(format!("a stored playbook can't be read: {error}")))
}

/// Checks and compiles beside everything else: it may take a while.
pub(super) async fn check(content: PlaybookContent) -> Result<(PlaybookContent, Arc<Playbook>)> {
    let work = move || Playbook::new(&content).map(|playbook| (content, Arc::new(playbook)));
    let checked = tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(error.to_string()))?;
    checked.map_err(|error| Problem::of_field("entries", error.to_string()).into())
}
