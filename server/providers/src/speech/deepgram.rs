//! Deepgram: live calls through its websocket, <https://developers.deepgram.com/reference/speech-to-text/listen-streaming>, and whole
//! recordings through its REST interface.

mod batch;
mod messages;
mod protocol;

use std::sync::Arc;

use async_trait::async_trait;
use model::{Capabilities, Channel, Gate, Languages, RecognizerChoice, RecognizerId, TrackId};
use ports::{Audio, BatchRecognizer, OpenStream, Recognizer, RecognizerError, RecognizerStream};
use secrecy::SecretString;

use self::batch::Prerecorded;
use self::protocol::Protocol;
use crate::speech::socket::{self, Pace};

/// Where the service is, unless the configuration says otherwise.
pub const DEFAULT_URL: &str = "wss://api.deepgram.com";
/// The model, unless the configuration says otherwise.
pub const DEFAULT_MODEL: &str = "nova-3";

/// Deepgram as a recognizer.
#[derive(Clone, Debug)]
pub struct Deepgram {
    url: String,
    key: Option<SecretString>,
    model: String,
    pace: Pace,
}

impl Deepgram {
    /// Its id, in calls and in the API.
    pub const ID: RecognizerId = RecognizerId::known("deepgram");

    /// The service at `url` (`wss://…`; `ws://` for one on this machine), used with `key`. Without a key it is offered as unavailable.
    pub fn new(url: impl Into<String>, key: Option<SecretString>, model: impl Into<String>) -> Self {
        Self { url: url.into(), key, model: model.into(), pace: Pace::default() }
    }

    /// Another pace than the default.
    #[must_use]
    pub const fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Opens a stream without audio and closes it: tells whether the address and the key are right.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub async fn check(&self) -> Result<String, String> {
        let request = OpenStream {
            track: TrackId::MICROPHONE,
            channel: Channel::Rep,
            language: "en-US".to_owned(),
            vocabulary: Vec::new(),
            reopens: false,
        };
        let RecognizerStream { audio, mut events } = self.open(request).await.map_err(|error| error.to_string())?;
        // If the stream is over already, its events say why.
        let _ = audio.send(Audio::Finish).await;
        while let Some(event) = events.recv().await {
            event.map_err(|error| error.to_string())?;
        }
        Ok(format!("Deepgram takes the key and the model {}.", self.model))
    }
}

#[async_trait]
impl Recognizer for Deepgram {
    fn id(&self) -> RecognizerId {
        Self::ID
    }

    fn choice(&self) -> RecognizerChoice {
        RecognizerChoice {
            id: Self::ID,
            label: format!("Deepgram {}", self.model),
            unavailable: self.key.is_none().then(|| "No Deepgram key is configured on this server.".to_owned()),
            capabilities: self.capabilities(),
            note: "The call's audio is sent to Deepgram.".to_owned(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            languages: Languages::Told,
            streaming: true,
            batch: true,
            word_times: true,
            leaves_server: true,
            gate: Gate::Everything,
            scripted: false,
        }
    }

    async fn open(&self, request: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        let Some(key) = self.key.clone() else {
            return Err(RecognizerError::NotConfigured("no Deepgram key is configured on this server".to_owned()));
        };
        socket::open(Protocol::new(&self.url, key, &self.model, &request), self.pace).await
    }

    fn batch(&self) -> Option<Arc<dyn BatchRecognizer>> {
        let key = self.key.clone()?;
        Some(Arc::new(Prerecorded::new(self.url.clone(), key, self.model.clone())))
    }
}

#[cfg(test)]
mod tests;
