//! Postcard, and how it lies in a page.

use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::unreadable;
use crate::error::AppError;

/// Writes a value as Postcard.
pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, AppError> {
    postcard::to_allocvec(value).map_err(|_| unreadable())
}

/// Reads a value that is Postcard.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    postcard::from_bytes(bytes).map_err(|_| unreadable())
}

/// The codec of what comes along with a page.
///
/// It lies there as text, one character a byte: ASCII that can be seen as itself, any other byte as the letter that many places behind
/// `Ā` (U+0100). So words stay words, which the page has already and compression finds again, and nothing needs escaping as a control.
/// `<` is such a letter too: leptos writes `\u003c` in its place, which only JSON reads back.
pub struct Packed;

impl<T: Serialize> Encoder<T> for Packed {
    type Error = AppError;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, AppError> {
        Ok(to_text(&pack(value)?))
    }
}

impl<T: DeserializeOwned> Decoder<T> for Packed {
    type Error = AppError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, AppError> {
        unpack(&from_text(text))
    }
}

fn to_text(bytes: &[u8]) -> String {
    let letter = |byte: u8| {
        if matches!(byte, b' '..=b';' | b'='..=b'~') { char::from(byte) } else { char::from_u32(0x100 + u32::from(byte)).unwrap_or(' ') }
    };
    bytes.iter().map(|byte| letter(*byte)).collect()
}

fn from_text(text: &str) -> Vec<u8> {
    #[allow(clippy::cast_possible_truncation, reason = "the lower byte is what it stands for")]
    text.chars().map(|letter| u32::from(letter) as u8).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_a_page_without_a_control() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = to_text(&bytes);
        assert_eq!(from_text(&text), bytes);
        assert!(text.chars().all(|letter| !letter.is_control()));
        assert!(!text.contains('<'), "leptos would write it as JSON has it");
        assert!(text.contains("0123456789") && text.contains("abcdefghijklmnopqrstuvwxyz"), "words stay words");
        // Leptos writes it into a script like this.
        let written = format!("{text:?}");
        assert!(!written.contains("\\u") && !written.contains("\\0"), "{written}");
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let packed = <Packed as Encoder<_>>::encode(&("Größe".to_owned(), Some(7_u32))).unwrap();
        assert_eq!(<Packed as Decoder<(String, Option<u32>)>>::decode(&packed).unwrap(), ("Größe".to_owned(), Some(7)));
        assert!(<Packed as Decoder<(String, Option<u32>)>>::decode(&packed[..3]).is_err());
    }
}
