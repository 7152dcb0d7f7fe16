//! CSV and TSV: every row as `Column: value` pairs, so that a row makes sense without the rows around it.

use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::tables::{Row, Table};

/// The delimiter of a text, if it looks like a table: the same number of columns in (nearly) all of its first rows.
pub fn sniff(text: &str) -> Option<char> {
    let sample: &str = text.char_indices().nth(64 * 1024).map_or(text, |(end, _)| &text[..end]);
    let mut best: Option<(char, usize)> = None;
    for delimiter in [',', ';', '\t', '|'] {
        let mut rows: Vec<usize> =
            Rows::new(sample, delimiter).take(50).filter(|row| row.iter().any(|cell| !cell.is_empty())).map(|row| row.len()).collect();
        if rows.len() > 2 && sample.len() < text.len() {
            rows.pop();
        }
        let columns = rows.first().copied().unwrap_or_default();
        let same = rows.iter().filter(|&&row| row == columns).count();
        if columns > 1 && rows.len() > 1 && same * 10 >= rows.len() * 8 && best.is_none_or(|(_, most)| columns > most) {
            best = Some((delimiter, columns));
        }
    }
    best.map(|(delimiter, _)| delimiter)
}

/// The delimiter that a text declares in its first line, as spreadsheets write and read it, and the text behind that line.
pub fn declared(text: &str) -> Option<(char, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let (line, rest) = text.split_once(['\n', '\r']).unwrap_or((text, ""));
    let line = line.trim_end_matches(['\r', ';', ',']).trim_matches('"');
    let sign = line.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &line[4..])?;
    let mut signs = sign.chars();
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    match (signs.next(), signs.next()) {
        (Some(sign), None) if !sign.is_alphanumeric() && !matches!(sign, '"' | '\n' | '\r') => Some((sign, rest)),
        // The sign itself was cut off as a rest of the line.
        (None, None) => text[4..].chars().next().filter(|sign| matches!(sign, ';' | ',')).map(|sign| (sign, rest)),
        _ => None,
    }
}

/// Reads a table of text.
pub fn read(text: &str, delimiter: char, out: &mut Content) -> Result<(), Failure> {
    out.begin(PlaceKind::Whole, "");
    let mut table = Table::default();
    Rows::new(text, delimiter).try_for_each(|row| table.push(Row::of(row), out))?;
    table.finish(out).map(drop)
}

/// The rows of a text: fields in quotes may hold delimiters, line breaks and doubled quotes. A quote that is never closed ends with its
/// line, so that one typing error doesn't swallow the rest.
pub struct Rows<'t> {
    rest: &'t str,
    delimiter: char,
}

impl<'t> Rows<'t> {
    /// The rows of this text.
    pub fn new(text: &'t str, delimiter: char) -> Self {
        Self { rest: text.trim_start_matches('\u{feff}'), delimiter }
    }

    /// A field and what ended it: its delimiter, a line break (`\n`) or the end (none).
    fn field(&mut self) -> (String, Option<char>) {
        if let Some(quoted) = self.rest.strip_prefix('"')
            && let Some((field, rest)) = closed(quoted)
        {
            self.rest = rest;
            let (more, end) = self.bare();
            return (field + &more, end);
        }
        self.bare()
    }

    fn bare(&mut self) -> (String, Option<char>) {
        let delimiter = self.delimiter;
        let end = self.rest.find([delimiter, '\n', '\r']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        let mut chars = rest.chars();
        let ended = chars.next();
        self.rest = chars.as_str();
        if ended == Some('\r') {
            self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
            return (field.to_owned(), Some('\n'));
        }
        (field.to_owned(), ended)
    }
}

/// A field in quotes and what follows it; none if the quote isn't closed within a sensible length.
fn closed(quoted: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let at = rest.find('"')?;
        if at + field.len() > 100_000 {
            return None;
        }
        field.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, rest)),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Vec::new();
        loop {
            let (field, end) = self.field();
            row.push(field);
            if end != Some(self.delimiter) {
                return Some(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Rows::new(text, ',').collect()
    }

    #[test]
    fn fields_in_quotes_are_whole() {
        assert_eq!(rows("a,\"b, \"\"c\"\"\nd\",e\r\n1,2,3"), [["a", "b, \"c\"\nd", "e"], ["1", "2", "3"]]);
        assert_eq!(rows("a,\"b\nc,d"), [["a", "\"b"], ["c", "d"]]);
        assert_eq!(rows("a,\n"), [["a", ""]]);
    }

    #[test]
    fn the_delimiter_is_found() {
        assert_eq!(sniff("Name;Price\nTea, green;2,50\nCoffee;3,00\n"), Some(';'));
        assert_eq!(sniff("a\tb\n1\t2\n"), Some('\t'));
        assert_eq!(sniff("Dear Anna,\nthank you.\nBest\n"), None);
        assert_eq!(sniff("Plan;Price\rMeadow;240,50\rOrchard;980,00\r"), Some(';'));
    }

    #[test]
    fn the_delimiter_is_declared() {
        assert_eq!(declared("sep=;\r\na;b"), Some((';', "a;b")));
        assert_eq!(declared("\u{feff}\"SEP=,\"\na,b"), Some((',', "a,b")));
        assert_eq!(declared("sep=\t\ra\tb"), Some(('\t', "a\tb")));
        assert_eq!(declared("sep=|\na|b"), Some(('|', "a|b")));
        assert_eq!((declared("sep=x\n"), declared("separate\n"), declared("a;b\n")), (None, None, None));
    }
}
