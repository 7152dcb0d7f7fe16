//! A text shortened around what a search finds in it.

use crate::query::Query;

/// Characters of a shortened text before and after the first match.
const AROUND: usize = 70;

/// A text, perhaps shortened, and where in it the search is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// At most some 140 characters, with an ellipsis where something is left out.
    pub text: String,
    /// Stretches of `text` in characters: first, one past the last; in order, none overlaps another.
    pub marks: Vec<(u32, u32)>,
}

/// The text around the first match, cut between words.
pub fn snippet(text: &str, query: &Query) -> Snippet {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    // Which character begins at a byte; one past the last for the end.
    let place = |byte: usize| chars.partition_point(|(at, _)| *at < byte);
    let marks: Vec<(usize, usize)> = query.marks(text).into_iter().map(|range| (place(range.start), place(range.end))).collect();
    let (start, end) = window(&chars, marks.first().copied());
    let from = (start..end).find(|at| !chars[*at].1.is_whitespace()).unwrap_or(end);
    let to = (from..end).rev().find(|at| !chars[*at].1.is_whitespace()).map_or(from, |at| at + 1);
    let middle: String = chars[from..to].iter().map(|(_, c)| c).collect();
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
    let moved = |at: usize| (at.clamp(from, to) - from + usize::from(start > 0)) as u32;
    let marks = marks.into_iter().map(|(first, last)| (moved(first), moved(last))).filter(|(first, last)| first < last);
    Snippet { marks: marks.collect(), text: format!("{before}{middle}{after}") }
}

fn window(chars: &[(usize, char)], first: Option<(usize, usize)>) -> (usize, usize) {
    if chars.len() <= 2 * AROUND {
        return (0, chars.len());
    }
    let (place, behind) = first.unwrap_or((0, 0));
    let mut start = place.saturating_sub(AROUND);
    let mut end = (place + AROUND).max(behind.min(place + 2 * AROUND)).min(chars.len());
    let is_inside = |at: usize| !chars[at].1.is_whitespace();
    // Where words have no spaces between them any place is one to cut at.
    let earliest = start;
    while start > 0 && start < place && is_inside(start - 1) {
        start += 1;
    }
    if start == place && place > 0 && is_inside(place - 1) {
        start = earliest;
    }
    let latest = end;
    let least = (place + AROUND / 2).max(behind).min(latest);
    while end < chars.len() && end > least && is_inside(end) {
        end -= 1;
    }
    (start, if end == least && end < chars.len() && is_inside(end) { latest } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, search: &str) -> Vec<String> {
        let Snippet { text, marks } = snippet(text, &Query::new(search));
        marks.into_iter().map(|(start, end)| text.chars().skip(start as usize).take((end - start) as usize).collect()).collect()
    }

    #[test]
    fn a_long_text_is_shortened_around_the_match() {
        let text = format!("{} the budget is gone {}", "lorem ipsum ".repeat(30), "dolor sit ".repeat(30));
        let short = snippet(&text, &Query::new("budget"));
        assert!(short.text.starts_with('…') && short.text.ends_with('…') && short.text.contains("the budget is gone"), "{short:?}");
        assert!(short.text.chars().count() <= 2 * AROUND + 2, "{short:?}");
        assert_eq!(marked(&text, "budget"), ["budget"]);
        assert_eq!(snippet("short", &Query::new("budget")), Snippet { text: "short".to_owned(), marks: Vec::new() });
    }

    #[test]
    fn what_is_found_is_shown_and_marked_whatever_its_spelling() {
        let long = "words before it ".repeat(20);
        for (said, search, mark) in [
            ("the café's e-mail", "cafe", "café's"),
            ("the cafe\u{301} there", "café", "cafe\u{301}"),
            ("guests get Wi-Fi there", "wifi", "Wi-Fi"),
            ("a SOC 2 report", "soc2", "SOC 2"),
            ("it costs 50 000 euros", "50000", "50 000"),
            ("we need forty nine seats", "49", "forty nine"),
            ("in the Gartenstraße five", "gartenstrasse", "Gartenstraße"),
            ("我明天把报价单发给您", "报价单", "报价单"),
            ("a follow up call", "followup", "follow up"),
            ("the C# kit", "C#", "C#"),
            ("with AT and T now", "AT&T", "AT and T"),
            ("open 24/7 there", "24/7", "24/7"),
            ("call (555) 123-4567 now", "555 123 4567", "555) 123-4567"),
        ] {
            assert_eq!(marked(said, search), [mark], "{search}");
            assert_eq!(marked(&format!("{long}{said} {long}"), search), [mark], "{search} in a long text");
        }
        let unspaced = "我们今天想介绍一下新的方案和价格".repeat(20) + "报价单" + &"价格太贵了我们今年没有预算".repeat(20);
        assert_eq!(marked(&unspaced, "报价单")[0], "报价单");
    }
}
