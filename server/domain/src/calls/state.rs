//! What this area works with, and how others reach it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kernel::Kernel;
use ports::{Peers, Recognizer, SampleCall};

use super::judge::Judge;
use super::live::CallRegistry;
use super::recognizers::RecognizerRegistry;

/// How this server hears live calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSettings {
    /// So many at once; none: as many as are heard in time.
    pub most_calls: Option<usize>,
    /// How often a call's sound is brought into the storage that several servers share.
    pub seal_every: Duration,
}

impl Default for LiveSettings {
    /// As many calls as are heard in time. With the time that storing takes, no part of a recording is longer than 15 s.
    fn default() -> Self {
        Self { most_calls: None, seal_every: Duration::from_secs(10) }
    }
}

/// What this area works with and remembers while the server runs.
pub struct CallsState {
    files: PathBuf,
    recognizers: RecognizerRegistry,
    sample: Arc<SampleCall>,
    peers: Arc<dyn Peers>,
    registry: OnceLock<CallRegistry>,
    live: LiveSettings,
    judge: Option<Judge>,
}

impl CallsState {
    /// Recordings go below `files`; recognizers are offered in this order, available or not; `peers` reaches other servers; without `judge`
    /// phrases alone tell what a line is.
    pub fn new(
        files: PathBuf,
        recognizers: Vec<Arc<dyn Recognizer>>,
        sample: Arc<SampleCall>,
        peers: Arc<dyn Peers>,
        live: LiveSettings,
        judge: Option<Judge>,
    ) -> Self {
        Self { files, recognizers: RecognizerRegistry::new(recognizers), sample, peers, registry: OnceLock::new(), live, judge }
    }
}

/// The kernel with this area's state.
pub trait CallsKernel {
    /// The folder of recordings and other files.
    fn files_folder(&self) -> &Path;
    /// The recognizers that run on the server.
    fn recognizers(&self) -> &RecognizerRegistry;
    /// The bundled sample call.
    fn sample(&self) -> &Arc<SampleCall>;
    /// The live calls of this server.
    fn call_registry(&self) -> &CallRegistry;
    /// How live calls are heard.
    fn live_settings(&self) -> LiveSettings;
    /// What tells, beside the phrases, what a line is.
    fn judge(&self) -> Option<&Judge>;
    /// The way to other servers.
    fn peers(&self) -> &dyn Peers;
}

impl CallsKernel for Kernel {
    fn files_folder(&self) -> &Path {
        &self.state::<CallsState>().files
    }

    fn recognizers(&self) -> &RecognizerRegistry {
        &self.state::<CallsState>().recognizers
    }

    fn sample(&self) -> &Arc<SampleCall> {
        &self.state::<CallsState>().sample
    }

    fn judge(&self) -> Option<&Judge> {
        self.state::<CallsState>().judge.as_ref()
    }

    fn peers(&self) -> &dyn Peers {
        &*self.state::<CallsState>().peers
    }

    fn live_settings(&self) -> LiveSettings {
        self.state::<CallsState>().live
    }

    fn call_registry(&self) -> &CallRegistry {
        let state = self.state::<CallsState>();
        state.registry.get_or_init(|| CallRegistry::new(state.live.most_calls))
    }
}
