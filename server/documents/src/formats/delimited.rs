//! CSV and TSV: every row as `Column: value` pairs, so that a row makes sense without the rows around it.

use model::PlaceKind;

use crate::content::Content;
use crate::failure::Failure;

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

/// Reads a table of text.
pub fn read(text: &str, delimiter: char, out: &mut Content) -> Result<(), Failure> {
    out.begin(PlaceKind::Whole, "");
    write_rows(Rows::new(text, delimiter), out)
}

/// Writes rows as `Column: value` if the first one names the columns, else as they are.
pub fn write_rows(rows: impl Iterator<Item = Vec<String>>, out: &mut Content) -> Result<(), Failure> {
    let mut rows = rows.filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).peekable();
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let Some(mut first) = rows.next() else { return Ok(()) };
    // What stands alone above a table is its title.
    while filled(&first) == 1 && rows.peek().is_some_and(|next| filled(next) > 1) {
        out.text(&plain(&first))?;
        let Some(next) = rows.next() else { break };
        first = next;
    }
    let columns = names_columns(&first, rows.peek().map(Vec::as_slice));
    out.table("")?;
    if !columns {
        out.row(plain(&first))?;
    } else if rows.peek().is_none() {
        return out.row(plain(&first));
    }
    for row in rows {
        out.row(if columns { named(&first, &row) } else { plain(&row) })?;
    }
    Ok(())
}

/// Whether a first row names the columns: several short texts, none of them a number, none empty but the first.
fn names_columns(first: &[String], second: Option<&[String]>) -> bool {
    let filled = first.iter().filter(|cell| !cell.trim().is_empty()).count();
    second.is_some()
        && filled >= 2
        && filled * 3 >= first.len() * 2
        && first.iter().all(|cell| cell.chars().count() <= 80 && !is_number(cell))
}

fn is_number(cell: &str) -> bool {
    let cell = cell.trim().trim_matches(['%', '$', '€', '£']);
    !cell.is_empty() && cell.replace([',', ' '], "").parse::<f64>().is_ok()
}

fn plain(row: &[String]) -> String {
    let cells: Vec<&str> = row.iter().map(|cell| cell.trim()).collect();
    flat(cells.join(" | ").trim_matches([' ', '|']))
}

fn named(columns: &[String], row: &[String]) -> String {
    let mut line = String::new();
    for (index, cell) in row.iter().enumerate() {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push_str("; ");
        }
        if let Some(column) = columns.get(index).map(|column| column.trim()).filter(|column| !column.is_empty()) {
            line.push_str(column);
            line.push_str(": ");
        }
        line.push_str(cell);
    }
    flat(&line)
}

fn flat(line: &str) -> String {
    line.replace(['\n', '\r'], " ")
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
    }
}
