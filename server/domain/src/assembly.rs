//! The areas, and the parts that they work with, put together. Nothing below this module names an area that isn't its own or beneath it.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Area, Kernel, KernelParts, Membership, Registry, Result, Vault};
use ports::files::KeyRing;
use ports::{Clock, Ids, LineClassifier, Mailer, Peers, Recognizer, SampleCall};
use secrecy::SecretString;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::calls::{CallsState, Judge, LiveSettings};
use crate::identity::{IdentityState, RefusedPasswords};
use crate::knowledge::{KnowledgePorts, KnowledgeState};
use crate::playbooks::PlaybooksState;
use crate::storage::StorageState;
use crate::{calls, identity, knowledge, operations, playbooks, storage, upkeep};

/// Every area. The one list: jobs, schedules, events, permissions and the rest are read from their manifests.
pub const AREAS: [Area; 7] = [identity::AREA, playbooks::AREA, storage::AREA, knowledge::AREA, calls::AREA, operations::AREA, upkeep::AREA];

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
    /// Passwords that are refused beside the built-in ones.
    pub refused_passwords: Option<RefusedPasswords>,
    /// Most bytes that an organization may keep; none: as many as there is space for.
    pub storage_quota: Option<u64>,
    /// How live calls are heard.
    pub live: LiveSettings,
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
    /// Tells what is meant by a line of a call; none: phrases alone tell.
    pub classifier: Option<Arc<dyn LineClassifier>>,
    /// Files, their reader, the embedding model and the web.
    pub knowledge: KnowledgePorts,
    /// What organizations' credentials are sealed by.
    pub vault: KeyRing,
    /// How this server is one of several; none if it is alone.
    pub membership: Option<Membership>,
    /// The way to other servers.
    pub peers: Arc<dyn Peers>,
}

/// Puts the parts together. Starts nothing.
///
/// # Panics
/// If the manifests contradict one another, which a test finds first.
#[allow(clippy::expect_used, reason = "a server with such manifests must not run, and none gets past the tests")]
pub fn assemble(parts: Parts) -> Kernel {
    let Parts { config, store, clock, ids, mailer, recognizers, sample, classifier, knowledge, vault, membership, peers } = parts;
    let Config { files, public_url, token_key, open_sign_up, refused_passwords, storage_quota, live } = config;
    let registry = Registry::new(&AREAS).expect("the manifests hold");
    let mut parts = KernelParts::new(store, clock, ids, public_url);
    parts.membership = membership;
    parts.permissions.clone_from(&registry.permissions);
    let parts = parts
        .with(registry)
        .with(Vault::new(vault))
        .with(knowledge.files.clone())
        .with(IdentityState::new(mailer, token_key, open_sign_up, refused_passwords))
        .with(PlaybooksState::default())
        .with(StorageState::new(storage_quota))
        .with(KnowledgeState::new(knowledge, files.clone()))
        .with(CallsState::new(files, recognizers, sample, peers, live, classifier.map(Judge::new)));
    Kernel::new(parts)
}

/// The kernel with the manifests and no area's state, for commands that work on the database alone.
///
/// # Panics
/// As [`assemble`].
#[allow(clippy::expect_used, reason = "as above")]
pub fn assemble_bare(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Kernel {
    Kernel::new(KernelParts::new(store, clock, ids, String::new()).with(Registry::new(&AREAS).expect("the manifests hold")))
}

/// What the areas' manifests say together.
pub fn registry(kernel: &Kernel) -> &Registry {
    kernel.state()
}

/// The server's own work until `stop`: what areas do at the start, jobs, schedules, events. To be started when the server listens.
pub async fn work(kernel: &Kernel, stop: &CancellationToken) {
    let registry = registry(kernel);
    let starts = futures::future::join_all(registry.areas.iter().map(|area| (area.on_start)(kernel)));
    let starts = async {
        tokio::select! {
            _ = starts => {}
            () = stop.cancelled() => {}
        }
    };
    futures::join!(
        starts,
        kernel::run_jobs(kernel, registry, stop),
        kernel::run_schedules(kernel, registry, stop),
        kernel::relay_events(kernel, registry, stop),
        kernel::share_hints(kernel, stop),
    );
}

/// Runs every job that is due now, one after the other; gives how many. For tests.
///
/// # Errors
/// When the database fails. A job's own failure is kept with the job.
pub async fn run_due(kernel: &Kernel) -> Result<usize> {
    kernel::run_due_jobs(kernel, registry(kernel)).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn the_manifests_hold() {
        kernel::Registry::new(&super::AREAS).unwrap();
    }
}
