//! The header that makes a browser save what it gets.

use http::HeaderValue;
use model::validation::visible;

/// `Content-Disposition` of a file to be saved, its name for old and new browsers (RFC 6266 and 8187). Characters that show
/// nothing or turn the name around are left out: `price\u{202e}fdp.exe` is shown as `priceexe.pdf`.
pub fn attachment(name: &str) -> HeaderValue {
    let name = visible(name);
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    fn attachment(name: &str) -> String {
        super::attachment(name).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_file_name_can_not_break_the_header() {
        assert_eq!(attachment("Zoë \"x\"\r\n.md"), "attachment; filename=\"Zo_ _x_.md\"; filename*=UTF-8''Zo%C3%AB%20%22x%22.md");
        assert_eq!(attachment("a/b\\c;d.pdf"), "attachment; filename=\"a_b_c_d.pdf\"; filename*=UTF-8''a%2Fb%5Cc%3Bd.pdf");
        assert_eq!(attachment("Price list.pdf"), "attachment; filename=\"Price list.pdf\"; filename*=UTF-8''Price%20list.pdf");
        for name in ["a\"b\r\nx: y.pdf", "Größe €.docx", "\u{202e}fdp.exe", "价格.xlsx", ""] {
            let text = attachment(name);
            assert_eq!(text.matches('"').count(), 2, "{text}");
        }
    }

    #[test]
    fn a_file_name_can_not_look_like_another_kind() {
        assert_eq!(attachment("price\u{202e}fdp.exe"), "attachment; filename=\"pricefdp.exe\"; filename*=UTF-8''pricefdp.exe");
        assert!(attachment("a\u{200b}\u{2060}\u{3164}b.pdf").contains("\"ab.pdf\""));
        assert!(attachment("\u{1f469}\u{200d}\u{1f4bb}.pdf").ends_with("UTF-8''%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB.pdf"), "emoji stay whole");
    }
}
