//! Text for the elements whose content is written as it is: `<title>` and `<textarea>`.

/// A text with what HTML would read as markup written as references.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A reader of HTML would make a line feed of it.
            '\r' => safe.push_str("&#13;"),
            // Nothing that HTML can hold.
            '\0' => {}
            other => safe.push(other),
        }
    }
    safe
}

/// What stands in a `<textarea>` so that it holds `text`. Children would be written as they are, and would break hydration.
pub(super) fn contents(text: &str) -> String {
    // A parser drops a line feed after the opening tag; what a script sets as content it keeps.
    if cfg!(feature = "ssr") { format!("\n{}", escaped(text)) } else { escaped(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_element() {
        assert_eq!(escaped("a</title> & <b>"), "a&lt;/title&gt; &amp; &lt;b&gt;");
        assert_eq!(escaped("a\r\nb\0"), "a&#13;\nb");
        assert!(!contents("</textarea><form>").contains('<'));
    }
}
