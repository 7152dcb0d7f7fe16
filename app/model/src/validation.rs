//! Input is parsed at the edge, into a value or a sentence. Lengths are in characters; control characters never pass, and in a line
//! what shows nothing or turns it around is left out.

use crate::problem::Problem;
pub use crate::text_enum::UnknownWord;

/// What a line of text may be.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The form field, for the error.
    pub field: &'static str,
    /// What people call it, for the sentence: `The title`.
    pub label: &'static str,
    /// Fewest characters after trimming.
    pub min: usize,
    /// Most characters after trimming.
    pub max: usize,
}

impl Line {
    /// Trims `text` and checks it: length, no control characters (a line has no line breaks either). What can't be seen (marks of
    /// direction, blanks without width) is left out: two names that look alike are alike.
    ///
    /// # Errors
    /// A [`Problem`] of this field.
    pub fn parse(self, text: &str) -> Result<String, Problem> {
        // What is far too long is refused by its length, not worked on.
        if text.len() > self.max * 64 + 1024 {
            self.check_length(text.trim())?;
        }
        let text = without_hidden(text);
        let text = text.trim();
        self.check_length(text)?;
        if text.chars().any(char::is_control) {
            return Err(Problem::of_field(
                self.field,
                format!("{} contains characters that can't be shown. Type it again without them.", self.label),
            ));
        }
        Ok(text.to_owned())
    }

    /// As [`Line::parse`], but line breaks and tabs stay.
    ///
    /// # Errors
    /// A [`Problem`] of this field.
    pub fn parse_block(self, text: &str) -> Result<String, Problem> {
        let text: String = text.replace("\r\n", "\n").replace('\r', "\n");
        self.check_length(&text)?;
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(Problem::of_field(
                self.field,
                format!("{} contains characters that can't be shown. Type it again without them.", self.label),
            ));
        }
        Ok(text)
    }

    fn check_length(self, text: &str) -> Result<(), Problem> {
        // A byte is at most one character: a text of ten megabytes isn't counted to its end.
        let length = if text.len() > self.max * 4 { self.max + 1 } else { text.chars().count() };
        if length < self.min {
            let message = if self.min == 1 {
                format!("{} is missing.", self.label)
            } else {
                format!("{} needs at least {} characters.", self.label, self.min)
            };
            return Err(Problem::of_field(self.field, message));
        }
        if length > self.max {
            return Err(Problem::of_field(self.field, format!("{} is too long: at most {} characters.", self.label, self.max)));
        }
        Ok(())
    }
}

/// A call's title.
pub const TITLE: Line = Line { field: "title", label: "The title", min: 1, max: 200 };
/// A person's name.
pub const NAME: Line = Line { field: "name", label: "Your name", min: 1, max: 120 };
/// An organization's name.
pub const ORGANIZATION: Line = Line { field: "organization", label: "The organization's name", min: 1, max: 120 };
/// The name of who is on the other side.
pub const CONTACT_NAME: Line = Line { field: "contact_name", label: "The contact's name", min: 0, max: 120 };
/// Their company.
pub const COMPANY: Line = Line { field: "company", label: "The company's name", min: 0, max: 120 };
/// Who was told about the recording.
pub const CONSENT_WHO: Line = Line { field: "consent_who", label: "Who was told", min: 1, max: 200 };
/// A speaker's shown name.
pub const SPEAKER: Line = Line { field: "speaker", label: "The speaker's name", min: 1, max: 120 };
/// A corrected segment.
pub const SEGMENT_TEXT: Line = Line { field: "text", label: "The line", min: 1, max: 10_000 };
/// The rep's notes.
pub const NOTES: Line = Line { field: "notes", label: "The notes", min: 0, max: 100_000 };
/// A bookmark's note.
pub const BOOKMARK_NOTE: Line = Line { field: "note", label: "The note", min: 0, max: 500 };
/// A search.
pub const SEARCH: Line = Line { field: "search", label: "The search", min: 0, max: 200 };
/// A kind of job.
pub const JOB_KIND: Line = Line { field: "kind", label: "The kind", min: 1, max: 120 };
/// An API token's name.
pub const TOKEN_NAME: Line = Line { field: "name", label: "The token's name", min: 1, max: 120 };

/// Whether a character shows nothing, or turns around what stands beside it: Unicode's marks of direction, blanks without width,
/// fillers, tags, separators of lines. The joiners of emoji and of some scripts are looked at with their neighbours.
const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' |
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' |
        '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Zero width joiner and non-joiner have a meaning between characters of scripts that join, and of emoji; nowhere else.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let is_joined = |c: Option<char>| c.is_some_and(|c| c >= '\u{590}' && !is_hidden(c));
    is_joined(before) && is_joined(after)
}

/// A text without what can't be seen. Controls stay, to be refused by name.
pub(crate) fn without_hidden(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut characters = text.chars().filter(|c| !is_hidden(*c)).peekable();
    while let Some(c) = characters.next() {
        if !matches!(c, '\u{200c}' | '\u{200d}') || joins(seen.chars().next_back(), characters.peek().copied()) {
            seen.push(c);
        }
    }
    seen
}

/// What is visible of a text that nobody is asked to type again: the name of a file, of a browser.
pub fn visible(text: &str) -> String {
    without_hidden(&text.chars().filter(|c| !c.is_control()).collect::<String>())
}

/// Most words of a vocabulary, each a line of at most 60 characters.
pub const MAX_VOCABULARY: usize = 100;

/// Parses a mail address: one `@`, something before it, a dotted or plain host after it, no spaces, at most 254
/// characters; lower-cased. Whether it exists, only a mail to it can tell.
///
/// # Errors
/// A [`Problem`] of the field `email`.
pub fn email(text: &str) -> Result<String, Problem> {
    let wrong = || Problem::of_field("email", "That doesn't look like a mail address. It should be like name@example.com.");
    let text = Line { field: "email", label: "The mail address", min: 1, max: 254 }.parse(text)?.to_lowercase();
    let (user, host) = text.rsplit_once('@').ok_or_else(wrong)?;
    let plain = |part: &str| {
        !part.chars().any(|c| c.is_whitespace() || matches!(c, '@' | '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\\'))
    };
    let host_fits = host.split('.').all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'));
    if user.is_empty() || user.len() > 64 || !plain(user) || !plain(host) || !host_fits {
        return Err(wrong());
    }
    Ok(text)
}

/// Checks a new password: 10 to 200 characters, not one character over and over. Spaces and any script are welcome.
///
/// # Errors
/// A [`Problem`] of the field `password`.
pub fn new_password(text: &str) -> Result<(), Problem> {
    let count = text.chars().take(201).count();
    let message = if count < 10 {
        "Choose a password of at least 10 characters. A few words in a row are fine."
    } else if count > 200 {
        "The password is too long: at most 200 characters."
    } else if text.chars().next().is_some_and(|first| text.chars().all(|c| c == first)) {
        "That password is one character over and over. Choose another."
    } else {
        return Ok(());
    };
    Err(Problem::of_field("password", message))
}

/// Splits a vocabulary that a person typed, at commas and line breaks; trims, drops empty and double words.
///
/// # Errors
/// A [`Problem`] of the field `vocabulary` when a word is too long or there are too many.
pub fn vocabulary(text: &str) -> Result<Vec<String>, Problem> {
    let word = Line { field: "vocabulary", label: "Each word of the vocabulary", min: 1, max: 60 };
    let mut words = Vec::new();
    for part in text.split([',', '\n', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let part = word.parse(part)?;
        if !words.contains(&part) {
            words.push(part);
        }
        if words.len() > MAX_VOCABULARY {
            return Err(Problem::of_field("vocabulary", format!("The vocabulary is too long: at most {MAX_VOCABULARY} words.")));
        }
    }
    Ok(words)
}

/// Parses a language tag: two or three letters, then an optional region or script, as in BCP 47.
///
/// # Errors
/// A [`Problem`] of the field `language`.
pub fn language(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && text.len() <= 20
        && parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if fits { Ok(text.to_owned()) } else { Err(Problem::of_field("language", "That is no language tag. It should be like en-US or de.")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mail_addresses() {
        assert_eq!(email(" Ann@Example.COM ").as_deref(), Ok("ann@example.com"));
        for wrong in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a b@example.com",
            "ann@exa mple.com",
            "ann@.com",
            "ann@example..com",
            "ann\u{0}@example.com",
            "a@b@c",
            "<a@b.c>",
            "a@[127.0.0.1]",
        ] {
            assert_eq!(email(wrong).map_err(|problem| problem.field), Err(Some("email".into())), "{wrong:?}");
        }
    }

    #[test]
    fn lines_say_what_is_wrong() {
        assert_eq!(TITLE.parse("  Acme  ").as_deref(), Ok("Acme"));
        assert!(TITLE.parse("").is_err_and(|problem| problem.message.contains("missing")));
        assert!(TITLE.parse(&"x".repeat(201)).is_err_and(|problem| problem.message.contains("at most 200")));
        assert!(TITLE.parse(&"x".repeat(10_000_000)).is_err());
        assert!(TITLE.parse("a\u{7}b").is_err_and(|problem| problem.message.contains("can't be shown")));
        assert!(TITLE.parse(&"é".repeat(200)).is_ok());
        assert_eq!(NOTES.parse_block("a\r\nb\tc").as_deref(), Ok("a\nb\tc"));
    }

    #[test]
    fn lines_hold_what_can_be_seen() {
        assert_eq!(TITLE.parse("price\u{202e}fdp.exe").as_deref(), Ok("pricefdp.exe"));
        assert_eq!(TOKEN_NAME.parse("\u{feff}Di\u{200b}a\u{200d}ler\u{2066}\u{e0041} ").as_deref(), Ok("Dialer"));
        assert!(NAME.parse("\u{200b}\u{2060}\u{3164}").is_err_and(|problem| problem.message.contains("missing")), "a name of nothing");
        assert!(NAME.parse("a\u{2028}b").as_deref() == Ok("ab"));
        let emoji = "\u{1f469}\u{200d}\u{1f4bb}";
        assert_eq!(NAME.parse(emoji).as_deref(), Ok(emoji), "emoji stay whole");
        let persian = "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}";
        assert_eq!(NAME.parse(persian).as_deref(), Ok(persian), "so do words of scripts that join");
        assert_eq!(visible("a\r\n\u{202e}b"), "ab");
        assert!(TITLE.parse(&format!("{}x", "\u{200b}".repeat(10_000_000))).is_err(), "not worked on");
    }

    #[test]
    fn passwords() {
        assert!(new_password("short").is_err());
        assert!(new_password("aaaaaaaaaaaaaaa").is_err());
        assert!(new_password("correct horse battery").is_ok());
    }

    #[test]
    fn vocabularies() {
        assert_eq!(vocabulary("Acme, Zylo\nAcme;; ").as_deref(), Ok(&["Acme".to_owned(), "Zylo".to_owned()][..]));
        assert!(vocabulary(&"x".repeat(61)).is_err());
    }

    #[test]
    fn languages() {
        for fine in ["en", "en-US", "de", "zh-Hans-CN"] {
            assert!(language(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "e", "english", "en_US", "en-", "../etc"] {
            assert!(language(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics(text in ".*") {
            let _ = (TITLE.parse(&text), NOTES.parse_block(&text), email(&text), new_password(&text), vocabulary(&text), language(&text));
        }
    }
}
