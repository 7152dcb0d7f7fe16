//! The areas, and the parts that they work with, put together. Nothing below this module names an area that isn't its own or beneath it.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Area, Kernel, KernelParts, ManifestError, Registry, Result};
use ports::{Clock, Ids, Mailer, Recognizer, SampleCall};
use secrecy::SecretString;
use store::Store;

use crate::calls::CallsState;
use crate::identity::IdentityState;
use crate::knowledge::{KnowledgeState, Makers};
use crate::{calls, identity, knowledge, playbooks};

/// Every area. The one list: jobs, schedules, events, permissions and the rest are read from their manifests.
pub const AREAS: [Area; 4] = [identity::AREA, playbooks::AREA, knowledge::AREA, calls::AREA];

/// Settings of the domain, from the server's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of recordings and other files.
    pub files: PathBuf,
    /// Address under which people reach the server, without a slash at the end; links in mails start with it.
    pub public_url: String,
    /// Signs access tokens of the REST interface.
    pub token_key: SecretString,
    /// Whether strangers may sign up and open an organization.
    pub open_sign_up: bool,
}

/// What the areas work with.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// All recognizers that run on the server, available or not, in the order in which they are offered.
    pub recognizers: Vec<Arc<dyn Recognizer>>,
    /// The bundled sample call.
    pub sample: Arc<SampleCall>,
    /// Files, their reader, the embedding model and the web.
    pub knowledge: Makers,
}

/// Puts the parts together. Starts nothing.
pub fn assemble(parts: Parts) -> Kernel {
    let Parts { config, store, clock, ids, mailer, recognizers, sample, knowledge } = parts;
    let Config { files, public_url, token_key, open_sign_up } = config;
    let mut parts = KernelParts::new(store, clock, ids, public_url)
        .with(IdentityState::new(mailer, token_key, open_sign_up))
        .with(KnowledgeState::new(knowledge, files.clone()))
        .with(CallsState::new(files, recognizers, sample));
    parts.permissions = AREAS.iter().flat_map(|area| area.permissions).copied().collect();
    parts.permissions.extend(kernel::own_permissions());
    Kernel::new(parts)
}

/// The areas' manifests, checked.
///
/// # Errors
/// A mistake in them, which a test finds first.
pub fn registry() -> Result<Registry, ManifestError> {
    Registry::new(&AREAS)
}

/// Runs every job that is due now, one after the other; gives how many. For tests.
///
/// # Errors
/// When the database fails. A job's own failure is kept with the job.
pub async fn run_due(kernel: &Kernel) -> Result<usize> {
    let registry = registry().map_err(|error| kernel::DomainError::Internal(error.to_string()))?;
    kernel::run_due_jobs(kernel, &registry).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn the_manifests_hold() {
        super::registry().unwrap();
    }
}
