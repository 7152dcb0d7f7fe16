//! Bytes as text, whatever their encoding.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Decodes a text: by its byte order mark, as UTF-8 if it is, as UTF-16 if every second byte is mostly zero, else as what its bytes look
/// like. `claimed` is what the document says of itself: it is believed when it is not UTF-8 and fits the bytes.
pub fn text(bytes: &[u8], claimed: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Seven-bit text may be UTF-16 without a mark or an encoding with escapes.
        if !bytes.contains(&0) && !bytes.contains(&0x1b) {
            return text.to_owned();
        }
    }
    if let Some(encoding) = without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let claimed = claimed.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    if let Some(encoding) = claimed.filter(|encoding| *encoding != UTF_8 && encoding.is_ascii_compatible()) {
        let (text, _, broken) = encoding.decode(bytes);
        if !broken {
            return text.into_owned();
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow).decode(bytes).0.into_owned()
}

/// An XML file: by its byte order mark or its declaration, UTF-8 otherwise.
pub fn xml(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Some(encoding) = without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared = head
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.get(1..).and_then(|rest| rest.split(['"', '\'']).next()))
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    declared.unwrap_or(UTF_8).decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a byte order mark: Latin text has a zero in every second byte.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 4 {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count() * 2;
    let (high, low) = (zeros(0), zeros(1));
    match () {
        () if low > sample.len() / 2 && high < sample.len() / 10 => Some(UTF_16LE),
        () if high > sample.len() / 2 && low < sample.len() / 10 => Some(UTF_16BE),
        () => None,
    }
}

/// Whether it is rather a program or a picture than a text: controls that no text has.
pub fn is_binary(text: &str) -> bool {
    let mut chars = 0usize;
    let mut odd = 0usize;
    for c in text.chars().take(8192) {
        chars += 1;
        odd += usize::from(
            c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{b}' | '\u{1b}' | '\u{1a}' | '\u{8}')),
        );
    }
    odd * 20 > chars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_any_encoding() {
        let russian = "Однажды, в студеную зимнюю пору, я из лесу вышел; был сильный мороз. Гляжу, поднимается медленно в гору лошадка";
        for encoding in [encoding_rs::IBM866, encoding_rs::WINDOWS_1251, encoding_rs::KOI8_R, UTF_8] {
            assert_eq!(text(&encoding.encode(russian).0, None), russian, "{}", encoding.name());
        }
        let japanese = "これは日本語の文章です。契約の条件を確認してください。";
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
            assert_eq!(text(&encoding.encode(japanese).0, None), japanese, "{}", encoding.name());
        }
        let units = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { "Prices from 5 €".encode_utf16().flat_map(order).collect() };
        assert_eq!(text(&units(u16::to_le_bytes), None), "Prices from 5 €");
        assert_eq!(text(&units(u16::to_be_bytes), None), "Prices from 5 €");
        assert_eq!(text(&[&[0xff, 0xfe][..], &units(u16::to_le_bytes)].concat(), None), "Prices from 5 €");
        assert_eq!(text(b"caf\xe9 au lait, na\xefve r\xe9sum\xe9", None), "café au lait, naïve résumé");
    }

    #[test]
    fn what_the_document_says_of_itself_counts_only_where_it_fits() {
        assert_eq!(text("Ünïted".as_bytes(), Some("windows-1252")), "Ünïted");
        assert_eq!(text(b"\xcf\xf0\xe8", Some("windows-1251")), "При");
        assert_eq!(
            xml(b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcf</a>"),
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>П</a>"
        );
        assert!(is_binary("\u{0}\u{1}\u{2}ELF") && !is_binary("a\tb\r\nc"));
    }
}
