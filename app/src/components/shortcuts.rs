//! Keys that do something: which one was meant, and whether a person wants those that are one key alone.

use leptos::ev::KeyboardEvent;

use super::browser::{remember, remembered};
use super::typing;

/// Where this browser remembers that somebody switched them off.
const STORED: &str = "single-keys";

/// Whether a key alone may do something. Who speaks to their computer, or whose hand strays, switches that off in Settings, for all pages of
/// this browser (WCAG 2.1.4).
pub fn shortcuts_on() -> bool {
    remembered(STORED).as_deref() != Some("off")
}

/// Switches them on or off from now on.
pub fn switch_shortcuts(on: bool) {
    // A browser that refuses storage keeps them on: there is nothing to tell the person that the switch doesn't show.
    remember(STORED, if on { "on" } else { "off" });
}

/// Whether the key belongs to letters that are still being composed, as Japanese, Chinese and Korean ones are: Enter and arrows choose among
/// them, and do nothing else.
pub fn composing(event: &KeyboardEvent) -> bool {
    // Safari ends composing before it tells of the Enter that ended it; what is left is this number.
    event.is_composing() || event.key_code() == 229
}

/// The key that was pressed; on a keyboard of other letters than Latin ones by its place.
pub fn pressed(event: &KeyboardEvent) -> String {
    meant(event.key(), &event.code(), event.shift_key())
}

/// What a key alone asks for here and now: nothing while somebody types or composes, with Ctrl, Alt or Meta, or switched off.
pub fn shortcut(event: &KeyboardEvent) -> Option<String> {
    let with_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    (!with_modifier && !typing(event) && !composing(event) && shortcuts_on()).then(|| pressed(event))
}

fn meant(key: String, code: &str, shift: bool) -> String {
    if key.is_ascii() {
        return key;
    }
    match (code, code.strip_prefix("Key")) {
        ("Slash", _) => if shift { "?" } else { "/" }.to_owned(),
        (_, Some(letter)) => letter.to_lowercase(),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_key_is_meant_by_its_letter_and_by_its_place_where_the_letters_are_others() {
        for (key, code, shift, expected) in [
            ("m", "KeyM", false, "m"),
            // A French keyboard has its M elsewhere, and it is still the M that is meant.
            ("m", "Semicolon", false, "m"),
            ("ь", "KeyM", false, "m"),
            ("Ь", "KeyM", true, "m"),
            ("ئ", "KeyZ", false, "z"),
            ("؟", "Slash", true, "?"),
            ("ゃ", "Slash", false, "/"),
            ("?", "Digit7", true, "?"),
            ("ö", "Semicolon", false, "ö"),
            ("Enter", "Enter", false, "Enter"),
        ] {
            assert_eq!(meant(key.to_owned(), code, shift), expected, "{key} {code}");
        }
    }
}
