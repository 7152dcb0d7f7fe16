//! A sentence-transformers model in this process: all-MiniLM-L6-v2, which comes with the program, or another BERT of that shape.
//!
//! Two lanes share the weights, each with one thread: passages in the background at the lowest priority, and questions at the normal one, so
//! that the question of a live call waits for no document. The weights are there when something is embedded, and let go when nothing was for a
//! while.

mod files;
mod network;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use files::ModelError;

use files::Source;
use network::Network;

/// What the model is called that comes with the program.
pub const MINILM: &str = "local/all-MiniLM-L6-v2-int8";
/// Numbers in a vector of [`MINILM`].
pub const MINILM_DIMENSIONS: usize = 384;

/// Texts in one forward pass: more are not faster on a CPU, and a cancelled request would end later.
const BATCH: usize = 8;
/// Weights that nobody used for so long are let go: it takes a third of a second to have them back.
const IDLE: Duration = Duration::from_secs(600);

/// Where the model is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalConfig {
    /// A folder with `model.onnx` and `tokenizer.json`, which is never written to; none is the model that comes with the program.
    pub folder: Option<PathBuf>,
}

/// A model. Cheap to clone.
#[derive(Clone)]
pub struct LocalModel(Arc<SharedModel>);

struct SharedModel {
    model: EmbeddingModel,
    source: Source,
    weights: Mutex<Weights>,
    background: Lane,
    live: Lane,
}

/// The weights, while they are in use.
struct Weights {
    network: Option<Arc<Network>>,
    used: Instant,
}

/// A thread that computes one batch at a time.
struct Lane {
    thread: Arc<rten::ThreadPool>,
    turn: Arc<Semaphore>,
    #[cfg(test)]
    batches: std::sync::atomic::AtomicUsize,
}

impl LocalModel {
    /// The model that a configuration names. One in a folder is loaded, so that what is wrong with it is said at once.
    ///
    /// # Errors
    /// [`ModelError`]: a sentence that names the file.
    pub async fn find(config: &LocalConfig) -> Result<Self, ModelError> {
        let Some(folder) = config.folder.clone() else { return Ok(Self::shared()) };
        match tokio::task::spawn_blocking(move || Self::load(folder)).await {
            Ok(loaded) => loaded,
            Err(error) => Err(ModelError::Broken { file: PathBuf::new(), reason: error.to_string() }),
        }
    }

    /// The model that comes with the program. Loaded when it is first used.
    pub fn bundled() -> Self {
        let model = EmbeddingModel { name: MINILM.to_owned(), dimensions: MINILM_DIMENSIONS };
        Self::of(model, Source::Bundled, None)
    }

    /// The same one for the whole process: whoever works with it, its weights are there once.
    pub fn shared() -> Self {
        static SHARED: OnceLock<LocalModel> = OnceLock::new();
        SHARED.get_or_init(Self::bundled).clone()
    }

    /// A model in a folder.
    ///
    /// # Errors
    /// [`ModelError`]: a sentence that names the file.
    pub fn load(folder: PathBuf) -> Result<Self, ModelError> {
        let source = Source::Folder(folder);
        let (network, name) = source.load()?;
        let model = EmbeddingModel { name, dimensions: network.dimensions() };
        Ok(Self::of(model, source, Some(Arc::new(network))))
    }

    fn of(model: EmbeddingModel, source: Source, network: Option<Arc<Network>>) -> Self {
        let weights = Mutex::new(Weights { network, used: Instant::now() });
        Self(Arc::new(SharedModel { model, source, weights, background: Lane::new(Niceness::Lowest), live: Lane::new(Niceness::Normal) }))
    }

    /// Which model it is.
    pub fn model(&self) -> &EmbeddingModel {
        &self.0.model
    }

    /// For passages of documents: never in a live call's way.
    pub fn passages(&self) -> LocalEmbedder {
        LocalEmbedder { shared: Arc::clone(&self.0), live: false }
    }

    /// For questions: waits for no passages.
    pub fn questions(&self) -> LocalEmbedder {
        LocalEmbedder { shared: Arc::clone(&self.0), live: true }
    }

    /// Tokens of a text that the model sees, the two marks at its ends included.
    ///
    /// # Errors
    /// [`EmbedError`] if the tokenizer can't read it.
    pub fn tokens(&self, text: &str) -> Result<usize, EmbedError> {
        self.0.network()?.tokens(text).map(|tokens| tokens.len())
    }
}

impl SharedModel {
    /// The weights, loaded if they aren't there. Takes a moment then.
    fn network(&self) -> Result<Arc<Network>, EmbedError> {
        let mut weights = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        weights.used = Instant::now();
        if let Some(network) = &weights.network {
            return Ok(Arc::clone(network));
        }
        let (network, name) = self.source.load().map_err(|error| EmbedError::Unavailable(error.to_string()))?;
        if name != self.model.name {
            return Err(EmbedError::Refused(format!("the folder of {} holds another model now", self.model.name)));
        }
        let network = Arc::new(network);
        weights.network = Some(Arc::clone(&network));
        Ok(network)
    }

    /// Lets the weights go if nobody used them for a while; when to look again, as long as they are there.
    fn let_go(&self) -> Option<Instant> {
        let mut weights = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        weights.network.as_ref()?;
        let until = weights.used + IDLE;
        if until > Instant::now() {
            return Some(until);
        }
        weights.network = None;
        None
    }

    fn is_loaded(&self) -> bool {
        self.weights.lock().unwrap_or_else(PoisonError::into_inner).network.is_some()
    }
}

/// One lane of a [`LocalModel`].
#[derive(Clone)]
pub struct LocalEmbedder {
    shared: Arc<SharedModel>,
    live: bool,
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.shared.model
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for some in texts.chunks(BATCH * BATCH) {
            let some = some.to_vec();
            tokens.extend(
                self.compute(move |network, _| some.iter().map(|text| network.tokens(text.get())).collect::<Result<Vec<_>, _>>()).await?,
            );
        }
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&text| tokens[text].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in order.chunks(BATCH) {
            let some: Vec<Vec<u32>> = batch.iter().map(|&text| std::mem::take(&mut tokens[text])).collect();
            #[cfg(test)]
            self.lane().batches.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let made = self.compute(move |network, thread| network.embed(&some, thread)).await?;
            for (&text, vector) in batch.iter().zip(made) {
                vectors[text] = vector;
            }
        }
        Ok(vectors)
    }
}

impl LocalEmbedder {
    fn lane(&self) -> &Lane {
        if self.live { &self.shared.live } else { &self.shared.background }
    }

    /// Takes the lane for one piece of work. Whoever stops waiting ends its request here, between two pieces.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Network, &Arc<rten::ThreadPool>) -> Result<T, EmbedError> + Send + 'static,
    ) -> Result<T, EmbedError> {
        let stopped = || EmbedError::Unavailable("the model stopped".to_owned());
        // Held by the work, not by whoever waits: a request that was cancelled still has its batch on the thread.
        let turn = self.lane().turn.clone().acquire_owned().await.map_err(|_| stopped())?;
        let (own, was_loaded) = (self.clone(), self.shared.is_loaded());
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let network = own.shared.network()?;
            // Within a pool of one thread everything below that would use several stays on that thread.
            own.lane().thread.run(|| work(&network, &own.lane().thread))
        });
        let done = task.await.map_err(|_| stopped())?;
        if !was_loaded {
            self.let_go_when_idle();
        }
        done
    }

    fn let_go_when_idle(&self) {
        let shared = Arc::downgrade(&self.shared);
        tokio::spawn(async move {
            while let Some(again) = shared.upgrade().and_then(|shared| shared.let_go()) {
                tokio::time::sleep_until(again).await;
            }
        });
    }
}

#[derive(Clone, Copy)]
enum Niceness {
    Lowest,
    Normal,
}

impl Lane {
    fn new(niceness: Niceness) -> Self {
        let thread = rten::ThreadPool::with_num_threads(1);
        // Niceness belongs to a thread on Linux only; elsewhere it would be the whole server's.
        #[cfg(target_os = "linux")]
        thread.run(|| {
            if matches!(niceness, Niceness::Lowest) {
                let _ = rustix::process::nice(19);
            }
        });
        #[cfg(not(target_os = "linux"))]
        let _ = niceness;
        Self {
            thread: Arc::new(thread),
            turn: Arc::new(Semaphore::new(1)),
            #[cfg(test)]
            batches: std::sync::atomic::AtomicUsize::new(0),
        }
    }
}

#[cfg(test)]
mod tests;
