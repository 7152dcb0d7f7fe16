#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// Words of 300 ms each.
fn words(text: &str) -> Vec<Word> {
    let word = |(place, text): (usize, &str)| {
        let start = place as i64 * 300;
        Word { text: text.to_owned(), start: Millis(start), end: Millis(start + 300), confidence: 0.9 }
    };
    text.split_whitespace().enumerate().map(word).collect()
}

fn text(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn shown(agreement: &Agreement) -> (String, String) {
    let (stable, tail) = agreement.words();
    (text(stable), text(tail))
}

fn pair(stable: &str, tail: &str) -> (String, String) {
    (stable.to_owned(), tail.to_owned())
}

#[test]
fn what_two_passes_agree_on_stands() {
    let mut agreement = Agreement::default();
    agreement.hear(words("our price is"), Millis(900));
    assert_eq!(shown(&agreement), pair("", "our price is"));
    agreement.hear(words("our price is tie"), Millis(1_200));
    assert_eq!(shown(&agreement), pair("our price is", "tie"));
    agreement.hear(words("our price is too high for"), Millis(1_800));
    assert_eq!(shown(&agreement), pair("our price is", "too high for"));
    agreement.hear(words("our price is too high for us"), Millis(2_100));
    assert_eq!(shown(&agreement), pair("our price is too high for", "us"));
    assert_eq!(text(&agreement.finish(words("Our price is too high for us."))), "Our price is too high for us.");
}

#[test]
fn a_word_at_the_end_of_what_was_heard_may_be_half_of_one() {
    let mut agreement = Agreement::default();
    agreement.hear(words("we can"), Millis(650));
    agreement.hear(words("we can"), Millis(700));
    assert_eq!(shown(&agreement), pair("we", "can"));
}

#[test]
fn words_that_stand_stay_whatever_comes() {
    let mut agreement = Agreement::default();
    agreement.hear(words("we copy notes into the zero"), Millis(5_000));
    agreement.hear(words("we copy notes into the zero M"), Millis(5_000));
    assert_eq!(shown(&agreement).0, "we copy notes into the zero");
    agreement.hear(words("we copy notes into the CRM by hand"), Millis(5_000));
    assert_eq!(shown(&agreement), pair("we copy notes into the zero", "by hand"));
    assert_eq!(text(&agreement.finish(words("We copy our notes into the CRM by hand"))), "We copy notes into the zero by hand");
    let mut agreement = Agreement::default();
    agreement.hear(words("yes of course"), Millis(5_000));
    agreement.hear(words("yes of course"), Millis(5_000));
    assert_eq!(text(&agreement.finish(Vec::new())), "yes of course");
}

#[test]
fn what_was_heard_behind_a_cut_stands_in_the_next_segment() {
    let mut agreement = Agreement::default();
    agreement.hear(words("one two three four five"), Millis(9_000));
    agreement.hear(words("one two three four six"), Millis(9_000));
    let next = agreement.split(Millis(640));
    assert_eq!((shown(&agreement), shown(&next)), (pair("one two", ""), pair("three four", "six")));
    assert_eq!((next.words().0[0].start, next.words().0[0].end), (Millis(0), Millis(260)));
    assert_eq!(text(&agreement.finish(words("one to"))), "one two");
    assert_eq!(text(&next.finish(words("three for six"))), "three four six");
}

#[test]
fn times_go_on_behind_what_stands() {
    let mut agreement = Agreement::default();
    agreement.hear(words("a b c"), Millis(5_000));
    agreement.hear(words("a b c"), Millis(5_000));
    let mut later = words("a b c d");
    later[3].start = Millis(100);
    let said = agreement.finish(later);
    assert!(said.windows(2).all(|pair| pair[0].end <= pair[1].start), "{said:?}");
}

proptest! {
    #[test]
    fn a_beginning_never_changes(passes in prop::collection::vec(prop::collection::vec(0_usize..6, 0..12), 1..12)) {
        let vocabulary = ["so", "what", "is", "it", "worth", "now"];
        let mut agreement = Agreement::default();
        let mut before: Vec<String> = Vec::new();
        for pass in passes {
            let pass = words(&pass.iter().map(|word| vocabulary[*word]).collect::<Vec<_>>().join(" "));
            let last = agreement.clone().finish(pass.clone());
            prop_assert!(last.iter().map(|word| &word.text).take(before.len()).eq(before.iter()));
            agreement.hear(pass, Millis(10_000));
            let (stable, tail) = agreement.words();
            let now: Vec<String> = stable.iter().map(|word| word.text.clone()).collect();
            prop_assert!(now.starts_with(&before));
            prop_assert!(stable.iter().chain(tail).is_sorted_by_key(|word| word.start));
            before = now;
        }
    }
}
