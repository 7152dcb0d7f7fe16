//! Cutting a text that is too long for one passage, in one walk: each character is looked at a few times, however long the text is.

/// What a piece may end with, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Paragraph,
    Sentence,
    Line,
    Word,
}

const KINDS: usize = 4;

/// Cuts a text into pieces of about `target` and at most `most` characters, without the whitespace around them. Nothing else is lost.
///
/// A piece ends where a paragraph ends, or else a sentence, a line, a word: the first such end from `target` on, or the last one in the
/// second half before it. Only what has none of these is cut between any two characters.
pub fn cut(text: &str, target: usize, most: usize) -> Vec<&str> {
    let target = target.clamp(1, most.max(1));
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(end(rest, target, most.max(1)));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces
}

/// Where the first piece of this text ends, in bytes.
fn end(text: &str, target: usize, most: usize) -> usize {
    let (mut before, mut behind) = ([None; KINDS], [None; KINDS]);
    let mut letters = text.char_indices().enumerate().peekable();
    let (mut last, mut hard) = (' ', 0);
    // A stop and the marks that close it: a sentence ends here if a space follows.
    let mut stopped = false;
    while let Some((count, (at, c))) = letters.next() {
        if !joins(c) {
            hard = at;
        }
        let mut ends = None;
        if c == '\n' {
            let next = letters.peek().map_or('\n', |(_, (_, next))| *next);
            ends = Some(match (next, stopped) {
                ('\n', _) => End::Paragraph,
                (_, true) => End::Sentence,
                _ => End::Line,
            });
        } else if c.is_whitespace() {
            // The next sentence does not begin in lower case: it was an abbreviation.
            let next = letters.peek().map_or(' ', |(_, (_, next))| *next);
            ends = Some(if stopped && !next.is_lowercase() { End::Sentence } else { End::Word });
        } else if is_wide_stop(last) && !closes(c) && !is_wide_stop(c) {
            ends = Some(End::Sentence);
        }
        if let Some(kind) = ends.filter(|_| at > 0) {
            let kind = kind as usize;
            if count >= target {
                behind[kind].get_or_insert(at);
                // Nothing better can come.
                if kind == 0 {
                    return at;
                }
            } else if count >= target / 2 {
                before[kind] = Some(at);
            }
        }
        if count == most {
            let found = (0..KINDS).find_map(|kind| behind[kind].or(before[kind]));
            return found.or((hard > 0).then_some(hard)).unwrap_or(at);
        }
        stopped = matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।') || (stopped && closes(c));
        last = c;
    }
    text.len()
}

fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡')
}

fn closes(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）')
}

/// Whether it belongs to the character before it: marks, joiners, the second half of a flag or a skin's colour.
fn joins(c: char) -> bool {
    c >= '\u{300}'
        && (unicode_normalization::char::is_combining_mark(c)
            || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_with_the_best_end_in_reach() {
        assert_eq!(cut("One two. Three four. Five", 12, 15), ["One two.", "Three four.", "Five"]);
        assert_eq!(cut("It costs approx. ten euros a month. Then", 14, 36), ["It costs approx. ten euros a month.", "Then"]);
        assert_eq!(cut("first line\nsecond line\nthird line", 9, 14), ["first line", "second line", "third line"]);
        assert_eq!(cut("a paragraph.\n\nmore. And", 8, 20), ["a paragraph.", "more. And"]);
        assert_eq!(cut("words and words", 7, 10), ["words and", "words"]);
        assert_eq!(cut("日本語。契約の条件。確認", 3, 7), ["日本語。", "契約の条件。", "確認"]);
    }

    #[test]
    fn what_has_no_end_is_cut_between_characters() {
        assert_eq!(cut("abcdefghij", 3, 4), ["abcd", "efgh", "ij"]);
        assert_eq!((cut("abcd", 3, 4), cut("abcde", 3, 4)), (vec!["abcd"], vec!["abcd", "e"]));
        assert_eq!(cut("xxxq\u{323}\u{307}y", 3, 4), ["xxx", "q\u{323}\u{307}y"]);
        // Marks alone are cut all the same.
        assert_eq!(cut(&"\u{323}".repeat(10), 3, 4).concat(), "\u{323}".repeat(10));
        assert_eq!(cut(" \n ", 3, 4), Vec::<&str>::new());
    }
}
