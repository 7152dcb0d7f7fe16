//! A program's command line, taken apart without a shell.

/// Splits at spaces; quotes (single or double) and backslashes keep them. No variables, globs or pipes.
///
/// # Errors
/// A sentence if a quote isn't closed or there is no program.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if quote.is_none() && letter.is_whitespace() {
            if inside {
                words.push(std::mem::take(&mut word));
            }
            inside = false;
            continue;
        }
        // A quote alone makes a word too: an empty one.
        inside = true;
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('\\', None | Some('"')) => word.extend(letters.next()),
            ('"' | '\'', None) => quote = Some(letter),
            (letter, _) => word.push(letter),
        }
    }
    if quote.is_some() {
        return Err("A quote in the recognizer's command line isn't closed.".to_owned());
    }
    if inside {
        words.push(word);
    }
    if words.first().is_none_or(String::is_empty) { Err("The recognizer's command line names no program.".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::split;

    #[test]
    fn quotes_and_backslashes_keep_spaces() {
        assert_eq!(split(r#" my\ prog --a "b c" 'd "e' f"g h"i "" "#).unwrap(), ["my prog", "--a", "b c", "d \"e", "fg hi", ""]);
    }

    #[test]
    fn a_line_without_a_program_or_with_an_open_quote_is_refused() {
        assert!(split("  ").unwrap_err().contains("no program"));
        assert!(split("''").unwrap_err().contains("no program"));
        assert!(split("a 'b").unwrap_err().contains("isn't closed"));
    }
}
