//! Links and notes of Markdown whose addresses and texts stand elsewhere in the file.

use std::collections::HashMap;

/// No file that anybody writes has more.
const MAX_DEFINITIONS: usize = 20_000;

/// A text with each link where it is said, and with each note as what it is.
pub fn resolved(text: &str) -> String {
    if !text.contains("]:") && !text.contains("[^") {
        return text.to_owned();
    }
    let mut addresses: HashMap<String, &str> = HashMap::new();
    for (line, is_code) in lines(text) {
        if let Some((label, address)) = definition(line).filter(|(label, _)| !is_code && !label.starts_with('^'))
            && addresses.len() < MAX_DEFINITIONS
        {
            addresses.entry(folded(label)).or_insert(address.split_whitespace().next().unwrap_or_default());
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut in_note = false;
    for (line, is_code) in lines(text) {
        match definition(line).filter(|_| !is_code) {
            Some((label, note)) if label.starts_with('^') => {
                out.push_str(&format!("\nFootnote {}: {}\n", &label[1..], with_links(note, &addresses)));
                in_note = true;
                continue;
            }
            // Its address stands where it is used.
            Some(_) => continue,
            None => {}
        }
        let goes_on = in_note && line.starts_with([' ', '\t']);
        if in_note && !goes_on && !line.trim().is_empty() {
            // What follows a note without an empty line is none of it.
            out.push('\n');
        }
        in_note &= goes_on || line.trim().is_empty();
        match is_code {
            true => out.push_str(line),
            false if goes_on => out.push_str(&with_links(line.trim(), &addresses)),
            false => out.push_str(&with_links(line, &addresses)),
        }
        out.push('\n');
    }
    out
}

/// The lines, each with whether it is code.
fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut fence: Option<&str> = None;
    text.lines().map(move |line| {
        let trimmed = line.trim_start();
        match fence {
            Some(mark) => {
                if trimmed.starts_with(mark) {
                    fence = None;
                }
                (line, true)
            }
            None => {
                fence = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
                (line, fence.is_some())
            }
        }
    })
}

/// `[label]: address "title"`, or a note `[^label]: text`.
fn definition(line: &str) -> Option<(&str, &str)> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (label, rest) = line.trim_start_matches(' ').strip_prefix('[')?.split_once("]:")?;
    let rest = rest.trim();
    let is_note = label.starts_with('^') && label.len() > 1;
    let address = rest.trim_start_matches('<');
    let is_address = address.contains(['.', '/', '#']) && !address.split_whitespace().next().unwrap_or_default().ends_with('.');
    let alone = rest.split_whitespace().count() == 1 || rest.ends_with(['"', '\'', ')']);
    (indent < 4 && !label.trim().is_empty() && !label.contains(['[', ']']) && (is_note || is_address && alone)).then_some((label, rest))
}

fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A line whose links have their addresses, and whose marks of notes are raised; code in it stays as it is.
fn with_links(line: &str, addresses: &HashMap<String, &str>) -> String {
    let stretches: Vec<&str> = line.split('`').collect();
    if stretches.len() < 3 || stretches.len().is_multiple_of(2) {
        return linked(line, addresses);
    }
    let shown = stretches.iter().enumerate().map(|(at, text)| if at % 2 == 0 { linked(text, addresses) } else { (*text).to_owned() });
    shown.collect::<Vec<_>>().join("`")
}

fn linked(line: &str, addresses: &HashMap<String, &str>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('[') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = after.find(']').filter(|_| !before.ends_with('\\')) else {
            out.push('[');
            rest = &after[1..];
            continue;
        };
        let (words, tail) = (&after[1..end], &after[end + 1..]);
        if let Some(label) = words.strip_prefix('^').filter(|label| !label.is_empty() && !label.contains(char::is_whitespace)) {
            out.push_str(&format!("<sup>{label}</sup>"));
            rest = tail;
            continue;
        }
        // `[words][label]`, `[label][]`, `[label]`.
        let second = tail.strip_prefix('[').and_then(|tail| tail.split_once(']'));
        let (label, tail) = match second {
            Some((label, tail)) if !label.trim().is_empty() => (label, tail),
            Some((_, tail)) => (words, tail),
            None => (words, tail),
        };
        match addresses.get(&folded(label)).filter(|_| !tail.starts_with('(') || second.is_some()) {
            Some(address) => {
                out.push_str(&format!("[{words}]({})", address.trim_matches(['<', '>'])));
                rest = tail;
            }
            None => {
                out.push('[');
                rest = &after[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_have_their_addresses_and_notes_are_told() {
        let text = "See [our terms][t], [Prices][] and [prices]. [ ] [x] \\[t]\n\n[t]: https://a.example/terms \"Terms\"\n[prices]: <https://a.example/p>\n";
        assert_eq!(
            resolved(text),
            "See [our terms](https://a.example/terms), [Prices](https://a.example/p) and [prices](https://a.example/p). [ ] [x] \\[t]\n\n"
        );
        assert_eq!(
            resolved("It costs 49[^1] euros[^b].\n\n[^1]: Billed\n    yearly.\n[^b]: Net.\nMore"),
            "It costs 49<sup>1</sup> euros<sup>b</sup>.\n\n\nFootnote 1: Billed\nyearly.\n\nFootnote b: Net.\n\nMore\n"
        );
        assert_eq!(resolved("`a[^1]` b[^1]\n"), "`a[^1]` b<sup>1</sup>\n");
        assert_eq!(resolved("[note]: this is a text.\n```\n[^1]: x\n```\n"), "[note]: this is a text.\n```\n[^1]: x\n```\n");
    }
}
