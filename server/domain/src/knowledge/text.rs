//! Sentences out of texts.

use unicode_segmentation::UnicodeSegmentation;

use super::row::Row;

/// A stretch of a text, in characters: first, one past the last.
pub(super) type Span = (u32, u32);

/// The sentences of a passage. An empty line always ends them, a line does (headings, list items, rows of tables) unless the next one goes
/// on in lower case. A row of a table is one sentence, whatever stands in its cells.
pub(super) fn sentences(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut at = 0;
    // The line before this one; empty at the beginning of a block.
    let mut before = "";
    for line in text.split_inclusive('\n') {
        let mut wrapped = is_wrapped(before, line);
        before = line.trim();
        if is_row(before) {
            let start = at + chars(line) - chars(line.trim_start());
            spans.push((start, start + chars(before)));
            at += chars(line);
            continue;
        }
        for (index, piece) in line.split_sentence_bounds().enumerate() {
            let start = at + chars(piece) - chars(piece.trim_start());
            let end = start + chars(piece.trim());
            at += chars(piece);
            if start == end {
                continue;
            }
            match spans.last_mut() {
                Some(last) if (index > 0 || std::mem::take(&mut wrapped)) && goes_on(slice(text, *last), piece) => last.1 = end,
                _ => spans.push((start, end)),
            }
        }
    }
    spans
}

/// Whether a line may go on with what the line before it began: both are prose of the same block, and no sentence ends between them.
fn is_wrapped(before: &str, line: &str) -> bool {
    let stopped = before.ends_with(['.', '!', '?']) && !is_cut_short(before, line);
    !before.is_empty() && !stopped && !is_row(before) && !is_row(line)
}

fn is_row(line: &str) -> bool {
    line.contains(" | ") || Row::parse(line.trim()).is_some()
}

/// Whether a stop that ends no sentence stands between two pieces: that of an abbreviation, of an ordinal.
fn is_cut_short(before: &str, next: &str) -> bool {
    before.trim_end().ends_with(['.', '!']) && live::sentences::goes_on(before, next)
}

/// Whether `next` is still the sentence that `before` begins: after an abbreviation, or in lower case.
fn goes_on(before: &str, next: &str) -> bool {
    is_cut_short(before, next) || next.trim_start().starts_with(char::is_lowercase)
}

/// The characters of a span.
pub(super) fn slice(text: &str, (start, end): Span) -> &str {
    let byte = |at: u32| text.char_indices().nth(at as usize).map_or(text.len(), |(byte, _)| byte);
    text.get(byte(start)..byte(end)).unwrap_or_default()
}

/// Its length in characters.
pub(super) fn chars(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|span| slice(text, span)).collect()
    }

    #[test]
    fn sentences_end_at_stops_and_at_lines_that_are_over() {
        assert_eq!(cut("It costs 29 €. Annual plans save 20 %."), ["It costs 29 €.", "Annual plans save 20 %."]);
        assert_eq!(cut("# Prices\n- Team: 29 €\n- Business: 59 €\n"), ["# Prices", "- Team: 29 €", "- Business: 59 €"]);
        assert_eq!(
            cut("Data stays in the EU, e.g. Germany or\nthe Netherlands."),
            ["Data stays in the EU, e.g. Germany or\nthe Netherlands."]
        );
        for whole in [
            "Das kostet ca. 500 Euro, z. B. Nr. 5 am 15. März in der Hauptstr. 5.",
            "M. Dupont et la Sté. Tern signent p. ex. Lundi.",
            "The offer is by Ms. A. B. Cole of Tern Co. at 4 p.m. tomorrow.",
            "Yahoo! Inc. signed it.",
        ] {
            assert_eq!(cut(whole), [whole]);
        }
        assert_eq!(cut("We use version 2. Send it."), ["We use version 2.", "Send it."]);
        assert_eq!(cut("  \n "), Vec::<&str>::new());
    }

    #[test]
    fn sentences_never_cross_blocks() {
        assert_eq!(cut("It eats two fish a day.\n\nhidden words\n\njs link"), ["It eats two fish a day.", "hidden words", "js link"]);
        assert_eq!(cut("Prices approx.\n\nten pages"), ["Prices approx.", "ten pages"]);
        assert_eq!(cut("It eats two fish a day.\nmore of it"), ["It eats two fish a day.", "more of it"]);
        assert_eq!(cut("tea | 2 €\ncoffee | 3 €"), ["tea | 2 €", "coffee | 3 €"]);
        assert_eq!(cut("name: tea; by: Dr. Oe. Bone. Brewed hot."), ["name: tea; by: Dr. Oe. Bone. Brewed hot."]);
        assert_eq!(cut("name: tea; price: 2\nname: milk; price: 1"), ["name: tea; price: 2", "name: milk; price: 1"]);
        assert_eq!(
            cut("A line that is\nwrapped here and\nhere. Then another."),
            ["A line that is\nwrapped here and\nhere.", "Then another."]
        );
    }
}
