//! A sentence-transformers model in this process: all-MiniLM-L6-v2, which comes with the program, or another BERT of that shape.
//!
//! Two lanes share the weights, each with one thread: passages in the background at the lowest priority, and questions at the normal one, so
//! that the question of a live call waits for no document. The weights are there when something is embedded, and let go when nothing was for a
//! while.

mod files;
mod network;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};
use rten::ThreadPool;

pub use files::ModelError;

use crate::onnx::{Lane, Niceness, Weights};
use files::Source;
use network::Network;

/// What the model is called that comes with the program.
pub const MINILM: &str = "local/all-MiniLM-L6-v2-int8";
/// Numbers in a vector of [`MINILM`].
pub const MINILM_DIMENSIONS: usize = 384;

/// Texts in one forward pass: more are not faster on a CPU, and a cancelled request would end later.
const BATCH: usize = 8;

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
    weights: Arc<Weights<Network>>,
    background: Lane,
    live: Lane,
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
        Ok(Self::of(model, source, Some(network)))
    }

    fn of(model: EmbeddingModel, source: Source, network: Option<Network>) -> Self {
        let (background, live) = (Lane::new(Niceness::Lowest), Lane::new(Niceness::Normal));
        Self(Arc::new(SharedModel { model, source, weights: Weights::new(network), background, live }))
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
        self.weights.get(|| {
            let (network, name) = self.source.load().map_err(|error| EmbedError::Unavailable(error.to_string()))?;
            if name != self.model.name {
                return Err(EmbedError::Refused(format!("the folder of {} holds another model now", self.model.name)));
            }
            Ok(network)
        })
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
            self.lane().pieces.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
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

    /// Takes the lane for one piece of work.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Network, &Arc<ThreadPool>) -> Result<T, EmbedError> + Send + 'static,
    ) -> Result<T, EmbedError> {
        let (shared, was_loaded) = (Arc::clone(&self.shared), self.shared.weights.is_loaded());
        let done = self.lane().run(move |thread| work(&*shared.network()?, thread)).await;
        if !was_loaded {
            self.shared.weights.let_go_when_idle();
        }
        done.unwrap_or_else(|| Err(EmbedError::Unavailable("the model stopped".to_owned())))
    }
}

#[cfg(test)]
mod tests;
