//! Recognizers, as the preparation page and the API show them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

/// Which recognizer turns a call's speech into text: 1 to 40 lowercase letters, digits and hyphens.
///
/// The set is open: a server knows those that it has, a stored call may name one that its server doesn't have any more.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1, max_length = 40, pattern = "^[a-z0-9-]{1,40}$", example = "none"))]
#[serde(try_from = "String", into = "String")]
pub struct RecognizerId(Cow<'static, str>);

/// A text that is no recognizer's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRecognizerId {
    /// At most 40 characters of it.
    text: String,
}

impl std::fmt::Display for NoRecognizerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "“{}” is no recognizer: its id has 1 to {} lowercase letters, digits and hyphens", self.text, RecognizerId::MAX)
    }
}

impl std::error::Error for NoRecognizerId {}

impl RecognizerId {
    /// Most characters of an id.
    pub const MAX: usize = 40;
    /// No recognizer: the call is recorded and measured, and can be recognized later.
    pub const NONE: Self = Self::known("none");
    /// The browser's own Web Speech, in the page: text comes in instead of audio.
    pub const BROWSER: Self = Self::known("browser");

    /// The id of a recognizer that is built in.
    ///
    /// # Panics
    /// If the text is no id; at compile time where it is used for a constant.
    pub const fn known(text: &'static str) -> Self {
        assert!(is_id(text.as_bytes()), "a recognizer's id has 1 to 40 lowercase letters, digits and hyphens");
        Self(Cow::Borrowed(text))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name for people, where nobody who has the recognizer is there to say a better one.
    pub fn name(&self) -> String {
        if *self == Self::NONE {
            return "No recognizer".to_owned();
        }
        if *self == Self::BROWSER {
            return "This browser".to_owned();
        }
        let mut letters = self.0.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }
}

const fn is_id(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if !(text[at].is_ascii_lowercase() || text[at].is_ascii_digit() || text[at] == b'-') {
            return false;
        }
        at += 1;
    }
    !text.is_empty() && text.len() <= RecognizerId::MAX
}

impl std::fmt::Display for RecognizerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RecognizerId {
    type Error = NoRecognizerId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_id(text.as_bytes()) {
            Ok(Self(Cow::Owned(text)))
        } else {
            Err(NoRecognizerId { text: text.chars().take(Self::MAX).collect() })
        }
    }
}

impl std::str::FromStr for RecognizerId {
    type Err = NoRecognizerId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<RecognizerId> for String {
    fn from(id: RecognizerId) -> Self {
        id.0.into_owned()
    }
}

/// What a recognizer can do. Pages and rules go by this, never by which one it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Capabilities {
    /// Which languages it recognizes.
    pub languages: Languages,
    /// It hears a call while it is live. Whole recordings are then pushed through a stream, where it has no better way for them.
    pub streaming: bool,
    /// It has a way of its own for whole recordings, which knows the end of a sentence before it writes its beginning.
    pub batch: bool,
    /// It says when each word was said, not only each utterance.
    pub word_times: bool,
    /// Sound goes to another company's or another machine's service.
    pub leaves_server: bool,
    /// Which sound it wants.
    pub gate: Gate,
    /// It recites the sample call, whatever it is given: it is offered for no other one.
    pub scripted: bool,
}

impl Capabilities {
    /// Nothing at all, in any language: what a recognizer can do is told on top of it.
    pub const NONE: Self = Self {
        languages: Languages::Any,
        streaming: false,
        batch: false,
        word_times: false,
        leaves_server: false,
        gate: Gate::Everything,
        scripted: false,
    };

    /// Whether it can make a transcript of a recording, in its own way or through a stream.
    pub const fn takes_recordings(&self) -> bool {
        self.batch || self.streaming
    }
}

/// Which languages a recognizer recognizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Languages {
    /// Whatever is spoken.
    Any,
    /// It is told the call's language, and says itself whether it can do it.
    Told,
    /// These: BCP 47 tags. One without a region stands for all regions.
    List(Vec<String>),
}

impl Languages {
    /// Whether speech in this language (a BCP 47 tag) may be recognized.
    pub fn may_take(&self, language: &str) -> bool {
        let Self::List(known) = self else { return true };
        let main = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        known.iter().any(|known| known.eq_ignore_ascii_case(language) || (!known.contains('-') && main(known) == main(language)))
    }
}

text_enum! {
    /// Which sound a recognizer wants.
    Gate {
        /// Everything, silence too (streaming services that bill by the connection and find the ends themselves).
        Everything = "everything",
        /// Only stretches with speech, with some silence around, so that silence makes no words.
        Speech = "speech",
    }
}

/// A recognizer and whether it can be used here and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecognizerChoice {
    /// Which.
    pub id: RecognizerId,
    /// Name and model, for example `Deepgram nova-3`.
    pub label: String,
    /// Why it can't be used, as a sentence; none if it can.
    pub unavailable: Option<String>,
    /// What a person should know before choosing it, for example that audio leaves the server.
    pub note: String,
    /// What it can do.
    pub capabilities: Capabilities,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn everything_that_was_ever_stored_is_an_id() {
        for word in ["command", "deepgram", "browser", "sample", "none"] {
            let id: RecognizerId = word.parse().unwrap();
            assert_eq!(serde_json::from_str::<RecognizerId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
            assert_eq!((id.as_str(), id.to_string()), (word, word.to_owned()));
        }
        assert_eq!("none".parse(), Ok(RecognizerId::NONE));
        assert_eq!("browser".parse(), Ok(RecognizerId::BROWSER));
    }

    #[test]
    fn what_is_no_id_is_refused_with_a_sentence() {
        let longest = "a".repeat(RecognizerId::MAX);
        assert!(longest.parse::<RecognizerId>().is_ok());
        for text in ["", "Deepgram", "open ai", "a_b", "é", "a/b", &format!("{longest}a"), &"é".repeat(1_000_000)] {
            let error = text.parse::<RecognizerId>().unwrap_err().to_string();
            assert!(error.contains("is no recognizer") && error.chars().count() < 150, "{error}");
            assert!(serde_json::from_value::<RecognizerId>(text.into()).is_err());
        }
    }

    #[test]
    fn every_id_has_a_name() {
        assert_eq!(RecognizerId::NONE.name(), "No recognizer");
        assert_eq!(RecognizerId::BROWSER.name(), "This browser");
        assert_eq!(RecognizerId::known("assemblyai").name(), "Assemblyai");
    }

    #[test]
    fn languages_are_taken_with_their_regions() {
        let list = Languages::List(vec!["de".to_owned(), "pt-BR".to_owned()]);
        for (language, taken) in [("de", true), ("DE-at", true), ("pt-br", true), ("pt", false), ("pt-PT", false), ("en", false)] {
            assert_eq!(list.may_take(language), taken, "{language}");
        }
        assert!(Languages::Any.may_take("tlh") && Languages::Told.may_take("tlh"));
    }
}
