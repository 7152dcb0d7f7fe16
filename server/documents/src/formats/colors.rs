//! Colours of text, as far as they hide it.

/// Whether a colour of six hexadecimal digits (or eight, the first of which are its opacity) is (nearly) white.
pub fn is_white(hex: &str) -> bool {
    let digits = hex.trim().trim_start_matches('#');
    let digits = if digits.len() == 8 { digits.get(2..).unwrap_or_default() } else { digits };
    let light =
        |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).is_some_and(|part| part >= 0xf8);
    digits.len() == 6 && digits.as_bytes().chunks(2).all(light)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_told_from_colours() {
        for white in ["FFFFFF", "#fefefe", "FFFFFFFF"] {
            assert!(is_white(white), "{white}");
        }
        for other in ["", "auto", "FF0000", "#fff", "eeeeee", "äöü", "aéxxxxx", "FFFF00"] {
            assert!(!is_white(other), "{other}");
        }
    }
}
