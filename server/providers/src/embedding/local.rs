//! A sentence-transformers model in this process: all-MiniLM-L6-v2, or another BERT of that shape.
//!
//! Two lanes share the weights, each with one thread: passages in the background at the lowest priority, and questions at the normal one, so
//! that the question of a live call waits for no document.

mod bert;
mod files;
mod pending;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use candle_core::safetensors::SliceSafetensors;
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};
use rayon::ThreadPool;
use tokenizers::{Tokenizer, TruncationParams};
use tokio::sync::Semaphore;

pub use files::ModelError;
pub(super) use pending::Pending;

use bert::{Bert, Shape};

/// What a model is called whose files are those of sentence-transformers/all-MiniLM-L6-v2.
pub const MINILM: &str = "local/all-MiniLM-L6-v2";
/// Numbers in a vector of [`MINILM`].
pub const MINILM_DIMENSIONS: usize = 384;

/// Tokens of a text that count; the model's authors trained it on no more.
const TOKENS: usize = 256;
/// Texts in one forward pass: more are not faster on a CPU, and a cancelled request would end later.
const BATCH: usize = 8;
/// Bytes of a text that are looked at: in any language more than [`TOKENS`] tokens of words.
const LONGEST: usize = 32 * 1024;

/// Where the model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalConfig {
    /// A folder with `model.safetensors`, `tokenizer.json` and `config.json`. It is never written to.
    pub folder: Option<PathBuf>,
    /// Where all-MiniLM-L6-v2 is downloaded from once, if there is no folder: the three names are put after it.
    pub download: Option<String>,
    /// Folder that a download is kept in.
    pub store: PathBuf,
}

/// A loaded model. Cheap to clone.
#[derive(Clone)]
pub struct LocalModel(Arc<Loaded>);

struct Loaded {
    model: EmbeddingModel,
    bert: Bert,
    tokenizer: Tokenizer,
    background: Lane,
    live: Lane,
}

/// A thread that computes one batch at a time.
struct Lane {
    threads: ThreadPool,
    turn: Arc<Semaphore>,
    #[cfg(test)]
    batches: std::sync::atomic::AtomicUsize,
}

impl LocalModel {
    /// Loads the model from its folder, or from the store; where it is in neither, it is downloaded if the configuration says from where.
    ///
    /// # Errors
    /// [`ModelError`]: a sentence that names the file.
    pub async fn find(config: &LocalConfig) -> Result<Self, ModelError> {
        if let Some(folder) = config.folder.clone() {
            return in_background(move || Self::load(&folder)).await;
        }
        let store = config.store.clone();
        let absent = in_background(move || Ok(files::absent(&store, &files::MINILM))).await?;
        if !absent.is_empty() {
            let address = config.download.as_deref().ok_or(ModelError::NotThere)?;
            for file in absent {
                tracing::info!(file = file.name, "downloading the embedding model");
                files::download(address, &config.store, file).await?;
            }
        }
        let store = config.store.clone();
        in_background(move || Self::load(&store)).await
    }

    /// Whether [`find`](Self::find) would have to download.
    pub async fn must_be_downloaded(config: &LocalConfig) -> bool {
        let store = config.store.clone();
        let absent = in_background(move || Ok(files::absent(&store, &files::MINILM))).await;
        config.folder.is_none() && config.download.is_some() && absent.is_ok_and(|absent| !absent.is_empty())
    }

    /// Loads a model from a folder: takes about half a second, and three times the model's size of memory while it lasts.
    ///
    /// # Errors
    /// [`ModelError`]: a sentence that names the file.
    pub fn load(folder: &Path) -> Result<Self, ModelError> {
        let broken = |name: &str, reason: String| ModelError::Broken { file: folder.join(name), reason };
        let wrong = |reason: String| ModelError::WrongShape { folder: folder.to_owned(), reason };
        let shape: Shape =
            serde_json::from_slice(&files::read(folder, files::SHAPE)?).map_err(|error| broken(files::SHAPE, error.to_string()))?;
        shape.check().map_err(wrong)?;
        let mut tokenizer =
            Tokenizer::from_bytes(files::read(folder, files::TOKENIZER)?).map_err(|error| broken(files::TOKENIZER, error.to_string()))?;
        if tokenizer.get_vocab_size(true) > shape.vocab_size {
            return Err(wrong(format!("the tokenizer knows {} words, the model {}", tokenizer.get_vocab_size(true), shape.vocab_size)));
        }
        let max_length = TOKENS.min(shape.max_position_embeddings);
        tokenizer
            .with_truncation(Some(TruncationParams { max_length, ..TruncationParams::default() }))
            .map_err(|error| broken(files::TOKENIZER, error.to_string()))?;
        tokenizer.with_padding(None);
        let weights = files::read(folder, files::WEIGHTS)?;
        SliceSafetensors::new(&weights).map_err(|error| broken(files::WEIGHTS, first_line(&error)))?;
        let bert = Bert::load(&shape, &weights).map_err(|error| wrong(first_line(&error)))?;
        let name = match files::sha256(&weights) {
            known if files::MINILM.iter().any(|file| file.sha256 == known) => MINILM.to_owned(),
            // Two models that happen to lie in folders of one name must not be taken for each other.
            other => format!("local/{}@{:.12}", folder.file_name().unwrap_or_default().to_string_lossy(), other),
        };
        let lane = |niceness| Lane::new(niceness).map_err(|error| wrong(error.to_string()));
        Ok(Self(Arc::new(Loaded {
            model: EmbeddingModel { name, dimensions: shape.hidden_size },
            bert,
            tokenizer,
            background: lane(Niceness::Lowest)?,
            live: lane(Niceness::Normal)?,
        })))
    }

    /// Which model it is.
    pub fn model(&self) -> &EmbeddingModel {
        &self.0.model
    }

    /// For passages of documents: never in a live call's way.
    pub fn passages(&self) -> LocalEmbedder {
        LocalEmbedder { loaded: self.0.clone(), live: false }
    }

    /// For questions: waits for no passages.
    pub fn questions(&self) -> LocalEmbedder {
        LocalEmbedder { loaded: self.0.clone(), live: true }
    }

    /// Tokens of a text that the model sees, the two marks at its ends included.
    ///
    /// # Errors
    /// [`EmbedError`] if the tokenizer can't read it.
    pub fn tokens(&self, text: &str) -> Result<usize, EmbedError> {
        self.0.tokens(text).map(|tokens| tokens.len())
    }
}

/// One lane of a [`LocalModel`].
#[derive(Clone)]
pub struct LocalEmbedder {
    loaded: Arc<Loaded>,
    live: bool,
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.loaded.model
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for some in texts.chunks(BATCH * BATCH) {
            let some = some.to_vec();
            tokens.extend(
                self.compute(move |loaded| some.iter().map(|text| loaded.tokens(text.get())).collect::<Result<Vec<_>, _>>()).await?,
            );
        }
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&text| tokens[text].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in order.chunks(BATCH) {
            let some: Vec<Vec<u32>> = batch.iter().map(|&text| std::mem::take(&mut tokens[text])).collect();
            #[cfg(test)]
            self.lane().batches.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let made =
                self.compute(move |loaded| loaded.bert.embed(&some).map_err(|error| EmbedError::Refused(first_line(&error)))).await?;
            for (&text, vector) in batch.iter().zip(made) {
                vectors[text] = vector;
            }
        }
        Ok(vectors)
    }
}

impl LocalEmbedder {
    fn lane(&self) -> &Lane {
        if self.live { &self.loaded.live } else { &self.loaded.background }
    }

    /// Takes the lane for one piece of work. Whoever stops waiting ends its request here, between two pieces.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Loaded) -> Result<T, EmbedError> + Send + 'static,
    ) -> Result<T, EmbedError> {
        let stopped = || EmbedError::Unavailable("the model stopped".to_owned());
        // Held by the work, not by whoever waits: a request that was cancelled still has its batch on the thread.
        let turn = self.lane().turn.clone().acquire_owned().await.map_err(|_| stopped())?;
        let own = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            // Within a pool of one thread everything below that would use several stays on that thread.
            own.lane().threads.install(|| work(&own.loaded))
        });
        task.await.map_err(|_| stopped())?
    }
}

impl Loaded {
    fn tokens(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let encoded = self.tokenizer.encode_fast(text, true);
        encoded.map(|encoded| encoded.get_ids().to_vec()).map_err(|error| EmbedError::Refused(error.to_string()))
    }
}

#[derive(Clone, Copy)]
enum Niceness {
    Lowest,
    Normal,
}

impl Lane {
    fn new(niceness: Niceness) -> Result<Self, rayon::ThreadPoolBuildError> {
        let name = match niceness {
            Niceness::Lowest => "embed-passages",
            Niceness::Normal => "embed-questions",
        };
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(|_| name.to_owned())
            .start_handler(move |_| {
                // Niceness belongs to a thread on Linux only; elsewhere it would be the whole server's.
                #[cfg(target_os = "linux")]
                if matches!(niceness, Niceness::Lowest) {
                    let _ = rustix::process::nice(19);
                }
            })
            .build()?;
        Ok(Self {
            threads,
            turn: Arc::new(Semaphore::new(1)),
            #[cfg(test)]
            batches: std::sync::atomic::AtomicUsize::new(0),
        })
    }
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T, ModelError> + Send + 'static) -> Result<T, ModelError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(ModelError::WrongShape { folder: PathBuf::new(), reason: error.to_string() }),
    }
}

/// What candle says, without its backtrace.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or("it fails").to_owned()
}

#[cfg(test)]
mod tests;
