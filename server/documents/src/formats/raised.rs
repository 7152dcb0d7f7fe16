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
    if let Some(marks) = each(text, up) {
        return marks;
    }
    let is_ordinal = matches!(
        text.to_lowercase().as_str(),
        "st" | "nd" | "rd" | "th" | "er" | "re" | "e" | "o" | "a" | "ère" | "ème" | "ième" | "nde" | "os" | "as" | "te" | "de"
    );
    let behind_number = before.ends_with(|c: char| c.is_ascii_digit());
    let short = text.chars().count() <= 2 && text.chars().all(char::is_alphanumeric);
    // `1st` is a word; the `b` of `400b` is a mark, and so is what stands in brackets already.
    match () {
        () if behind_number && is_ordinal && !(text == "a" && before.ends_with("00")) => text.to_owned(),
        () if behind_number && short => format!(" [{text}]"),
        () if text.starts_with(['[', '(']) => format!(" {text}"),
        () => text.to_owned(),
    }
}

/// A lowered text: `H₂O`.
pub fn lowered(text: &str) -> String {
    each(text.trim(), down).unwrap_or_else(|| text.to_owned())
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
    let mark = if is_raised { raised(text, &end) } else { lowered(&end) };
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
        ',' | ' ' | '*' | '†' | '‡' | '§' => c,
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
        assert_eq!((raised("12", "[1]"), raised("Cloud", "TM"), lowered("2")), (" [1]".into(), "™".into(), "₂".into()));
        let mut text = "Each seat costs 121 ".to_owned();
        replace_end(&mut text, 18, true);
        assert_eq!(text, "Each seat costs 12¹ ");
    }
}
