//! Deepgram's messages both ways, without I/O.

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, StatusCode};
use model::{Millis, Utterance, Word};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ports::{OpenStream, RecognizerError};
use secrecy::{ExposeSecret, SecretString};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::messages::{Alternative, Failure, HeardWord, Results, ServerMessage};
use crate::speech::SAMPLE_RATE;
use crate::speech::socket::{LiveProtocol, ProtocolEvent};
use crate::speech::timeline::{one_line, word};

/// The service takes at most 500 tokens of key terms; a term has about four.
const MOST_KEY_TERMS: usize = 100;
/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Somebody who doesn't pause gets a final at the next piece after so many ms.
const LONGEST_UTTERANCE: i64 = 20_000;

/// One channel's conversation with the service.
pub(super) struct Protocol {
    url: String,
    key: SecretString,
    language: String,
    /// Final pieces of an utterance that isn't complete.
    pieces: Vec<Utterance>,
    /// A partial is on the page.
    shown: bool,
}

impl Protocol {
    pub fn new(base: &str, key: SecretString, model: &str, request: &OpenStream) -> Self {
        Self { url: address(base, model, request), key, language: request.language.clone(), pieces: Vec::new(), shown: false }
    }

    fn results(&mut self, results: Results) -> Result<Vec<ProtocolEvent>, String> {
        let (start, end) = (milliseconds(results.start)?, milliseconds(results.start + results.duration)?);
        let best = results.channel.alternatives.into_iter().next().unwrap_or_default();
        let said = utterance(&best, start, end)?;
        let mut heard = Vec::new();
        if !results.is_final {
            if said.text.is_empty() && self.pieces.is_empty() {
                return Ok(heard);
            }
            self.shown = true;
            heard.push(ProtocolEvent::Partial(joined(self.pieces.iter().cloned().chain([said]))));
            return Ok(heard);
        }
        if !said.text.is_empty() {
            self.pieces.push(said);
        }
        let long = self.pieces.first().is_some_and(|first| end - first.start.0 > LONGEST_UTTERANCE);
        if results.speech_final || results.from_finalize || long {
            heard.extend(self.complete(end));
        } else if !self.pieces.is_empty() {
            self.shown = true;
            heard.push(ProtocolEvent::Partial(joined(self.pieces.iter().cloned())));
        }
        // Pieces that are not told yet would be lost with the connection: they are not done.
        let done = self.pieces.first().map_or(end, |first| first.start.0.min(end));
        heard.push(ProtocolEvent::Done(Millis(done)));
        Ok(heard)
    }

    /// The utterance is complete: a final, empty if only a partial has to go.
    fn complete(&mut self, now: i64) -> Option<ProtocolEvent> {
        if let Some(said) = self.take_rest() {
            return Some(ProtocolEvent::Final(said));
        }
        std::mem::take(&mut self.shown).then(|| {
            let (text, words) = (String::new(), Vec::new());
            ProtocolEvent::Final(Utterance { text, start: Millis(now), end: Millis(now), confidence: 0.0, words })
        })
    }
}

impl LiveProtocol for Protocol {
    fn request(&self) -> Result<Request<()>, RecognizerError> {
        let unusable = |what: &str| RecognizerError::NotConfigured(format!("{what} can't be used"));
        let mut request = self.url.as_str().into_client_request().map_err(|_| unusable("the address of Deepgram"))?;
        let mut token = HeaderValue::try_from(format!("Token {}", self.key.expose_secret())).map_err(|_| unusable("the Deepgram key"))?;
        token.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, token);
        Ok(request)
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> RecognizerError {
        refusal(status, body, &self.language)
    }

    fn keep_alive(&self) -> String {
        r#"{"type":"KeepAlive"}"#.to_owned()
    }

    fn finish(&self) -> String {
        r#"{"type":"CloseStream"}"#.to_owned()
    }

    fn read(&mut self, text: &str) -> Result<Vec<ProtocolEvent>, String> {
        Ok(match serde_json::from_str(text).map_err(|error| error.to_string())? {
            ServerMessage::Results(results) => self.results(results)?,
            // An end of speech after the last piece: the service gives no time of its own to go by.
            ServerMessage::UtteranceEnd => self.take_rest().map(ProtocolEvent::Final).into_iter().collect(),
            ServerMessage::Metadata => vec![ProtocolEvent::End],
            ServerMessage::Error(failure) => vec![ProtocolEvent::Failed(one_line(&failure.reason()))],
            ServerMessage::SpeechStarted | ServerMessage::Other => Vec::new(),
        })
    }

    fn take_rest(&mut self) -> Option<Utterance> {
        if self.pieces.is_empty() {
            return None;
        }
        self.shown = false;
        Some(joined(self.pieces.drain(..)))
    }
}

/// What a refused request means.
pub(super) fn refusal(status: StatusCode, body: &[u8], language: &str) -> RecognizerError {
    let reason = serde_json::from_slice::<Failure>(body).unwrap_or_default().reason();
    match status.as_u16() {
        401 | 403 => RecognizerError::Authentication,
        402 => RecognizerError::Quota("the account has no credit".to_owned()),
        429 => RecognizerError::Quota("too many streams at a time".to_owned()),
        400 if reason.contains("language") => RecognizerError::Language(language.to_owned()),
        400..=499 => RecognizerError::NotConfigured(format!("Deepgram refused the request with {status} ({})", one_line(&reason))),
        _ => RecognizerError::Connection(format!("Deepgram answered {status}")),
    }
}

fn address(base: &str, model: &str, request: &OpenStream) -> String {
    let base = base.trim_end_matches('/').replacen("http", "ws", usize::from(base.starts_with("http")));
    let rate = SAMPLE_RATE.to_string();
    let mut parameters = vec![
        ("model", model),
        ("language", language(&request.language)),
        ("encoding", "linear16"),
        ("sample_rate", &rate),
        ("channels", "1"),
        ("interim_results", "true"),
        ("punctuate", "true"),
        ("smart_format", "true"),
        // A pause of 300 ms ends an utterance; the default of 10 ms cuts sentences up.
        ("endpointing", "300"),
        ("utterance_end_ms", "1000"),
        ("vad_events", "true"),
        ("tag", request.channel.as_str()),
    ];
    parameters.extend(key_terms(model, request));
    format!("{base}/v1/listen?{}", query(&parameters))
}

/// Words to expect, for models that know them as such: older ones know `keywords` instead, which work otherwise.
pub(super) fn key_terms<'a>(model: &str, request: &'a OpenStream) -> impl Iterator<Item = (&'static str, &'a str)> {
    let most = if model.starts_with("nova-3") { MOST_KEY_TERMS } else { 0 };
    request.vocabulary.iter().take(most).map(|term| ("keyterm", term.as_ref()))
}

/// Parameters as they stand in an address.
pub(super) fn query(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED))).collect();
    pairs.join("&")
}

/// The service knows some tags with a region; the others go without it.
pub(super) fn language(tag: &str) -> &str {
    const WITH_REGION: &[&str] =
        &["en-US", "en-AU", "en-GB", "en-IN", "en-NZ", "es-419", "fr-CA", "pt-BR", "pt-PT", "nl-BE", "de-CH", "zh-CN", "zh-TW", "zh-HK"];
    match WITH_REGION.iter().find(|known| known.eq_ignore_ascii_case(tag)) {
        Some(known) => known,
        None => tag.split(['-', '_']).next().unwrap_or(tag),
    }
}

/// Seconds as ms, if they are a time.
fn milliseconds(seconds: f64) -> Result<i64, String> {
    // A week: beyond it something is wrong.
    if (0.0..=604_800.0).contains(&seconds) {
        Ok((seconds * 1000.0).round() as i64)
    } else {
        Err(format!("an impossible time of {seconds} s"))
    }
}

/// The words of a result, as they are written.
pub(super) fn words(best: &Alternative) -> Result<Vec<Word>, String> {
    let as_written = |heard: &HeardWord| {
        let text = heard.punctuated_word.as_ref().unwrap_or(&heard.word);
        Ok(word(text, milliseconds(heard.start)? as f64, milliseconds(heard.end)? as f64, heard.confidence))
    };
    best.words.iter().map(as_written).collect()
}

fn utterance(best: &Alternative, start: i64, end: i64) -> Result<Utterance, String> {
    let words = words(best)?;
    // A result's own stretch has silence around the words.
    let start = words.first().map_or(start, |word| word.start.0);
    let end = words.last().map_or(end, |word| word.end.0);
    Ok(Utterance {
        text: one_line(&best.transcript),
        start: Millis(start),
        end: Millis(end),
        confidence: best.confidence.clamp(0.0, 1.0),
        words,
    })
}

/// Pieces as one utterance; its confidence is theirs by the number of words.
fn joined(pieces: impl IntoIterator<Item = Utterance>) -> Utterance {
    let mut pieces = pieces.into_iter().filter(|piece| !piece.text.is_empty());
    let Some(mut whole) = pieces.next() else {
        return Utterance { text: String::new(), start: Millis::ZERO, end: Millis::ZERO, confidence: 0.0, words: Vec::new() };
    };
    for piece in pieces {
        let (before, more) = (whole.words.len().max(1) as f64, piece.words.len().max(1) as f64);
        whole.confidence = ((whole.confidence * before + piece.confidence * more) / (before + more)).clamp(0.0, 1.0);
        whole.text = format!("{} {}", whole.text, piece.text);
        whole.end = piece.end;
        whole.words.extend(piece.words);
    }
    whole
}

#[cfg(test)]
mod tests;
