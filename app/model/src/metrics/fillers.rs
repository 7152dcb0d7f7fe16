//! Filler words: sounds and phrases that carry no meaning where they stand.

use super::words::{Stop, Words};

/// Always fillers.
const SOUNDS: &[&str] = &["um", "umm", "uhm", "uh", "uhh", "er", "erm", "ehm", "basically", "literally"];

/// After these, `you know` has its plain meaning.
const KNOWING: &[&str] =
    &["do", "did", "does", "if", "as", "let", "would", "should", "to", "will", "can", "how", "what", "might", "not", "before"];
/// Before these too.
const KNOWN: &[&str] =
    &["what", "how", "that", "if", "why", "where", "who", "when", "whether", "about", "the", "of", "which", "more", "better"];
/// After these, `kind of` and `sort of` name a kind.
const NAMING: &[&str] =
    &["what", "this", "that", "some", "any", "the", "a", "which", "these", "those", "every", "one", "same", "other", "different", "right"];

/// The fillers of a text as ranges of words (contractions counted in full).
///
/// Counted: `um`, `uh`, `er` and their spellings, `basically`, `literally`; `you know`, `i mean`, `kind of` and `sort of`
/// where the words around don't give them their plain meaning (`do you know`, `what i mean`, `what kind of`); `like` only
/// between commas or beside another such sound, because `like` is mostly a verb or a comparison.
pub fn fillers(words: &Words) -> Vec<std::ops::Range<usize>> {
    fillers_in(words, 0..words.len())
}

/// Those of [`fillers()`] that begin within a range of words.
pub fn fillers_in(words: &Words, within: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut index = within.start;
    while index < within.end.min(words.len()) {
        let (word, next) = (words.word(index), words.word(index + 1));
        let before = index.checked_sub(1).map_or("", |last| words.word(last));
        let after = words.word(index + 2);
        let stop = |at: usize| words.marks().get(at).map_or(Stop::None, |mark| mark.stop);
        let two = match (word, next) {
            ("you", "know") => !KNOWING.contains(&before) && !KNOWN.contains(&after),
            ("i", "mean") => !matches!(before, "what" | "do" | "that" | "not") && (after != "it" || stop(index + 1) == Stop::Clause),
            ("kind" | "sort", "of") => !NAMING.contains(&before),
            _ => false,
        };
        let like = word == "like"
            && (SOUNDS.contains(&next)
                || SOUNDS.contains(&before)
                || (stop(index) == Stop::Clause && index > 0 && stop(index - 1) == Stop::Clause));
        if two {
            found.push(index..index + 2);
            index += 2;
        } else {
            if like || SOUNDS.contains(&word) {
                found.push(index..index + 1);
            }
            index += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_are_told_from_plain_words() {
        for (text, count) in [
            ("um so we uh basically do everything", 3),
            ("it's you know kind of hard", 2),
            ("do you know what kind of plan that is", 0),
            ("I mean, it works", 1),
            ("that's what i mean", 0),
            ("we like it, it looks like a phone", 0),
            ("it was, like, really slow", 1),
            ("like um yes", 2),
            ("", 0),
        ] {
            assert_eq!(fillers(&Words::of(text)).len(), count, "{text}");
        }
    }
}
