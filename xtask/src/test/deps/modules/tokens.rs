//! Rust's source as words, signs and their lines; comments and texts are left out.

/// A word or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub fn is_word(&self) -> bool {
        self.text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
    }
}

/// The tokens of a source; `::` is one.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
            '/' if rest.starts_with("/*") => (block_comment(rest), false),
            '"' => (text(rest, 0), false),
            '\'' => (quote(rest), false),
            _ if first.is_alphanumeric() || first == '_' => {
                let word = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
                let after = &rest[word..];
                match (&rest[..word], after.chars().next()) {
                    ("r" | "br" | "cr", Some('"' | '#')) if raw_text(after).is_some() => (word + raw_text(after).unwrap_or(0), false),
                    ("b" | "c", Some('"')) => (word + text(after, 0), false),
                    // A name that is also a keyword, r#type.
                    ("r", Some('#')) => (word + 1, false),
                    _ => (word, true),
                }
            }
            ':' if rest.starts_with("::") => (2, true),
            _ => (first.len_utf8(), !first.is_whitespace()),
        };
        let (taken, after) = rest.split_at(length.min(rest.len()));
        if is_token {
            tokens.push(Token { text: taken.to_owned(), line });
        }
        line += taken.matches('\n').count();
        rest = after;
    }
    tokens
}

fn block_comment(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < source.len() {
        let rest = &source.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    source.len()
}

/// The length of a text that begins at the quotation mark at `start`.
fn text(source: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, byte) in source.bytes().enumerate().skip(start + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    source.len()
}

/// The length of `#"…"#` with any number of signs; none if it isn't one.
fn raw_text(source: &str) -> Option<usize> {
    let signs = source.bytes().take_while(|byte| *byte == b'#').count();
    let end = format!("\"{}", "#".repeat(signs));
    let body = source.get(signs..)?.strip_prefix('"')?;
    Some(body.find(&end).map_or(source.len(), |at| signs + 1 + at + end.len()))
}

/// A letter in quotes, or a lifetime.
fn quote(source: &str) -> usize {
    let mut letters = source.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((at, letter))) => {
            let from = at + letter.len_utf8();
            source[from..].find('\'').map_or(source.len(), |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_texts_and_letters_are_left_out() {
        let source = "a // crate::x\n/* crate::y /* nested */ z */ b \"crate::\\\"c\" r#\"crate::\"d\"# 'e' '\\'' f<'g> b\"h\" r#type";
        let words: Vec<_> = tokens(source).into_iter().filter(Token::is_word).map(|token| token.text).collect();
        assert_eq!(words, ["a", "b", "f", "g", "type"]);
    }

    #[test]
    fn lines_are_counted_through_texts() {
        let tokens = tokens("\"one\ntwo\"\ncrate::x");
        assert_eq!(tokens.iter().map(|token| (token.text.as_str(), token.line)).collect::<Vec<_>>(), [("crate", 3), ("::", 3), ("x", 3)]);
    }
}
