//! What the service sends, as far as it is used.

use serde::Deserialize;

/// A message, by its `type`.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(super) enum ServerMessage {
    Results(Results),
    /// Somebody began to speak.
    SpeechStarted,
    /// Nobody has spoken for `utterance_end_ms`. (Its `channel` is an array, unlike in `Results`: it isn't read.)
    UtteranceEnd,
    /// The answer to CloseStream: nothing follows.
    Metadata,
    Error(Failure),
    /// What is new since this was written is no reason to stop.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct Results {
    pub channel: Alternatives,
    /// Seconds since the connection's first sample.
    pub start: f64,
    /// Seconds.
    pub duration: f64,
    /// This stretch of audio will not be heard again. It is no end of an utterance.
    #[serde(default)]
    pub is_final: bool,
    /// The speaker has paused: the utterance is complete.
    #[serde(default)]
    pub speech_final: bool,
    /// It was asked for by Finalize or CloseStream.
    #[serde(default)]
    pub from_finalize: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Alternatives {
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Alternative {
    pub transcript: String,
    #[serde(default)]
    pub confidence: f64,
    #[serde(default)]
    pub words: Vec<HeardWord>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeardWord {
    pub word: String,
    pub start: f64,
    pub end: f64,
    #[serde(default)]
    pub confidence: f64,
    /// As it is written in the transcript; there with `punctuate` or `smart_format`.
    pub punctuated_word: Option<String>,
}

/// What is answered to a whole recording.
#[derive(Debug, Deserialize)]
pub(super) struct Transcript {
    pub results: Channels,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channels {
    pub channels: Vec<Alternatives>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub err_msg: String,
}

impl Failure {
    /// The first of its texts that says something.
    pub fn reason(self) -> String {
        [self.description, self.err_msg, self.message]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_else(|| "no reason given".to_owned())
    }
}
