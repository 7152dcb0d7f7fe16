//! What a file is called.

use unicode_normalization::UnicodeNormalization as _;

/// Bytes of a name without its ending: enough for a title, and with an ending short of what any file system takes.
const LONGEST: usize = 120;

/// Letters, digits and hyphens of a title: a name that every system stores.
pub(super) fn file_stem(title: &str) -> String {
    let mut stem = String::new();
    for character in title.nfc().flat_map(char::to_lowercase) {
        let letter = character.is_alphanumeric();
        if stem.len() + character.len_utf8() > LONGEST {
            break;
        }
        if letter {
            stem.push(character);
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() {
        "call".to_owned()
    } else if is_device(stem) {
        format!("call-{stem}")
    } else {
        stem.to_owned()
    }
}

/// Names that mean a device to Windows, whatever their ending.
fn is_device(stem: &str) -> bool {
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_number =
        |rest: &str| rest.chars().count() == 1 && rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
    matches!(stem, "con" | "prn" | "aux" | "nul" | "conin" | "conout") || numbered.is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_stores_it() {
        for (title, name) in [
            ("Größe: ../../etc & Co.", "größe-etc-co"),
            ("Mu\u{308}ller", "müller"),
            ("???", "call"),
            ("", "call"),
            ("...", "call"),
            ("Ends with a dot.", "ends-with-a-dot"),
            ("CON", "call-con"),
            ("nul", "call-nul"),
            ("Aux.", "call-aux"),
            ("COM1", "call-com1"),
            ("lpt³", "call-lpt³"),
            ("com", "com"),
            ("Com10", "com10"),
            ("Console", "console"),
            ("price\u{202e}fdp.exe", "price-fdp-exe"),
        ] {
            assert_eq!(file_stem(title), name, "{title}");
        }
        for letter in ["x", "ß", "价", "𠀀"] {
            let name = file_stem(&letter.repeat(500));
            assert!(name.len() <= LONGEST && name.len() > LONGEST - 4, "{name}");
        }
    }
}
