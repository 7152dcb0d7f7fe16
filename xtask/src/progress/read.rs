//! What cargo writes to its standard error, taken apart: its bar, its status lines, and everything else.

use std::io::BufRead;

/// One line, or one drawing of the bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// How many units are done, of how many, and what is being compiled.
    Bar { done: usize, of: usize, now: String },
    /// Crates are on their way.
    Downloading,
    /// A status line that the bar says better: `Compiling serde v1` …
    Status,
    /// Anything else, without its end.
    Text(String),
}

/// Cargo's words for what goes well, right-aligned in twelve columns.
const WORDS: [&str; 11] = [
    "Adding",
    "Blocking",
    "Building",
    "Checking",
    "Compiling",
    "Documenting",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Generated",
];
const COLUMNS: usize = 12;

impl Piece {
    fn read(raw: &str) -> Option<Self> {
        let plain = without_escapes(raw);
        if plain.trim().is_empty() {
            // Empty lines stand between diagnostics; what clears the bar is no line.
            return raw.is_empty().then(|| Self::Text(String::new()));
        }
        let head = plain.get(..COLUMNS).map(str::trim_start).unwrap_or_default();
        let rest = plain.get(COLUMNS..).unwrap_or_default();
        if !WORDS.contains(&head) || !rest.starts_with(' ') {
            return Some(Self::Text(raw.to_owned()));
        }
        Some(match head {
            "Building" => bar(rest).unwrap_or(Self::Status),
            "Downloading" | "Downloaded" => Self::Downloading,
            // Somebody else builds in this folder: the one thing that explains why nothing moves.
            "Blocking" => Self::Text(plain.trim().to_owned()),
            _ => Self::Status,
        })
    }
}

/// ` [===>    ] 312/641: tokio, sqlx-core(build)`
fn bar(rest: &str) -> Option<Piece> {
    let (_, counts) = rest.split_once("] ")?;
    let (counts, now) = counts.split_once(':').unwrap_or((counts, ""));
    let (done, of) = counts.trim().split_once('/')?;
    Some(Piece::Bar { done: done.parse().ok()?, of: of.parse().ok()?, now: now.trim().to_owned() })
}

/// The text without what colours it and clears lines.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\x1b' {
            let _ = letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// Pieces as they come: a bar ends in a carriage return, a line in a line feed.
pub struct Pieces<R> {
    input: R,
}

impl<R: BufRead> Pieces<R> {
    pub fn of(input: R) -> Self {
        Self { input }
    }

    /// The bytes before the next end, if there are any more.
    fn next_bytes(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let buffer = self.input.fill_buf().ok()?;
            if buffer.is_empty() {
                return (!bytes.is_empty()).then_some(bytes);
            }
            let end = buffer.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let taken = end.unwrap_or(buffer.len());
            bytes.extend_from_slice(&buffer[..taken]);
            self.input.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                return Some(bytes);
            }
        }
    }
}

impl<R: BufRead> Iterator for Pieces<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let bytes = self.next_bytes()?;
            if let Some(piece) = Piece::read(&String::from_utf8_lossy(&bytes)) {
                return Some(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_read_and_status_lines_are_known_from_errors() {
        let written = "\x1b[1m\x1b[92m   Compiling\x1b[0m serde v1.0.229\n    Building [=>       ] 3/641: serde, sqlx-core(build)\r\x1b[K  \
                       Downloaded zip v9\nerror[E0503]: no\n   --> a.rs:1\n\n12 | a\n    Finished `dev` profile in 2s\n    Building [> ] 4/641\r";
        let pieces: Vec<Piece> = Pieces::of(written.as_bytes()).collect();
        let text = |text: &str| Piece::Text(text.to_owned());
        let bar = |done, now: &str| Piece::Bar { done, of: 641, now: now.to_owned() };
        assert_eq!(
            pieces,
            [
                Piece::Status,
                bar(3, "serde, sqlx-core(build)"),
                Piece::Downloading,
                text("error[E0503]: no"),
                text("   --> a.rs:1"),
                text(""),
                text("12 | a"),
                Piece::Status,
                bar(4, ""),
            ]
        );
    }

    #[test]
    fn a_diagnostic_keeps_its_colours_and_who_waits_is_told_why() {
        let coloured = "\x1b[1m\x1b[91merror\x1b[0m: no";
        assert_eq!(Piece::read(coloured), Some(Piece::Text(coloured.to_owned())));
        let waits = "    Blocking waiting for file lock on build directory";
        assert_eq!(Piece::read(waits), Some(Piece::Text(waits.trim().to_owned())));
        assert_eq!(Piece::read("\x1b[K"), None);
    }
}
