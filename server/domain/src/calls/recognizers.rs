//! The recognizers of this server, by id, and what each may be used for. Everything here goes by what a recognizer can do, never by
//! which one it is.

use std::sync::Arc;

use model::{Call, Capabilities, Channel, Code, Languages, Problem, RecognizerChoice, RecognizerId, TrackId};

use super::CallsKernel as _;
use kernel::{Kernel, Result};
use ports::{OpenStream, Recognizer, Redaction};

/// The recognizers that are set up, in the order in which they are offered.
pub struct RecognizerRegistry(Vec<Arc<dyn Recognizer>>);

/// What an id stands for on this server.
pub(crate) enum ChosenRecognizer {
    /// Nothing recognizes the call.
    Nobody,
    /// The page's browser does.
    Browser,
    /// A recognizer of this server.
    Here(Arc<dyn Recognizer>),
    /// One that this server doesn't have, or doesn't have any more.
    Missing(MissingRecognizer),
}

/// A call names a recognizer that this server doesn't have, or doesn't have any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The recognizer “{0}” isn't set up on this server. Choose another one.")]
pub(crate) struct MissingRecognizer(pub RecognizerId);

impl From<MissingRecognizer> for Problem {
    fn from(missing: MissingRecognizer) -> Self {
        unusable("recognizer", &missing.to_string())
    }
}

impl RecognizerRegistry {
    /// These. Of several with one id only the first is kept, and none may have an id of what is no recognizer of a server.
    pub fn new(all: impl IntoIterator<Item = Arc<dyn Recognizer>>) -> Self {
        let mut kept: Vec<Arc<dyn Recognizer>> = Vec::new();
        for recognizer in all {
            let id = recognizer.id();
            if [RecognizerId::NONE, RecognizerId::BROWSER].contains(&id) || kept.iter().any(|known| known.id() == id) {
                tracing::error!(%id, "a recognizer's id is taken; it is left out");
            } else {
                kept.push(recognizer);
            }
        }
        Self(kept)
    }

    /// What an id stands for.
    pub(crate) fn get(&self, id: &RecognizerId) -> ChosenRecognizer {
        if *id == RecognizerId::NONE {
            return ChosenRecognizer::Nobody;
        }
        if *id == RecognizerId::BROWSER {
            return ChosenRecognizer::Browser;
        }
        match self.0.iter().find(|recognizer| recognizer.id() == *id) {
            Some(recognizer) => ChosenRecognizer::Here(Arc::clone(recognizer)),
            None => ChosenRecognizer::Missing(MissingRecognizer(id.clone())),
        }
    }

    fn that(&self, can: impl Fn(&Capabilities) -> bool) -> impl Iterator<Item = &Arc<dyn Recognizer>> {
        self.0.iter().filter(move |recognizer| can(&recognizer.capabilities()))
    }

    /// Every recognizer that a person may choose for an own live call, usable or not.
    pub(crate) fn for_calls(&self) -> Vec<RecognizerChoice> {
        let here = self.that(|can| can.streaming && !can.scripted).map(|recognizer| recognizer.choice());
        here.chain([browser(), nobody()]).collect()
    }

    /// Every recognizer that can make a transcript of a recording, usable or not.
    pub(crate) fn for_recordings(&self) -> Vec<RecognizerChoice> {
        self.that(|can| can.takes_recordings() && !can.scripted).map(|recognizer| recognizer.choice()).collect()
    }

    /// What a person's first call begins with. A service that somebody has a key for is better than a program beside the server.
    pub(crate) fn preferred(&self) -> RecognizerId {
        let usable = self.that(|can| can.streaming && !can.scripted).filter(|recognizer| recognizer.choice().unavailable.is_none());
        let best = usable.min_by_key(|recognizer| !recognizer.capabilities().leaves_server);
        best.map_or(RecognizerId::BROWSER, |recognizer| recognizer.id())
    }

    /// The one that recites the sample call.
    pub(crate) fn scripted(&self) -> RecognizerId {
        self.that(|can| can.scripted).next().map_or(RecognizerId::NONE, |recognizer| recognizer.id())
    }

    /// What a live call's transcriber tries, in order. One that fails, or isn't there any more, gives way to those that run on this server,
    /// never to one that sound leaves for: where audio goes is the person's choice.
    pub(crate) fn for_transcriber(&self, call: &Call) -> Vec<Arc<dyn Recognizer>> {
        let chosen = match self.get(&call.recognizer) {
            ChosenRecognizer::Nobody | ChosenRecognizer::Browser => return Vec::new(),
            ChosenRecognizer::Here(chosen) => Some(chosen),
            ChosenRecognizer::Missing(_) => None,
        };
        if chosen.as_ref().is_some_and(|chosen| chosen.capabilities().scripted) {
            return chosen.into_iter().collect();
        }
        let fallback = self
            .that(|can| can.streaming && !can.scripted && !can.leaves_server && can.languages.may_take(&call.language))
            .filter(|recognizer| recognizer.id() != call.recognizer && recognizer.choice().unavailable.is_none());
        chosen.into_iter().filter(|chosen| chosen.capabilities().streaming).chain(fallback.cloned()).collect()
    }
}

/// What a track's recognizer is opened with.
pub(crate) fn open_stream(call: &Call, track: TrackId) -> OpenStream {
    let channel = call.channel_of(track).unwrap_or(Channel::Customer);
    OpenStream { track, channel, language: call.language.clone(), vocabulary: Redaction::default().texts(&call.vocabulary), reopens: false }
}

/// That a new live call in this language may have this recognizer.
///
/// # Errors
/// `recognizer_unavailable`, with the field.
pub(crate) fn require_for_call(kernel: &Kernel, id: &RecognizerId, language: &str) -> Result<()> {
    match kernel.recognizers().get(id) {
        ChosenRecognizer::Nobody | ChosenRecognizer::Browser => Ok(()),
        ChosenRecognizer::Missing(missing) => Err(Problem::from(missing).into()),
        ChosenRecognizer::Here(recognizer) => {
            let can = recognizer.capabilities();
            require_fit(&*recognizer, &can, language)?;
            if !can.streaming {
                return Err(unusable("recognizer", "This recognizer takes recordings only. Choose another one for a live call.").into());
            }
            Ok(())
        }
    }
}

/// That a recording in this language can be recognized with this, and with what.
///
/// # Errors
/// `invalid` for what is no recognizer of the server, `recognizer_unavailable`, with the field.
pub(crate) fn require_for_recording(kernel: &Kernel, id: &RecognizerId, language: &str) -> Result<Arc<dyn Recognizer>> {
    match kernel.recognizers().get(id) {
        ChosenRecognizer::Nobody | ChosenRecognizer::Browser => {
            Err(Problem::of_field("recognizer", "A recording can be recognized on the server only. Choose another recognizer.").into())
        }
        ChosenRecognizer::Missing(missing) => Err(Problem::from(missing).into()),
        ChosenRecognizer::Here(recognizer) => {
            let can = recognizer.capabilities();
            require_fit(&*recognizer, &can, language)?;
            if !can.takes_recordings() {
                return Err(unusable("recognizer", "This recognizer takes no recordings. Choose another one.").into());
            }
            Ok(recognizer)
        }
    }
}

fn require_fit(recognizer: &dyn Recognizer, can: &Capabilities, language: &str) -> Result<()> {
    if can.scripted {
        return Err(unusable("recognizer", "This recognizer fits the sample call only. Choose another one.").into());
    }
    if let Some(why) = recognizer.choice().unavailable {
        return Err(unusable("recognizer", &why).into());
    }
    if !can.languages.may_take(language) {
        let message = format!("This recognizer can't do the language {language}. Choose another language or another recognizer.");
        return Err(unusable("language", &message).into());
    }
    Ok(())
}

fn unusable(field: &str, why: &str) -> Problem {
    Problem { field: Some(field.to_owned()), ..Problem::new(Code::RecognizerUnavailable, why) }
}

fn browser() -> RecognizerChoice {
    RecognizerChoice {
        id: RecognizerId::BROWSER,
        label: RecognizerId::BROWSER.name(),
        unavailable: None,
        note: "Chrome and Edge send the audio to their maker to recognize it. Firefox can't do it.".to_owned(),
        capabilities: Capabilities { languages: Languages::Told, streaming: true, leaves_server: true, ..Capabilities::NONE },
    }
}

fn nobody() -> RecognizerChoice {
    RecognizerChoice {
        id: RecognizerId::NONE,
        label: RecognizerId::NONE.name(),
        unavailable: None,
        note: "The call is recorded and measured; you can have it recognized afterwards.".to_owned(),
        capabilities: Capabilities::NONE,
    }
}

#[cfg(test)]
mod tests;
