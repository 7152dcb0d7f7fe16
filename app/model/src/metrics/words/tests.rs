use proptest::prelude::*;

use super::*;

fn list(text: &str) -> Vec<String> {
    let words = Words::of(text);
    (0..words.len()).map(|index| words.word(index).to_owned()).collect()
}

#[test]
fn contractions_are_written_out_and_places_kept() {
    assert_eq!(list("It’s 1,500.50 — don't WORRY, Ann's"), ["it", "is", "1,500.50", "do", "not", "worry", "ann"]);
    let words = Words::of("Ö, don't. Why?");
    let places: Vec<_> = words.marks().iter().map(|mark| (mark.start, mark.end, mark.stop, mark.spoken)).collect();
    assert_eq!(
        places,
        [(0, 1, Stop::Clause, true), (3, 8, Stop::None, true), (3, 8, Stop::Sentence, false), (10, 13, Stop::Question, true)]
    );
    assert_eq!(words.spoken(), 3);
    assert_eq!((words.sentence_start(2), words.sentence_end(0), words.sentence_start(3)), (0, 3, 3));
}

#[test]
fn what_two_texts_begin_with_is_counted_in_words() {
    for (one, two, common) in [
        ("it is too exp", "it is too expensive", 3),
        ("it is too expensive", "it is too exp", 3),
        ("it is", "it is too", 2),
        ("it's too", "it's", 2),
        ("a b", "c d", 0),
        ("", "a", 0),
        ("a", "", 0),
        ("", "", 0),
    ] {
        assert_eq!(Words::of(one).common_start(&Words::of(two)), common, "{one} | {two}");
    }
    let words = Words::of("don't go");
    assert_eq!([0, 1, 2, 3].map(|index| words.byte_of(index)), [1, 4, 8, 11]);
}

proptest! {
    #[test]
    fn places_lie_within_the_text(text in ".{0,80}") {
        let words = Words::of(&text);
        let length = text.chars().count() as u32;
        prop_assert_eq!(words.characters(), length);
        for (index, mark) in words.marks().iter().enumerate() {
            prop_assert!(mark.start < mark.end && mark.end <= length);
            prop_assert!(!words.word(index).is_empty());
            prop_assert_eq!(words.index_at(mark.at as usize), Some(index));
        }
    }
}
