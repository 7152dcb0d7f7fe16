//! Fonts whose letters are pictures: check marks, boxes, arrows, bullets.

/// Whether a font has symbols in the place of letters.
pub fn is_symbol_font(font: &str) -> bool {
    family(font).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Wingdings,
    Wingdings2,
    Wingdings3,
    Webdings,
    Dingbats,
    Symbol,
}

fn family(font: &str) -> Option<Family> {
    let name: String = font.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    // The name of a font that is embedded in part: six letters before it.
    let is = |known: &str| name.ends_with(known) || name.contains(&format!("{known}regular")) || name.contains(&format!("{known}itc"));
    match () {
        () if is("wingdings2") => Some(Family::Wingdings2),
        () if is("wingdings3") => Some(Family::Wingdings3),
        () if is("wingdings") => Some(Family::Wingdings),
        () if is("webdings") => Some(Family::Webdings),
        () if is("dingbats") => Some(Family::Dingbats),
        () if name == "symbol" || name == "symbolmt" || name == "standardsymbolsl" => Some(Family::Symbol),
        () => None,
    }
}

/// What a sign of a symbol font shows; none if that isn't known.
pub fn symbol(font: &str, code: u32) -> Option<char> {
    // Programs put the codes of such fonts behind U+F000.
    let code = if (0xf000..=0xf0ff).contains(&code) { code - 0xf000 } else { code };
    match family(font)? {
        Family::Wingdings => wingdings(code),
        Family::Wingdings2 => Some(match code {
            0x50 => '✓',
            0x4f | 0xd0 => '✗',
            0x51 | 0x53 | 0x54 => '☒',
            0x52 => '☑',
            0xa3 | 0x30 | 0x2a => '☐',
            0x98 | 0x97 => '●',
            0xa2 => '■',
            _ => return None,
        }),
        Family::Wingdings3 => Some(match code {
            0x22 | 0x66 => '←',
            0x24 | 0x67 => '→',
            0x70 => '▲',
            0x71 => '▼',
            0x7d | 0x75 => '▶',
            _ => return None,
        }),
        Family::Webdings => Some(match code {
            0x61 => '✓',
            0x72 => '✗',
            0x63 => '☐',
            0x67 => '■',
            0x6e => '●',
            _ => return None,
        }),
        // They have their own block of characters, from the exclamation mark on.
        Family::Dingbats => match code {
            0x6c => Some('●'),
            0x6e => Some('■'),
            0x21..=0x7e => char::from_u32(0x2700 + code - 0x20),
            _ => None,
        },
        Family::Symbol => greek(code),
    }
}

fn wingdings(code: u32) -> Option<char> {
    Some(match code {
        0xfc => '✓',
        0xfb => '✗',
        0xfe => '☑',
        0xfd | 0x78 => '☒',
        0xa8 | 0x6f | 0x70 | 0x71 | 0x72 => '☐',
        0x6c | 0x9f => '●',
        0x9e => '·',
        0xa1 | 0xa6 => '○',
        0x6e | 0xa7 => '■',
        0x74 | 0x75 => '◆',
        0x76 => '❖',
        0xd8 => '➢',
        0xdf | 0xe7 | 0xef => '←',
        0xe0 | 0xe8 | 0xf0 => '→',
        0xe1 | 0xe9 | 0xf1 => '↑',
        0xe2 | 0xea | 0xf2 => '↓',
        0xf3 => '↔',
        0x4a => '☺',
        0x4b => '😐',
        0x4c => '☹',
        0x43 => '👍',
        0x44 => '👎',
        0x28 | 0x29 => '☎',
        0x2a | 0x2b => '✉',
        0xab | 0xb6 => '★',
        0x36 => '⌛',
        0x80 => '⓪',
        0x81..=0x8a => char::from_u32(0x2460 + code - 0x81)?,
        0x8b => '⓿',
        0x8c..=0x95 => char::from_u32(0x2776 + code - 0x8c)?,
        _ => return None,
    })
}

/// The Symbol font: Greek letters and signs of mathematics.
fn greek(code: u32) -> Option<char> {
    const CAPITAL: &str = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
    const SMALL: &str = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ";
    match code {
        0x41..=0x5a => CAPITAL.chars().nth(code as usize - 0x41),
        0x61..=0x7a => SMALL.chars().nth(code as usize - 0x61),
        0x20..=0x40 => char::from_u32(code),
        _ => Some(match code {
            0xa0 => '€',
            0xa3 => '≤',
            0xa5 => '∞',
            0xae => '→',
            0xac => '←',
            0xb0 => '°',
            0xb1 => '±',
            0xb3 => '≥',
            0xb4 => '×',
            0xb7 => '•',
            0xb8 => '÷',
            0xb9 => '≠',
            0xbb => '≈',
            0xd2 | 0xe2 => '®',
            0xd3 | 0xe3 => '©',
            0xd4 | 0xe4 => '™',
            0xd6 => '√',
            0xde => '⇒',
            0xe5 => '∑',
            _ => return None,
        }),
    }
}

/// A text in a font: as it is, or as the symbols that it shows. What isn't known becomes a box, and `unknown` true.
pub fn text(font: &str, text: &str, unknown: &mut bool) -> String {
    if !is_symbol_font(font) {
        return text.to_owned();
    }
    let shown = |c: char| {
        // A program that knows better writes the real sign already.
        if c.is_whitespace() || (c as u32 > 0xff && !(0xf000..=0xf0ff).contains(&(c as u32))) {
            return c;
        }
        symbol(font, c as u32).unwrap_or_else(|| {
            *unknown = true;
            '▯'
        })
    };
    text.chars().map(shown).collect()
}

/// The note about symbols that aren't known.
pub const UNKNOWN: &str = "Some symbols of a picture font are not known: they stand in the text as ▯.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_what_they_show() {
        let mut unknown = false;
        assert_eq!(text("Wingdings", "\u{f0fc}\u{f0fb} \u{fe}o", &mut unknown), "✓✗ ☑☐");
        assert_eq!(text("Wingdings 2", "PO\u{f052}", &mut unknown), "✓✗☑");
        assert_eq!(text("ABCDEF+ZapfDingbats", "48", &mut unknown), "✔✘");
        assert_eq!((text("Symbol", "\u{f0a3}m", &mut unknown), text("Arial", "ü", &mut unknown)), ("≤μ".into(), "ü".into()));
        assert!(!unknown);
        assert_eq!((text("Wingdings", "\u{f0ff}", &mut unknown), unknown), ("▯".into(), true));
    }
}
