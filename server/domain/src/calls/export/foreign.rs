//! What others said and wrote, in Markdown: text as it is, that makes no heading, list or link out of itself; an address opens as given.

/// Escapes what Markdown would read as markup. The text becomes one line.
pub(super) fn foreign(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len() + 8);
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match address(word) {
            Some((before, address, after)) => {
                escape(before, index == 0, &mut out);
                out.push('<');
                out.push_str(address);
                out.push('>');
                escape(after, false, &mut out);
            }
            None => escape(word, index == 0, &mut out),
        }
    }
    out
}

fn escape(text: &str, first: bool, out: &mut String) {
    // At the start of a line a dash, a plus and a number make lists, and an equals sign or a dash a heading of the line before.
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (first && number.len() < text.len() && number.starts_with(['.', ')'])).then_some(text.len() - number.len());
    for (at, character) in text.char_indices() {
        let opens = first && at == 0 && matches!(character, '-' | '+' | '=');
        if opens || numbered == Some(at) || matches!(character, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(character);
    }
}

/// A web address within a word, with what stands before and behind it.
fn address(word: &str) -> Option<(&str, &str, &str)> {
    let start = ["https://", "http://"].iter().filter_map(|scheme| word.to_ascii_lowercase().find(scheme)).min()?;
    let (before, rest) = word.split_at_checked(start)?;
    if before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let end = rest.find(|c: char| c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '`')).unwrap_or(rest.len());
    let mut address = &rest[..end];
    // As GitHub does: a sentence's marks are not part of it, nor is a bracket that was opened before.
    while let Some(last) = address.chars().next_back() {
        let unopened = |open: char| address.matches(last).count() > address.matches(open).count();
        let foreign = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '”' | '’' => true,
            ')' => unopened('('),
            ']' => unopened('['),
            _ => false,
        };
        if !foreign {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let named = address.split_once("://").is_some_and(|(_, host)| host.starts_with(char::is_alphanumeric));
    named.then(|| (before, address, &rest[address.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_open_as_given() {
        for (said, written) in [
            ("See https://example.com/price_list_2027 please.", "See <https://example.com/price_list_2027> please."),
            ("(https://example.com/a_b).", "(<https://example.com/a_b>)."),
            ("https://example.com/a_(b)!", "<https://example.com/a_(b)>!"),
            ("HTTP://Example.com/*x*?y=1&z=2#_q", "<HTTP://Example.com/*x*?y=1&z=2#_q>"),
            ("[here](https://example.com)", "\\[here\\](<https://example.com>)"),
            ("https://a.example/<script>", "<https://a.example/>\\<script\\>"),
            ("https:// and xhttp://a.example", "https:// and xhttp://a.example"),
        ] {
            assert_eq!(foreign(said), written);
        }
    }

    #[test]
    fn nothing_else_is_markup() {
        for (said, written) in [
            ("# head\n# other", "\\# head \\# other"),
            ("- a", "\\- a"),
            ("+1", "\\+1"),
            ("---", "\\---"),
            ("=====", "\\====="),
            ("1. one", "1\\. one"),
            ("12) two", "12\\) two"),
            ("1.5 million", "1\\.5 million"),
            ("~~old~~ **new** `x` a_b | c", "\\~\\~old\\~\\~ \\*\\*new\\*\\* \\`x\\` a\\_b \\| c"),
            ("R&D &lt;b&gt;", "R\\&D \\&lt;b\\&gt;"),
            ("", ""),
        ] {
            assert_eq!(foreign(said), written);
        }
    }
}
