//! Raised and lowered signs: a mark of a footnote behind a price must not become one of its digits.

/// A raised text, as it comes behind `before`.
pub fn raised(before: &str, text: &str) -> String {
    let text = text.trim();
    match text {
        "TM" | "tm" => return "™".to_owned(),
        "SM" | "sm" => return "℠".to_owned(),
        "R" | "(R)" => return "®".to_owned(),
        _ => {}
    }
    if let Some(marks) = each(text, up).filter(|_| !text.starts_with('(')) {
        return marks;
    }
    // `1st` is a word; the `b` of `400b` is a mark, and so is what stands in brackets already.
    match () {
        () if text.starts_with(['[', '(']) => format!(" {text}"),
        // At the beginning of a note.
        () if (before.is_empty() || before.ends_with(char::is_whitespace)) && text.chars().all(char::is_alphabetic) && marks_note(text) => {
            format!("[{text}]")
        }
        // Behind a sign of a currency, a per cent sign, a bracket.
        () if is_closed(before) && text.starts_with(char::is_alphabetic) && marks_note(text) => {
            format!(" [{}]", text.trim_end_matches([')', '.']))
        }
        () if !text.starts_with(char::is_alphanumeric) || !before.ends_with(char::is_alphanumeric) => text.to_owned(),
        () if is_ending(before, text) => text.to_owned(),
        () if marks_note(text) => format!(" [{}]", text.trim_end_matches([')', '.'])),
        () => format!(" {text}"),
    }
}

/// Whether a text ends with a sign that a mark may follow.
fn is_closed(text: &str) -> bool {
    text.ends_with(['€', '$', '£', '¥', '₹', '%', '‰', ')', ']', '”', '’', '"', '.', ',', ';', ':', '*'])
}

/// Whether a raised text ends the word or the number before it: `1st`, `No`, `Mme`, `XIXe`.
fn is_ending(before: &str, text: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let word = last.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lower = text.to_lowercase();
    if last.ends_with(|c: char| c.is_numeric()) {
        // Letters that mark notes too: an ordinal is a small number by itself, no price.
        let number = if word.len() == last.len() { word.parse::<u32>().unwrap_or(0) } else { 0 };
        return match lower.as_str() {
            "st" | "nd" | "rd" | "th" | "er" | "re" | "ère" | "ème" | "ième" | "nde" | "os" | "as" | "te" | "de" => true,
            "a" | "o" => number == 1,
            "e" => matches!(number, 1..=21),
            _ => false,
        };
    }
    let is_roman = word.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C' | 'D' | 'M'));
    // A power or an abbreviation: of a word as short the rest is raised.
    is_roman || word.chars().count() <= 2
}

/// Whether a text is the mark of a note: `a`, `b)`, `ii`, `a, b`.
fn marks_note(text: &str) -> bool {
    text.split([',', ' ']).filter(|mark| !mark.is_empty()).all(|mark| {
        let mark = mark.trim_end_matches([')', '.']);
        let is_roman = mark.len() <= 4 && mark.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
        mark.chars().count() == 1
            || is_roman
            || mark.chars().count() <= 2 && mark.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

/// A lowered text, as it comes behind `before`: `H₂O`. Behind a number letters are a mark too.
pub fn lowered(before: &str, text: &str) -> String {
    let short = text.trim();
    match each(short, down) {
        Some(digits) => digits,
        None if before.ends_with(|c: char| c.is_numeric()) && short.starts_with(char::is_alphabetic) && marks_note(short) => {
            format!(" [{}]", short.trim_end_matches([')', '.']))
        }
        None => text.to_owned(),
    }
}

/// Replaces the end of a text, from `start` on, by the same text raised or lowered.
pub fn replace_end(text: &mut String, start: usize, is_raised: bool) {
    if start > text.len() || !text.is_char_boundary(start) {
        return;
    }
    let end = text.split_off(start);
    if end.trim().is_empty() {
        text.push_str(&end);
        return;
    }
    let trailing = end.ends_with(' ');
    let mark = if is_raised { raised(text, &end) } else { lowered(text, &end) };
    text.push_str(&mark);
    if trailing {
        text.push(' ');
    }
}

fn each(text: &str, map: fn(char) -> Option<char>) -> Option<String> {
    if text.is_empty() { None } else { text.chars().map(map).collect() }
}

fn up(c: char) -> Option<char> {
    Some(match c {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32(0x2070 + c as u32 - '0' as u32)?,
        '+' => '⁺',
        '-' | '−' | '–' => '⁻',
        '(' => '⁽',
        ')' => '⁾',
        ',' | ' ' | '*' | '†' | '‡' | '§' | '¶' | '#' => c,
        '¹' | '²' | '³' | '\u{2070}'..='\u{207f}' => c,
        _ => return None,
    })
}

fn down(c: char) -> Option<char> {
    match c {
        '0'..='9' => char::from_u32(0x2080 + c as u32 - '0' as u32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_digits() {
        assert_eq!((raised("12", "1"), raised("GB", "2, 3"), raised("10", "-3")), ("¹".into(), "², ³".into(), "⁻³".into()));
        assert_eq!(
            (raised("1", "st"), raised("400", "b"), raised("400", "a"), raised("1", "a")),
            ("st".into(), " [b]".into(), " [a]".into(), "a".into())
        );
        assert_eq!((raised("12", "[1]"), raised("Cloud", "TM"), lowered("H", "2")), (" [1]".into(), "™".into(), "₂".into()));
        for (before, text, shown) in [
            ("49", "1)", "¹⁾"),
            ("49", "(1)", " (1)"),
            ("49", "*)", "*⁾"),
            ("49", "†", "†"),
            ("49", "a", " [a]"),
            ("€ 9", "e", "e"),
            ("€9", "e", " [e]"),
            ("storage 5", "a", " [a]"),
            ("12.50", "a, b", " [a, b]"),
            ("49", "a)", " [a]"),
            ("Storage", "b", " [b]"),
            ("Storage", "iii", " [iii]"),
            ("5 EUR", "c", " [c]"),
            ("Premium", "new", " new"),
            ("N", "o", "o"),
            ("M", "me", "me"),
            ("XIX", "e", "e"),
            ("49", "EUR", " EUR"),
            ("49 €", "a", " [a]"),
            ("15 %", "b)", " [b]"),
            ("49", "€", "€"),
            ("49", "99", "⁹⁹"),
            ("", "a", "[a]"),
            ("", "Total", "Total"),
        ] {
            assert_eq!(raised(before, text), shown, "{before} {text}");
        }
        assert_eq!((lowered("49", "a"), lowered("x", "i")), (" [a]".into(), "i".into()));
        let mut text = "Each seat costs 121 ".to_owned();
        replace_end(&mut text, 18, true);
        assert_eq!(text, "Each seat costs 12¹ ");
    }
}
