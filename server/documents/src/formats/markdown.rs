//! Markdown: its headings, lists and tables by line; the rest as it stands, without embedded data.

mod references;

use crate::content::{Content, Line, one_line};
use crate::failure::Failure;
use crate::formats::{html, raised, write_rows};
use crate::tables::Row;

/// An element within a line has at most so many characters.
const MAX_ELEMENT: usize = 2_000;

/// Reads Markdown.
pub fn read(text: &str, out: &mut Content) -> Result<(), Failure> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = references::resolved(without_front_matter(&text, out));
    if text.replace("~~~", "").matches("~~").count() > 1 {
        out.note("Text that is struck through was left out.");
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut paragraph = String::new();
    let mut fence: Option<&str> = None;
    let mut numbers = Numbers::default();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let trimmed = line.trim();
        let next = lines.get(index + 1).map_or("", |next| next.trim());
        index += 1;
        if let Some(mark) = fence {
            if trimmed.starts_with(mark) {
                fence = None;
                flush(&mut paragraph, out)?;
            } else {
                out.line(line)?;
            }
            continue;
        }
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)) {
            flush(&mut paragraph, out)?;
            fence = Some(mark);
        } else if trimmed.is_empty() {
            flush(&mut paragraph, out)?;
            // What stands at the margin after it ends the lists.
            if !next.is_empty() && !is_item(next) && !lines[index].starts_with([' ', '\t']) {
                numbers = Numbers::default();
            }
        } else if let Some((level, title)) = heading(trimmed) {
            flush(&mut paragraph, out)?;
            out.heading(level, &inline(title))?;
        } else if paragraph.is_empty() && is_rule(next, '=') {
            out.heading(1, &inline(trimmed))?;
            index += 1;
        } else if paragraph.is_empty() && is_rule(next, '-') && !trimmed.starts_with(['-', '*', '|', '>']) {
            out.heading(2, &inline(trimmed))?;
            index += 1;
        } else if trimmed.contains('|') && is_delimiter_row(next) {
            flush(&mut paragraph, out)?;
            index += 1;
            let rows = lines[index..].iter().map(|line| line.trim()).take_while(|line| line.contains('|'));
            let rows: Vec<Row> = rows.map(row).collect();
            index += rows.len();
            write_rows(std::iter::once(Row { names: true, ..row(trimmed) }).chain(rows), out)?;
        } else if let Some(end) = block_of_html(trimmed) {
            flush(&mut paragraph, out)?;
            let rest = &lines[index - 1..];
            let length = match end {
                Some(end) => rest.iter().position(|line| line.to_lowercase().contains(end)).map_or(rest.len(), |last| last + 1),
                None => rest.iter().position(|line| line.trim().is_empty()).unwrap_or(rest.len()),
            };
            index += length - 1;
            html::read(&rest[..length].join("\n"), out)?;
        } else if let Some(meaning) = trimmed.strip_prefix(": ").filter(|_| !paragraph.trim().is_empty() && !paragraph.contains('\n')) {
            // A term and what it means; it may mean more than one thing.
            let term = inline(paragraph.trim());
            let mut line = Line::default();
            line.pair(&term, &inline(meaning.trim()), false);
            out.row(line)?;
            if !next.starts_with(": ") {
                paragraph.clear();
            }
        } else if is_item(trimmed) {
            flush(&mut paragraph, out)?;
            let indent = line.len() - line.trim_start().len();
            let trimmed = &numbers.shown(indent, trimmed);
            out.line(&format!("{}{}", " ".repeat(indent.min(8)), inline(&boxes(trimmed))))?;
        } else {
            if !paragraph.is_empty() {
                paragraph.push('\n');
            }
            paragraph.push_str(trimmed);
        }
    }
    flush(&mut paragraph, out)
}

fn flush(paragraph: &mut String, out: &mut Content) -> Result<(), Failure> {
    let text = std::mem::take(paragraph);
    out.printed(&inline(&text))
}

/// The block between `---` at the beginning: a title counts, the rest is for machines.
fn without_front_matter<'t>(text: &'t str, out: &mut Content) -> &'t str {
    let Some((matter, rest)) = text.trim_start_matches('\u{feff}').strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) else {
        return text;
    };
    if matter.len() > 4096 || !matter.lines().all(|line| line.contains(':') || line.starts_with([' ', '-', '#']) || line.is_empty()) {
        return text;
    }
    if let Some(title) = matter.lines().find_map(|line| line.strip_prefix("title:")) {
        out.title = one_line(title.trim().trim_matches(['"', '\'']), 200);
    }
    rest
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    // The signs that close it stand apart: those of `C#` are its own.
    let title = rest.trim();
    let shorter = title.trim_end_matches('#');
    let title = if shorter.is_empty() || shorter.ends_with(' ') { shorter.trim_end() } else { title };
    (matches!(level, 1..=6) && rest.starts_with(' ')).then_some((level as u8, title))
}

fn is_rule(line: &str, mark: char) -> bool {
    line.len() >= 3 && line.chars().all(|c| c == mark)
}

fn is_delimiter_row(line: &str) -> bool {
    line.contains('-') && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn is_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
        || (digits.len() < line.len() && (digits.starts_with(". ") || digits.starts_with(") ")))
}

/// How far ordered lists have counted, by their indent: whatever stands before the items, they are shown one after another.
#[derive(Default)]
struct Numbers(Vec<(usize, u64)>);

impl Numbers {
    /// An item with the number that it is shown with.
    fn shown(&mut self, indent: usize, item: &str) -> String {
        let digits = item.len() - item.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.0.retain(|(of, _)| *of <= indent);
        let (number, rest) = item.split_at(digits);
        let Ok(number) = number.parse::<u64>() else {
            self.0.retain(|(of, _)| *of < indent);
            return item.to_owned();
        };
        match self.0.last_mut().filter(|(of, _)| *of == indent) {
            Some((_, last)) => {
                *last = last.saturating_add(1);
                format!("{last}{rest}")
            }
            None => {
                self.0.push((indent, number));
                item.to_owned()
            }
        }
    }
}

/// A list item with its box as it is shown, if it has one.
fn boxes(item: &str) -> String {
    let Some((mark, rest)) = item.split_once(' ') else { return item.to_owned() };
    let rest = rest.trim_start();
    let mark = if matches!(mark, "*" | "+") { "-" } else { mark };
    match rest.get(..4) {
        Some("[ ] ") => format!("{mark} ☐ {}", &rest[4..]),
        Some("[x] " | "[X] ") => format!("{mark} ☑ {}", &rest[4..]),
        _ => item.to_owned(),
    }
}

/// A row of a table: a bar behind a backslash belongs to its cell.
fn row(line: &str) -> Row {
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.chars() {
        match c {
            '|' if !escaped => cells.push(String::new()),
            c => {
                if let Some(cell) = cells.last_mut() {
                    if c == '|' {
                        cell.pop();
                    }
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\' && !escaped;
    }
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    Row::of(cells.iter().map(|cell| inline(cell.trim())))
}

/// Whether a line begins a block of HTML, and what ends it; without an end an empty line does.
fn block_of_html(line: &str) -> Option<Option<&'static str>> {
    let rest = line.strip_prefix('<')?;
    let name: String = rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    match name.as_str() {
        _ if rest.starts_with("!--") => Some(Some("-->")),
        "table" => Some(Some("</table>")),
        "div" | "p" | "ul" | "ol" | "dl" | "details" | "summary" | "center" | "section" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            Some(None)
        }
        _ => None,
    }
}

/// A text as it is shown: without what is struck through, without the signs that make it bold, raised signs apart from digits.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // In pairs only: what stands alone is a sign itself.
    let pairs = |mark: &str| text.matches(mark).count() / 2 * 2;
    let (mut strikes, mut stars, mut lines) = (pairs("~~"), pairs("**"), pairs("__"));
    let (mut rest, mut struck) = (text, false);
    while let Some(c) = rest.chars().next() {
        let tag = |names: &[&str]| names.iter().find_map(|name| element(rest, name));
        if c == '\\' && rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) {
            out.extend(rest[1..].chars().next().filter(|_| !struck));
            rest = &rest[2..];
        } else if rest.starts_with("~~") && strikes > 0 {
            strikes -= 1;
            struck = !struck;
            rest = &rest[2..];
        } else if rest.starts_with("**") && stars > 0 {
            stars -= 1;
            rest = &rest[2..];
        } else if rest.starts_with("__") && lines > 0 {
            lines -= 1;
            rest = &rest[2..];
        } else if let Some((_, after)) = tag(&["del", "s", "strike"]) {
            rest = after;
        } else if let Some((inner, after)) = tag(&["sup"]) {
            let mark = raised::raised(&out, inner);
            out.push_str(&mark);
            rest = after;
        } else if let Some((inner, after)) = tag(&["sub"]) {
            let mark = raised::lowered(&out, inner);
            out.push_str(&mark);
            rest = after;
        } else if let Some(after) = ["<br>", "<br/>", "<br />"].iter().find_map(|tag| rest.strip_prefix(tag)) {
            out.push(' ');
            rest = after;
        } else {
            if !struck {
                out.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    // What was left out leaves two spaces.
    if text.contains("~~") || text.contains("<s") || text.contains("<del") { out.replace("  ", " ") } else { out }
}

/// The text of an element without attributes that a text begins with, and what follows it.
fn element<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let rest = text.strip_prefix('<')?.strip_prefix(name)?.strip_prefix('>')?;
    let end = format!("</{name}>");
    // A mark is short: one that is never closed is not looked for in the whole text.
    let near = rest.char_indices().nth(MAX_ELEMENT).map_or(rest, |(end, _)| &rest[..end]);
    let at = near.find(&end)?;
    Some((&rest[..at], &rest[at + end.len()..]))
}

/// A line without what only programs read: pictures become their description, links to data go, other links keep their words and address.
fn inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find("](") {
        let (before, after) = rest.split_at(open);
        let target = &after[2..];
        let end = target.find(')').unwrap_or(target.len());
        let (address, tail) = target.split_at(end);
        let tail = tail.strip_prefix(')').unwrap_or(tail);
        let image = before.rfind("![");
        let link = before.rfind('[');
        match (image, link) {
            (Some(image), Some(link)) if image + 1 == link => {
                out.push_str(&before[..image]);
                out.push_str(&before[image + 2..]);
            }
            (_, Some(link)) => {
                out.push_str(&before[..link]);
                out.push_str(&before[link + 1..]);
                if address.starts_with("http") || address.starts_with("mailto:") {
                    out.push_str(&format!(" ({})", address.split_whitespace().next().unwrap_or_default()));
                }
            }
            _ => {
                out.push_str(before);
                out.push_str("](");
                out.push_str(address);
                out.push(')');
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    shown(&without_data(&out))
}

/// Leaves out `data:` addresses that stand for themselves.
pub(super) fn without_data(text: &str) -> String {
    if !text.contains(";base64,") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(1 << 16));
    let mut rest = text;
    while let Some(at) = rest.find("data:") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, ')' | '"' | '\'' | '>' | '<')).unwrap_or(after.len());
        if !after[..end].contains(";base64,") {
            out.push_str(&after[..end]);
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_is_shown() {
        assert_eq!(inline("costs ~~300 euros~~ **240 euros** a month"), "costs 240 euros a month");
        assert_eq!(inline("12<sup>1</sup> euros, H<sub>2</sub>O, <del>no</del> yes"), "12¹ euros, H₂O, yes");
        assert_eq!(inline(r"2 \* 3, price\_list, a ** b, x ~~ y"), "2 * 3, price_list, a ** b, x ~~ y");
    }

    #[test]
    fn headings_keep_their_own_signs() {
        assert_eq!(
            (heading("## Kit for C#"), heading("# Plans ##"), heading("#none")),
            (Some((2, "Kit for C#")), Some((1, "Plans")), None)
        );
    }

    #[test]
    fn boxes_of_tasks_are_shown() {
        let shown: Vec<String> = ["- [ ] a", "* [x] b", "+ [X] c", "1. [ ] d", "- [a](b)", "- é"].iter().map(|item| boxes(item)).collect();
        assert_eq!(shown, ["- ☐ a", "- ☑ b", "- ☑ c", "1. ☐ d", "- [a](b)", "- é"]);
    }

    #[test]
    fn items_are_numbered_as_they_are_shown() {
        let mut numbers = Numbers::default();
        let items = [(0, "1. a"), (0, "1. b"), (3, "1) x"), (3, "1) y"), (0, "7. c"), (0, "- d"), (0, "5. e")];
        let shown: Vec<String> = items.iter().map(|(indent, item)| numbers.shown(*indent, item)).collect();
        assert_eq!(shown, ["1. a", "2. b", "1) x", "2) y", "3. c", "- d", "5. e"]);
    }

    #[test]
    fn cells_are_parted_by_bars_that_are_not_escaped() {
        let cells = |line: &str| row(line).slots.iter().map(|slot| slot.text.to_string()).collect::<Vec<_>>();
        assert_eq!(cells(r"| a \| b | either |"), ["a | b", "either"]);
        assert_eq!(cells("|| x | |"), ["", "x", ""]);
        assert_eq!(cells("a | b"), ["a", "b"]);
    }
}
