//! Recognizers, as the preparation page and the API show them.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// What turns speech into text.
    RecognizerKind {
        /// A program on the server that reads PCM and prints JSON lines.
        Command = "command",
        /// Deepgram's live websocket.
        Deepgram = "deepgram",
        /// The browser's own Web Speech.
        Browser = "browser",
        /// The bundled sample call's own transcript.
        Sample = "sample",
        /// Nothing: the call is recorded and measured, and can be recognized later.
        None = "none",
    }
}

impl RecognizerKind {
    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Command => "Program on this server",
            Self::Deepgram => "Deepgram",
            Self::Browser => "This browser",
            Self::Sample => "Sample transcript",
            Self::None => "No recognizer",
        }
    }
}

/// A recognizer and whether it can be used here and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecognizerChoice {
    /// Which.
    pub kind: RecognizerKind,
    /// Name and model, for example `Deepgram nova-3`.
    pub label: String,
    /// Why it can't be used, as a sentence; none if it can.
    pub unavailable: Option<String>,
    /// What a person should know before choosing it, for example that audio leaves the server.
    pub note: String,
}
