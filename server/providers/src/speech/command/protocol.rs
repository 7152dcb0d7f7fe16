//! The lines that a recognizer program prints. Described for authors of programs in `docs/guides/recognizer-program.md`.

use model::{Millis, Utterance};
use ports::{RecognizerError, RecognizerEvent};
use serde::Deserialize;

use crate::speech::timeline::{one_line, word};

/// Longer texts than this are nobody's utterance.
const LONGEST_TEXT: usize = 10_000;

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// Something was heard.
    Event(RecognizerEvent),
    /// The program gives up and says why.
    GaveUp(RecognizerError),
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
    start: Option<f64>,
    end: Option<f64>,
    confidence: Option<f64>,
    #[serde(default)]
    words: Vec<RawWord>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct RawWord {
    text: String,
    start: f64,
    end: f64,
    confidence: Option<f64>,
}

/// Reads one line, without its end.
///
/// # Errors
/// What is wrong with it, for the log and for [`RecognizerError::Rubbish`].
pub(super) fn parse(line: &[u8], language: &str) -> Result<Line, String> {
    let raw: Raw = serde_json::from_slice(line).map_err(|error| format!("{error} in {}", excerpt(line)))?;
    match raw.kind.as_str() {
        "partial" => utterance(&raw).map(|utterance| Line::Event(RecognizerEvent::Partial(utterance))),
        "final" => utterance(&raw).map(|utterance| Line::Event(RecognizerEvent::Final(utterance))),
        "error" => Ok(Line::GaveUp(gave_up(&raw, language))),
        _ => Err(format!("unknown type in {}", excerpt(line))),
    }
}

fn utterance(raw: &Raw) -> Result<Utterance, String> {
    if raw.text.len() > LONGEST_TEXT {
        return Err(format!("a text of {} bytes", raw.text.len()));
    }
    let (Some(start), Some(end)) = (raw.start, raw.end) else {
        return Err(format!("no start or end for “{}”", excerpt(raw.text.as_bytes())));
    };
    stretch(start, end)?;
    let mut words = Vec::with_capacity(raw.words.len());
    for piece in &raw.words {
        stretch(piece.start, piece.end)?;
        words.push(word(&piece.text, piece.start, piece.end, share(piece.confidence)?));
    }
    Ok(Utterance {
        text: one_line(&raw.text),
        start: Millis(start.round() as i64),
        end: Millis(end.round() as i64),
        confidence: share(raw.confidence)?,
        words,
    })
}

/// Times must be possible; whether they lie within the stream is the timeline's business.
fn stretch(start: f64, end: f64) -> Result<(), String> {
    // A week in ms: beyond it a program counts in another unit.
    let possible = 0.0..=604_800_000.0;
    if possible.contains(&start) && possible.contains(&end) && start <= end {
        Ok(())
    } else {
        Err(format!("impossible times {start} to {end}"))
    }
}

fn share(confidence: Option<f64>) -> Result<f64, String> {
    match confidence {
        None => Ok(1.0),
        Some(confidence) if (0.0..=1.0).contains(&confidence) => Ok(confidence),
        Some(confidence) => Err(format!("a confidence of {confidence}, which isn't between 0 and 1")),
    }
}

fn gave_up(raw: &Raw, language: &str) -> RecognizerError {
    let message = excerpt(one_line(&raw.message).as_bytes());
    match raw.code.as_str() {
        "setup" => RecognizerError::NotConfigured(message),
        "language" => RecognizerError::Language(language.to_owned()),
        _ => RecognizerError::Crashed(message),
    }
}

/// The beginning of something that a program said, fit for a log or a sentence.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = one_line(&String::from_utf8_lossy(&bytes[..bytes.len().min(800)]));
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_final_line_with_words_is_read() {
        let line = br#"{"type":"final","text":" too\texpensive ","start":100,"end":900.4,"confidence":0.5,"words":[{"text":"too","start":100,"end":400},{"text":"expensive","start":400,"end":900,"confidence":0.25}],"more":1}"#;
        let Ok(Line::Event(RecognizerEvent::Final(said))) = parse(line, "en") else { panic!("not a final") };
        assert_eq!((said.text.as_str(), said.start.0, said.end.0, said.confidence), ("too expensive", 100, 900, 0.5));
        assert_eq!((said.words[0].confidence, said.words[1].confidence), (1.0, 0.25));
    }

    #[test]
    fn a_program_that_gives_up_says_why() {
        let parse = |line: &str| parse(line.as_bytes(), "de-DE").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            parse(r#"{"type":"error","code":"setup","message":"no model"}"#),
            Line::GaveUp(RecognizerError::NotConfigured("no model".into()))
        );
        assert_eq!(parse(r#"{"type":"error","code":"language"}"#), Line::GaveUp(RecognizerError::Language("de-DE".into())));
        assert_eq!(parse(r#"{"type":"error","message":"out of memory"}"#), Line::GaveUp(RecognizerError::Crashed("out of memory".into())));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, wrong) in [
            ("hello", "expected value"),
            (r#"{"type":"partial","text":"a","start":NaN,"end":1}"#, "expected value"),
            (r#"{"type":"partial","text":1,"start":0,"end":1}"#, "invalid type"),
            (r#"{"type":"partial","text":"a"}"#, "no start"),
            (r#"{"type":"partial","text":"a","start":-1,"end":1}"#, "impossible times"),
            (r#"{"type":"partial","text":"a","start":2,"end":1}"#, "impossible times"),
            (r#"{"type":"partial","text":"a","start":0,"end":1e300}"#, "impossible times"),
            (r#"{"type":"final","text":"a","start":0,"end":1,"confidence":87}"#, "confidence of 87"),
            (r#"{"type":"final","text":"a","start":0,"end":1,"words":[{"text":"a","start":5,"end":1}]}"#, "impossible times"),
            (r#"{"type":"banana"}"#, "unknown type"),
            ("[]", "invalid"),
        ] {
            let Err(error) = parse(line.as_bytes(), "en") else { panic!("{line} was read") };
            assert!(error.contains(wrong), "{line}: {error}");
        }
        assert!(parse(b"{\"type\":\"partial\",\"text\":\"\xff\",\"start\":0,\"end\":1}", "en").is_err());
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&line, "en");
        }
    }
}
