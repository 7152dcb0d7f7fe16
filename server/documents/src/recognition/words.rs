//! The table of words that `tesseract` prints, as the lines and paragraphs of pages.

/// Words that it is less sure of are dirt, lines and pictures, in percent.
const MIN_CONFIDENCE: f64 = 25.0;
/// A page is no text if fewer of its words are sure, in percent.
const MIN_SURE_WORDS: usize = 40;
/// A gap between words that is wider than so many times their height parts columns.
const COLUMN_GAP: i64 = 2;

/// A word and where it stands: page, block, paragraph and line, then its left end, its right end and its height in pixels.
struct Word<'a> {
    place: [i64; 4],
    left: i64,
    right: i64,
    height: i64,
    sure: bool,
    text: &'a str,
}

/// The pages that have text, from 1.
pub fn pages(table: &str) -> Vec<(u32, String)> {
    let words: Vec<Word> = table.lines().filter_map(word).collect();
    words.chunk_by(|a, b| a.place[0] == b.place[0]).filter_map(page).collect()
}

/// A row of the table that is a word: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn word(row: &str) -> Option<Word<'_>> {
    let fields: Vec<&str> = row.splitn(12, '\t').collect();
    let [level, page, block, paragraph, line, _, left, _, width, height, confidence, text] = fields[..] else { return None };
    let text = text.trim();
    if level != "5" || text.is_empty() {
        return None;
    }
    let number = |field: &str| field.parse::<i64>().ok().filter(|number| (0..1 << 31).contains(number));
    let place = [number(page)?, number(block)?, number(paragraph)?, number(line)?];
    let (left, width, height) = (number(left)?, number(width)?, number(height)?);
    let sure = confidence.parse::<f64>().is_ok_and(|confidence| confidence >= MIN_CONFIDENCE);
    Some(Word { place, left, right: left + width, height, sure, text })
}

/// A page: its lines below each other, an empty line between paragraphs, a wide gap between columns.
fn page(words: &[Word]) -> Option<(u32, String)> {
    let sure = words.iter().filter(|word| word.sure).count();
    if sure * 100 < words.len() * MIN_SURE_WORDS {
        return None;
    }
    let mut text = String::new();
    let mut before: Option<&Word> = None;
    for word in words.iter().filter(|word| word.sure) {
        if let Some(before) = before {
            text.push_str(match () {
                () if before.place[..3] != word.place[..3] => "\n\n",
                () if before.place != word.place => "\n",
                () if word.left - before.right > COLUMN_GAP * before.height.max(word.height) => "   ",
                () => " ",
            });
        }
        text.push_str(word.text);
        before = Some(word);
    }
    let number = u32::try_from(words.first()?.place[0]).ok()?;
    (!text.is_empty()).then_some((number, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word of page, block, paragraph and line, from here to there, and how sure it is.
    fn row(place: [u32; 4], left: u32, width: u32, confidence: &str, text: &str) -> String {
        let [page, block, paragraph, line] = place;
        format!("5\t{page}\t{block}\t{paragraph}\t{line}\t1\t{left}\t0\t{width}\t10\t{confidence}\t{text}\n")
    }

    #[test]
    fn words_become_lines_paragraphs_columns_and_pages() {
        let table = [
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n".to_owned(),
            "4\t1\t1\t1\t1\t0\t0\t0\t100\t10\t-1\t\n".to_owned(),
            row([1, 1, 1, 1], 0, 30, "96.5", "Team"),
            row([1, 1, 1, 1], 35, 30, "91", "plan"),
            row([1, 1, 1, 1], 200, 30, "90", "20"),
            row([1, 1, 1, 2], 0, 30, "90", "Open"),
            row([1, 1, 2, 1], 0, 30, "90", "Ends"),
            row([1, 2, 1, 1], 0, 30, "12.5", "|~"),
            row([1, 2, 1, 1], 40, 30, "95", " "),
            row([2, 1, 1, 1], 0, 30, "90", "Next"),
        ]
        .concat();
        assert_eq!(pages(&table), [(1, "Team plan   20\nOpen\n\nEnds".to_owned()), (2, "Next".to_owned())]);
    }

    #[test]
    fn a_page_of_guesses_is_no_text() {
        let guesses: String = ["3", "20", "0", "60"].iter().map(|sure| row([1, 1, 1, 1], 0, 10, sure, "xx")).collect();
        assert_eq!(pages(&guesses), []);
    }

    #[test]
    fn what_is_no_table_is_no_text() {
        for nonsense in ["", "hello\n", "5\t1\t1", "5\tx\t1\t1\t1\t1\t0\t0\t1\t1\t90\tword", "5\t-1\t1\t1\t1\t1\t0\t0\t1\t1\t90\tword"] {
            assert_eq!(pages(nonsense), [], "{nonsense:?}");
        }
        let huge = "5\t1\t1\t1\t1\t1\t9223372036854775807\t0\t9223372036854775807\t1\t90\tword";
        assert_eq!(pages(huge), []);
    }
}
