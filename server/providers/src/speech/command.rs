//! Any program as a recognizer: PCM on its standard input, JSON lines on its standard output, one process a channel.

mod line;
mod process;
mod protocol;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use model::{Capabilities, Channel, Gate, Languages, RecognizerChoice, RecognizerId, TrackId};
use ports::{Audio, OpenStream, Recognizer, RecognizerError, RecognizerStream};

/// The program that ships with the server.
const POCKETSPHINX: &str = include_str!("command/pocketsphinx.py");

/// The word that stands for it in the configuration.
const POCKETSPHINX_WORD: &str = "pocketsphinx";

/// How much patience a program gets.
#[derive(Clone, Copy, Debug)]
pub struct CommandPatience {
    /// Taking no byte of waiting audio for this long means hung.
    pub takes_audio: Duration,
    /// Saying nothing for this long after the last audio, without ending, means hung.
    pub says_the_rest: Duration,
    /// From starting with no audio to ending, in [`Command::check`].
    pub starts: Duration,
}

impl Default for CommandPatience {
    fn default() -> Self {
        Self { takes_audio: Duration::from_secs(15), says_the_rest: Duration::from_secs(15), starts: Duration::from_secs(30) }
    }
}

/// A recognizer program.
#[derive(Debug)]
pub struct Command {
    argv: Vec<String>,
    label: String,
    patience: CommandPatience,
    /// Why it can't be used, found out by the last [`Command::check`].
    trouble: Mutex<Option<String>>,
}

impl Command {
    /// Its id, in calls and in the API.
    pub const ID: RecognizerId = RecognizerId::known("command");

    /// A recognizer that runs `line` (program and arguments, split at spaces, with quotes; no shell) and is shown as `label`.
    ///
    /// # Errors
    /// A sentence if the line names no program or a quote isn't closed.
    pub fn new(line: &str, label: impl Into<String>) -> Result<Self, String> {
        Ok(Self::of(line::split(line)?, label.into()))
    }

    /// What `CLOSEZLY_SPEECH_COMMAND` says: a command line, or the bare word `pocketsphinx`, which writes the program that ships
    /// with the server into `folder` and runs it with `python` (a program's name or path).
    ///
    /// # Errors
    /// A sentence if the line can't be used or the file can't be written.
    pub fn from_config(line: &str, folder: &Path, python: &str) -> Result<Self, String> {
        if line.trim() == POCKETSPHINX_WORD {
            return Self::pocketsphinx(folder, python);
        }
        let argv = line::split(line)?;
        let name = Path::new(&argv[0]).file_name().map_or_else(|| argv[0].clone(), |name| name.to_string_lossy().into_owned());
        Ok(Self::of(argv, name))
    }

    /// PocketSphinx with the program that ships with the server, written into `folder`.
    ///
    /// # Errors
    /// A sentence if the file can't be written.
    pub fn pocketsphinx(folder: &Path, python: &str) -> Result<Self, String> {
        let file = folder.join("pocketsphinx.py");
        // Only when it differs: a running server's program isn't rewritten under it by a second one.
        if std::fs::read(&file).ok().as_deref() != Some(POCKETSPHINX.as_bytes()) {
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&file, POCKETSPHINX))
                .map_err(|error| format!("The recognizer's program can't be written to {}: {error}.", file.display()))?;
        }
        Ok(Self::of(vec![python.to_owned(), file.to_string_lossy().into_owned()], "PocketSphinx".to_owned()))
    }

    /// Stands for the program where none is set, so that the page can say that there could be one.
    pub fn unset() -> Self {
        let trouble = "No program is set on this server (CLOSEZLY_SPEECH_COMMAND).".to_owned();
        Self { trouble: Mutex::new(Some(trouble)), ..Self::of(Vec::new(), "A program on this server".to_owned()) }
    }

    fn of(argv: Vec<String>, label: String) -> Self {
        Self { argv, label, patience: CommandPatience::default(), trouble: Mutex::new(None) }
    }

    /// Another patience than the default.
    #[must_use]
    pub fn with_patience(mut self, patience: CommandPatience) -> Self {
        self.patience = patience;
        self
    }

    /// Runs the program once without audio and keeps what is wrong for [`Recognizer::choice`].
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn check(&self) -> Result<String, String> {
        let outcome = tokio::time::timeout(self.patience.starts, self.try_out()).await.unwrap_or(Err(RecognizerError::Hung));
        let outcome = outcome.map_err(|error| error.to_string());
        if let Ok(mut trouble) = self.trouble.lock() {
            *trouble = outcome.clone().err();
        }
        outcome.map(|()| format!("{} starts and ends as it should.", self.label))
    }

    async fn try_out(&self) -> Result<(), RecognizerError> {
        let request = OpenStream {
            track: TrackId::MICROPHONE,
            channel: Channel::Rep,
            language: "en-US".to_owned(),
            vocabulary: Vec::new(),
            reopens: false,
        };
        let RecognizerStream { audio, mut events } = self.open(request).await?;
        // A program that ended at once has said why in its events.
        let _ = audio.send(Audio::Finish).await;
        while let Some(event) = events.recv().await {
            event?;
        }
        Ok(())
    }
}

#[async_trait]
impl Recognizer for Command {
    fn id(&self) -> RecognizerId {
        Self::ID
    }

    fn choice(&self) -> RecognizerChoice {
        let missing =
            self.argv.first().filter(|program| find(program).is_none()).map(|program| format!("The program {program} isn't there."));
        RecognizerChoice {
            id: Self::ID,
            label: self.label.clone(),
            unavailable: missing.or_else(|| self.trouble.lock().ok().and_then(|trouble| trouble.clone())),
            capabilities: self.capabilities(),
            note: "Runs on this server. Audio does not leave it.".to_owned(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            languages: Languages::Told,
            streaming: true,
            batch: false,
            word_times: true,
            leaves_server: false,
            gate: Gate::Speech,
            scripted: false,
        }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        if self.argv.is_empty() {
            return Err(RecognizerError::NotConfigured("no program is set".to_owned()));
        }
        process::start(&self.argv, &request, self.patience)
    }
}

/// The file of a program that is named as in a shell.
fn find(program: &str) -> Option<PathBuf> {
    let named = Path::new(program);
    if named.components().count() > 1 {
        return named.is_file().then(|| named.to_owned());
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(named)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests;
