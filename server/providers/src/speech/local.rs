//! Whisper models in this process, by whisper.cpp: live calls by a quick model in small pieces, whole recordings by the best one there is.
//!
//! A stream is cut into segments by the house's voice detector (`segmenter`). While one is being said, it is heard again and again, and the
//! words that two passes agree on stand (`agreement`); once it is whole, it is heard once more, at more length. Which words were made
//! up is told by signals (`words`). How all this was chosen is in ADR 15.

mod agreement;
mod batch;
mod ears;
mod engine;
mod files;
mod format;
mod segmenter;
mod shelf;
mod stream;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use model::{Capabilities, Gate, Languages, RecognizerChoice, RecognizerId};
use ports::{BatchRecognizer, OpenStream, Outbound, Recognizer, RecognizerError, RecognizerStream};

pub use files::{KNOWN, KnownModel, LocalModelError, ModelFile, find};
pub use stream::LocalPace;

use self::shelf::Shelf;
use self::stream::Work;

/// Where the models are, and how much they may take.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalSpeechConfig {
    /// The folder with `ggml-….bin`. It is never written to, and need not be there.
    pub folder: PathBuf,
    /// The model for live calls; none: the quickest known one that knows the language.
    pub live: Option<PathBuf>,
    /// The model for whole recordings; none: the largest that knows the language.
    pub accurate: Option<PathBuf>,
    /// A model that nobody has used for so long is let go.
    pub idle: Duration,
    /// Passes at once, of each model.
    pub passes: usize,
    /// Threads of a pass over a recording.
    pub batch_threads: usize,
    /// How live calls weigh speed against sureness.
    pub pace: LocalPace,
}

impl LocalSpeechConfig {
    /// Models in a folder, all else by itself.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let passes = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            folder: folder.into(),
            live: None,
            accurate: None,
            idle: Duration::from_secs(10 * 60),
            passes,
            batch_threads: 1,
            pace: LocalPace::default(),
        }
    }
}

/// Whisper models in this process. Clones share what is loaded.
#[derive(Clone)]
pub struct Local {
    config: Arc<LocalSpeechConfig>,
    shelf: Shelf,
}

impl Local {
    /// Its id, in calls and in the API.
    pub const ID: RecognizerId = RecognizerId::known("local");

    /// Nothing is loaded, or looked for, before it is needed.
    pub fn new(config: LocalSpeechConfig) -> Self {
        let shelf = Shelf::new(config.idle, config.passes.max(1));
        Self { config: Arc::new(config), shelf }
    }

    /// The model for live calls in a language.
    fn live(&self, language: &str) -> Result<ModelFile, LocalModelError> {
        self.choose(self.config.live.as_ref(), language, |files| files.into_iter().next())
    }

    /// The model for recordings in a language.
    fn accurate(&self, language: &str) -> Result<ModelFile, LocalModelError> {
        self.choose(self.config.accurate.as_ref(), language, |files| files.into_iter().max_by_key(|file| file.bytes))
    }

    fn choose(
        &self,
        named: Option<&PathBuf>,
        language: &str,
        pick: impl Fn(Vec<ModelFile>) -> Option<ModelFile>,
    ) -> Result<ModelFile, LocalModelError> {
        if let Some(path) = named {
            return ModelFile::at(path);
        }
        let files = find(&self.config.folder)?;
        // Where no model knows the language, whichever there is says so.
        let knows = |file: &&ModelFile| match self::language(file, language) {
            // To tell languages apart, a model has to know some.
            Ok(None) => !file.is_english_only(),
            known => known.is_ok(),
        };
        let fitting: Vec<ModelFile> = files.iter().filter(knows).cloned().collect();
        pick(if fitting.is_empty() { files } else { fitting }).ok_or_else(|| LocalModelError::NoModel(self.config.folder.clone()))
    }

    /// Loads the model for live calls, and hears a moment of silence with it.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn check(&self) -> Result<String, String> {
        let file = self.live("en").map_err(|error| error.to_string())?;
        let loaded = self.shelf.get(&file).await.map_err(|error| error.to_string())?;
        let heard = tokio::task::spawn_blocking(move || {
            let hearing = loaded.engine.hearing(Some("en"), "", 1, Arc::default());
            let mut ear = loaded.engine.ear()?;
            ear.hear(&[0; 16_000], Some(64), &hearing).map(|_| ()).map_err(|error| error.to_string())
        });
        heard.await.map_err(|error| error.to_string())??;
        Ok(format!("{} is loaded and hears.", file.label()))
    }
}

/// What Whisper calls a language (a BCP 47 tag); none where it is to be detected.
fn language(file: &ModelFile, tag: &str) -> Result<Option<&'static str>, RecognizerError> {
    let main = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if matches!(main.as_str(), "" | "auto" | "mul" | "und") {
        return Ok(None);
    }
    // Tags of before, and of both ways to write Norwegian.
    let main = match main.as_str() {
        "nb" => "no",
        "iw" => "he",
        "in" => "id",
        "fil" => "tl",
        "cmn" => "zh",
        other => other,
    };
    let known = engine::language(main);
    match known {
        Some(name) if name == "en" || !file.is_english_only() => Ok(Some(name)),
        _ => Err(RecognizerError::Language(tag.to_owned())),
    }
}

/// Words to expect, as what was said before.
fn vocabulary(words: &[Outbound<String>]) -> String {
    words.iter().map(|word| word.get().as_str()).collect::<Vec<_>>().join(", ")
}

impl From<LocalModelError> for RecognizerError {
    fn from(error: LocalModelError) -> Self {
        Self::NotConfigured(error.to_string())
    }
}

#[async_trait]
impl Recognizer for Local {
    fn id(&self) -> RecognizerId {
        Self::ID
    }

    fn choice(&self) -> RecognizerChoice {
        let live = shelf::processor().and_then(|()| self.live("en"));
        RecognizerChoice {
            id: Self::ID,
            label: live.as_ref().map_or_else(|_| "A model on this server".to_owned(), ModelFile::label),
            unavailable: live.err().map(|error| error.to_string()),
            capabilities: self.capabilities(),
            note: "Runs on this server. Audio does not leave it.".to_owned(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            languages: Languages::Told,
            streaming: true,
            batch: true,
            word_times: true,
            leaves_server: false,
            gate: Gate::Speech,
            scripted: false,
        }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let file = self.live(&request.language)?;
        let language = language(&file, &request.language)?;
        let loaded = self.shelf.get(&file).await?;
        stream::start(Work { loaded, language, vocabulary: vocabulary(&request.vocabulary), pace: self.config.pace })
    }

    fn batch(&self) -> Option<Arc<dyn BatchRecognizer>> {
        Some(Arc::new(self.clone()))
    }
}

#[cfg(test)]
mod tests;
