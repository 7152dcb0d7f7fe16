//! A program's command line, taken apart without a shell.

/// Splits as a POSIX shell does: at spaces; quotes (single or double) and backslashes keep them, a word that begins with `#` begins a
/// comment. No variables, globs or pipes.
///
/// # Errors
/// A sentence if a quote isn't closed or there is no program.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let words = shlex::split(line).ok_or("A quote in the recognizer's command line isn't closed, or a backslash ends it.")?;
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
        assert!(split("a \\").unwrap_err().contains("backslash"));
    }
}
