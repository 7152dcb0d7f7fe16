//! Markdown: its headings, lists and tables by line; the rest as it stands, without embedded data.

use crate::content::{Content, one_line};
use crate::failure::Failure;

/// Reads Markdown.
pub fn read(text: &str, out: &mut Content) -> Result<(), Failure> {
    let text = without_front_matter(text, out);
    let lines: Vec<&str> = text.lines().collect();
    let mut paragraph = String::new();
    let mut fence: Option<&str> = None;
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
            out.table(&row(trimmed))?;
            index += 1;
            while let Some(line) = lines.get(index).map(|line| line.trim()).filter(|line| line.contains('|')) {
                out.row(row(line))?;
                index += 1;
            }
        } else if is_item(trimmed) {
            flush(&mut paragraph, out)?;
            let indent = line.len() - line.trim_start().len();
            out.line(&format!("{}{}", " ".repeat(indent.min(8)), inline(trimmed)))?;
        } else {
            if !paragraph.is_empty() {
                paragraph.push('\n');
            }
            paragraph.push_str(&inline(trimmed));
        }
    }
    flush(&mut paragraph, out)
}

fn flush(paragraph: &mut String, out: &mut Content) -> Result<(), Failure> {
    let text = std::mem::take(paragraph);
    out.printed(&text)
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
    (matches!(level, 1..=6) && rest.starts_with(' ')).then(|| (level as u8, rest.trim().trim_end_matches('#').trim_end()))
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

fn row(line: &str) -> String {
    let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| inline(cell.trim())).collect();
    cells.join(" | ")
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
    without_data(&out)
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
