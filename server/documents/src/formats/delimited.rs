//! CSV and TSV: every row as `Column: value` pairs, so that a row makes sense without the rows around it.

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;
use crate::tables::{Row, Table};

/// So many rows are looked at.
const SAMPLE_ROWS: usize = 200;

/// The delimiter of a text, judged on all of its first rows: the one by which the most of them have as many columns as others have. Lines
/// above a table and a second table don't count against it. A text that doesn't say that it is a table must be one in nearly all rows.
pub fn sniff(text: &str, is_named: bool) -> Option<char> {
    let sample: &str = text.char_indices().nth(64 * 1024).map_or(text, |(end, _)| &text[..end]);
    let is_cut = sample.len() < text.len();
    // What people write least in their texts comes first.
    let found = ['\t', ';', '|', ','].map(|delimiter| Split::of(sample, delimiter, is_cut));
    let best = found.iter().rev().max_by_key(|split| (split.shared, split.fields))?;
    // Commas of decimals and sentences are in every table that another sign parts.
    let better = found.iter().find(|split| split.delimiter != best.delimiter && split.shared >= 2 && split.shared * 2 >= best.shared);
    let best = better.filter(|split| best.is_of_texts && !split.is_of_texts).unwrap_or(best);
    match is_named {
        // Of rows that are all of another length only the number of fields tells.
        true => (best.fields > 0).then_some(best.delimiter),
        false => (best.shared >= 2 && best.shared * 10 >= best.rows * 8).then_some(best.delimiter),
    }
}

/// What a delimiter would make of a text.
struct Split {
    delimiter: char,
    /// Rows that aren't empty.
    rows: usize,
    /// Rows of several columns that have as many as another row.
    shared: usize,
    /// Fields of rows that have several.
    fields: usize,
    /// Whether most of these signs stand where a text has them: between two digits, or before a space.
    is_of_texts: bool,
}

impl Split {
    fn of(sample: &str, delimiter: char, is_cut: bool) -> Self {
        let mut rows: Vec<Vec<String>> = Rows::new(sample, delimiter).take(SAMPLE_ROWS).collect();
        if is_cut && rows.len() > 2 && rows.len() < SAMPLE_ROWS {
            rows.pop();
        }
        rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
        let mut counts: HashMap<usize, usize> = HashMap::new();
        let (mut signs, mut of_texts) = (0, 0);
        for row in rows.iter().filter(|row| row.len() > 1) {
            *counts.entry(row.len()).or_default() += 1;
            for pair in row.windows(2) {
                let digits = pair[0].ends_with(|c: char| c.is_ascii_digit()) && pair[1].starts_with(|c: char| c.is_ascii_digit());
                signs += 1;
                of_texts += usize::from(delimiter == ',' && digits || pair[1].starts_with(' ') && !pair[0].ends_with(' '));
            }
        }
        Self {
            delimiter,
            rows: rows.len(),
            shared: counts.values().filter(|same| **same > 1).sum(),
            fields: counts.iter().map(|(columns, same)| columns * same).sum(),
            is_of_texts: of_texts * 2 > signs,
        }
    }
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
        let named = |text: &str| sniff(text, true);
        assert_eq!(named("Name;Price\nTea, green;2,50\nCoffee;3,00\n"), Some(';'));
        assert_eq!(sniff("a\tb\n1\t2\n", false), Some('\t'));
        assert_eq!(sniff("Dear Anna,\nthank you.\nBest\n", false), None);
        assert_eq!(sniff("One\tline with a tab.\nOthers\nhave\nnone\tof it\n", false), None);
        assert_eq!(named("Plan;Price\rMeadow;240,50\rOrchard;980,00\r"), Some(';'));
    }

    #[test]
    fn the_delimiter_is_that_of_the_table_and_not_of_its_texts() {
        let named = |text: &str| sniff(text, true);
        // Lines above, with commas of their own.
        assert_eq!(named("Prices, valid from May, net\nMeadow, Ltd, Bern\nPlan;Price;Fee\nA;1,50;2,50\nB;3,10;4,00\n"), Some(';'));
        // A second table, narrower; decimals in every row and no names.
        assert_eq!(named("A;1,50\nB;2,50\nC;3,50\n\nD;1,5;x\nE;2,5;y\n"), Some(';'));
        assert_eq!(named("List of May, 2027\nPlan\tPrice\nA, small\t1,50\nB, large\t2,50\n"), Some('\t'));
        assert_eq!(named("Plan|Price|Fee\nA|1,50|2,00\nB|1,75|2,10\n"), Some('|'));
        assert_eq!(named("\"Plan; name\",Price\n\"A; small\",\"1;2\"\n\"B; large\",2\n"), Some(','));
        assert_eq!(named("Id,Tags,Price\n1,a;b,2.50\n2,c;d,3.50\n3,e;f,4.50\n"), Some(','));
        assert_eq!(named("1,2,3\n4,5,6\n"), Some(','));
        // Rows that are all of another length.
        assert_eq!(named("a;b;c\n1;2\n"), Some(';'));
        assert_eq!((named("only\none\ncolumn\n"), named("")), (None, None));
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
