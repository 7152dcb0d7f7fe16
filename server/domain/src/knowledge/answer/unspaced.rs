//! Questions in scripts that put no spaces between words: what of them is asked about, and what only asks.
//!
//! Such a text is cut into pairs of letters, of which a question has many that no answer has: its question words, its politeness. What is left
//! between those are stretches, and most of each must stand in an answer.

use std::ops::Range;

use super::values::Wanted;

/// What asks, and for what. Longer ones first where one begins another.
const ASKS: &[(&str, Option<Wanted>)] = &[
    // Thai
    ("ราคาเท่าไหร่", Some(Wanted::Price)),
    ("ราคาเท่าไร", Some(Wanted::Price)),
    ("นานเท่าไหร่", Some(Wanted::Time)),
    ("นานเท่าไร", Some(Wanted::Time)),
    ("นานแค่ไหน", Some(Wanted::Time)),
    ("เท่าไหร่", Some(Wanted::Count)),
    ("เท่าไร", Some(Wanted::Count)),
    ("กี่โมง", Some(Wanted::Time)),
    ("เมื่อไหร่", Some(Wanted::Time)),
    ("เมื่อไร", Some(Wanted::Time)),
    ("วันไหน", Some(Wanted::Time)),
    ("กี่บาท", Some(Wanted::Price)),
    ("ค่าใช้จ่าย", Some(Wanted::Price)),
    ("กี่", Some(Wanted::Count)),
    ("ที่ไหน", None),
    ("หรือไม่", None),
    ("หรือเปล่า", None),
    ("ได้ไหม", None),
    ("ได้มั้ย", None),
    ("ไหม", None),
    ("มั้ย", None),
    ("อะไร", None),
    ("อย่างไร", None),
    ("ยังไง", None),
    ("ใคร", None),
    ("ครับ", None),
    ("คะ", None),
    ("ค่ะ", None),
    ("คือ", None),
    ("ของ", None),
    ("เป็น", None),
    ("ต้อง", None),
    ("มี", None),
    ("ที่", None),
    // Japanese
    ("どのくらい", Some(Wanted::Count)),
    ("どれくらい", Some(Wanted::Count)),
    ("おいくら", Some(Wanted::Price)),
    ("いくら", Some(Wanted::Price)),
    ("料金", Some(Wanted::Price)),
    ("値段", Some(Wanted::Price)),
    ("何時", Some(Wanted::Time)),
    ("何日", Some(Wanted::Time)),
    ("いつ", Some(Wanted::Time)),
    ("何人", Some(Wanted::Count)),
    ("何度", Some(Wanted::Count)),
    ("いくつ", Some(Wanted::Count)),
    ("ありますか", None),
    ("できますか", None),
    ("でしょうか", None),
    ("ですか", None),
    ("ますか", None),
    ("どこ", None),
    ("どの", None),
    ("何", None),
    ("誰", None),
    ("から", None),
    ("まで", None),
    ("は", None),
    ("が", None),
    ("を", None),
    ("の", None),
    ("に", None),
    ("で", None),
    ("へ", None),
    ("と", None),
    ("も", None),
    // Chinese
    ("多少钱", Some(Wanted::Price)),
    ("多少錢", Some(Wanted::Price)),
    ("价格", Some(Wanted::Price)),
    ("價格", Some(Wanted::Price)),
    ("费用", Some(Wanted::Price)),
    ("費用", Some(Wanted::Price)),
    ("什么时候", Some(Wanted::Time)),
    ("什麼時候", Some(Wanted::Time)),
    ("几点", Some(Wanted::Time)),
    ("幾點", Some(Wanted::Time)),
    ("多久", Some(Wanted::Time)),
    ("多长时间", Some(Wanted::Time)),
    ("多少", Some(Wanted::Count)),
    ("什么", None),
    ("什麼", None),
    ("哪里", None),
    ("哪裡", None),
    ("请问", None),
    ("請問", None),
    ("有没有", None),
    ("有沒有", None),
    ("是否", None),
    ("可以", None),
    ("怎么", None),
    ("谁", None),
    ("几", Some(Wanted::Count)),
    ("幾", Some(Wanted::Count)),
    ("吗", None),
    ("嗎", None),
    ("呢", None),
    ("的", None),
    ("是", None),
    ("有", None),
    // Korean
    ("얼마예요", Some(Wanted::Price)),
    ("얼마인가요", Some(Wanted::Price)),
    ("얼마나", Some(Wanted::Count)),
    ("얼마", Some(Wanted::Price)),
    ("가격", Some(Wanted::Price)),
    ("요금", Some(Wanted::Price)),
    ("몇 시", Some(Wanted::Time)),
    ("몇시", Some(Wanted::Time)),
    ("언제", Some(Wanted::Time)),
    ("몇", Some(Wanted::Count)),
    ("있습니까", None),
    ("있나요", None),
    ("인가요", None),
    ("입니까", None),
    ("나요", None),
    ("무엇", None),
    ("어디", None),
    ("누구", None),
];

/// Whether a letter is of a script that puts no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}')
}

/// Whether a word is letters of such a script.
pub(super) fn is_of(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// The stretches of a question that it is about, in bytes; none for a question in another script.
pub(super) fn stretches(question: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while let Some(c) = question[at..].chars().next() {
        let asks = ASKS.iter().find(|(words, _)| question[at..].starts_with(words));
        if asks.is_some() || !is_unspaced(c) {
            found.extend(open.take().map(|start| start..at));
            at += asks.map_or(c.len_utf8(), |(words, _)| words.len());
        } else {
            open.get_or_insert(at);
            at += c.len_utf8();
        }
    }
    found.extend(open.map(|start| start..at));
    found.retain(|range| question[range.clone()].chars().nth(1).is_some());
    found
}

/// The kind of value that such a question asks for.
pub(super) fn wanted(question: &str) -> Option<Wanted> {
    ASKS.iter().filter(|(words, _)| question.contains(words)).find_map(|(_, wanted)| *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_asks_is_no_part_of_what_it_is_about() {
        let cut = |question: &'static str| stretches(question).into_iter().map(|range| &question[range]).collect::<Vec<_>>();
        assert_eq!(cut("นวดเท้าราคาเท่าไหร่"), ["นวดเท้า"]);
        assert_eq!(cut("朝食はいくらですか"), ["朝食"]);
        assert_eq!(cut("早餐多少钱?"), ["早餐"]);
        assert_eq!(cut("조식은 얼마예요?"), ["조식은"]);
        assert!(cut("What does breakfast cost?").is_empty());
        assert_eq!(wanted("朝食はいくらですか"), Some(Wanted::Price));
        assert_eq!(wanted("ร้านเปิดกี่โมง"), Some(Wanted::Time));
        assert_eq!(wanted("What does it cost?"), None);
    }
}
