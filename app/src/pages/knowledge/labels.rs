//! Words and numbers of documents, as people read them.

use model::{Citation, DocumentSource, DocumentState, SearchMode, Step, StepName};

use crate::components::Tone;

/// Languages that can be asked for, two letters and a name.
pub const LANGUAGES: [(&str, &str); 14] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("pt", "Portuguese"),
    ("nl", "Dutch"),
    ("sv", "Swedish"),
    ("pl", "Polish"),
    ("ru", "Russian"),
    ("ar", "Arabic"),
    ("hi", "Hindi"),
    ("ja", "Japanese"),
    ("zh", "Chinese"),
];

/// A state as one or two words.
pub const fn state(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Waiting => "Waiting",
        DocumentState::Reading => "Reading",
        DocumentState::Indexing => "Indexing",
        DocumentState::Ready => "Ready",
        DocumentState::Failed => "Failed",
        DocumentState::Locked => "Needs its password",
        DocumentState::Review => "Waiting for review",
    }
}

/// What a state means.
pub const fn tone(state: DocumentState) -> Tone {
    match state {
        DocumentState::Waiting => Tone::Neutral,
        DocumentState::Reading | DocumentState::Indexing => Tone::Info,
        DocumentState::Ready => Tone::Good,
        DocumentState::Failed => Tone::Bad,
        DocumentState::Locked | DocumentState::Review => Tone::Warn,
    }
}

/// Whether a document moves on without anybody.
pub const fn on_its_way(state: DocumentState) -> bool {
    matches!(state, DocumentState::Waiting | DocumentState::Reading | DocumentState::Indexing)
}

/// Where a document comes from, where it is worth a word.
pub const fn source(source: DocumentSource) -> Option<&'static str> {
    match source {
        DocumentSource::File => None,
        DocumentSource::Text => Some("Pasted text"),
        DocumentSource::Web => Some("Web page"),
        DocumentSource::Sample => Some("Sample"),
    }
}

/// A format's name.
pub fn format(format: &str) -> String {
    match format {
        "markdown" => "Markdown".to_owned(),
        "txt" => "Text".to_owned(),
        "eml" => "Mail".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// `3 pages`, `1 slide`; none for what has no places to count.
pub fn places(format: &str, count: i64) -> Option<String> {
    let one = match format {
        "pdf" => "page",
        "pptx" | "odp" => "slide",
        "xlsx" | "xls" | "ods" => "sheet",
        "epub" => "chapter",
        "zip" => "file",
        _ => return None,
    };
    (count > 0).then(|| counted(count, one))
}

/// `1 page`, `12 pages`.
pub fn counted(count: i64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {one}s", grouped(count)) }
}

/// `12 345` with narrow blanks between thousands.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// `0 bytes`, `900 bytes`, `12 KB`, `3.4 MB`.
pub fn size(bytes: i64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let bytes_in = |unit: f64| bytes as f64 / unit;
    match bytes {
        i64::MIN..1_000 => counted(bytes.max(0), "byte"),
        1_000..1_000_000 => format!("{:.0} KB", bytes_in(1e3)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes_in(1e6)),
        _ => format!("{:.1} GB", bytes_in(1e9)),
    }
}

/// A step's name for people.
pub const fn step(name: StepName) -> &'static str {
    match name {
        StepName::Stored => "Stored",
        StepName::Read => "Read",
        StepName::Split => "Split into passages",
        StepName::Embedded => "Meaning understood",
    }
}

/// What can be counted of a step of a document of this format; empty if nothing can.
pub fn step_count(step: &Step, format: &str) -> String {
    let Some(count) = step.count else { return String::new() };
    match (step.name, step.of) {
        (StepName::Stored, _) => size(count),
        (StepName::Read, _) => places(format, count).unwrap_or_default(),
        (_, Some(of)) => format!("{} of {}", grouped(count), counted(of, "passage")),
        (_, None) => counted(count, "passage"),
    }
}

/// How a search found its passages.
pub const fn mode(mode: SearchMode) -> &'static str {
    match mode {
        SearchMode::Lexical => "Found by words.",
        SearchMode::Hybrid => "Found by words and meaning.",
    }
}

/// `Product sheet · Page 3`
pub fn citation(citation: &Citation) -> String {
    let place = citation.place.describe();
    if place.is_empty() { citation.title.clone() } else { format!("{} · {place}", citation.title) }
}

/// Words between commas, each once, as they were written.
pub fn list(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known.to_lowercase() == word.to_lowercase()) {
            words.push(word.to_owned());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        let said = [-1, 0, 1, 999, 12_345, 999_499, 3_400_000, 104_857_600, 2_000_000_000].map(size);
        assert_eq!(said, ["0 bytes", "0 bytes", "1 byte", "999 bytes", "12 KB", "999 KB", "3.4 MB", "104.9 MB", "2.0 GB"]);
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(-1_000), "-1\u{202f}000");
        assert_eq!((counted(1, "page"), counted(2, "page"), counted(0, "page")), ("1 page".into(), "2 pages".into(), "0 pages".into()));
        assert_eq!(places("pptx", 3).as_deref(), Some("3 slides"));
        assert_eq!((places("markdown", 1), places("pdf", 0)), (None, None));
    }

    #[test]
    fn steps_are_counted_in_their_own_words() {
        let step = |name, count, of| Step { name, done: true, count, of };
        assert_eq!(step_count(&step(StepName::Stored, Some(900), None), "pdf"), "900 bytes");
        assert_eq!(step_count(&step(StepName::Read, Some(3), None), "pdf"), "3 pages");
        assert_eq!(step_count(&step(StepName::Read, Some(1), None), "markdown"), "");
        assert_eq!(step_count(&step(StepName::Split, Some(1), None), "pdf"), "1 passage");
        assert_eq!(step_count(&step(StepName::Embedded, Some(12), Some(48)), "pdf"), "12 of 48 passages");
        assert_eq!(step_count(&step(StepName::Split, None, None), "pdf"), "");
    }

    #[test]
    fn a_list_has_each_word_once() {
        assert_eq!(list(" pricing, Security ,,security, a b "), ["pricing", "Security", "a b"]);
        assert!(list(" , ").is_empty());
    }
}
