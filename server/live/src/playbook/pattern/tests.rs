#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

fn hits(phrase: &str, text: &str) -> bool {
    let words = Words::of(text);
    let phrase = compile(phrase).unwrap();
    let found: Vec<usize> = (0..words.len()).filter(|from| phrase.matches(&words, *from, &mut Effort::of(words.len())).is_some()).collect();
    for from in &found {
        let rest = &words.joined()[(0..*from).map(|index| words.word(index).len() + 1).sum::<usize>()..];
        assert!(phrase.openings().iter().any(|opening| rest.starts_with(opening.as_str())), "{phrase:?}");
    }
    !found.is_empty()
}

#[test]
fn phrases_match_what_they_say() {
    for (phrase, text, expected) in [
        ("too expensive", "It's too expensive", true),
        ("too expensive", "too very expensive", false),
        ("too|so expens*|pric*", "this is so pricey", true),
        ("too (much money|steep)", "that's too much money", true),
        ("over (the|our)? budget", "over budget", true),
        ("over (the|our)? budget", "over our budget", true),
        ("don't .. budget", "we do not have a budget", true),
        ("don't .. budget", "we do not really have quite a budget", false),
        ("don't ..5 budget", "we do not really have quite a budget", true),
        ("no .. budget", "No. Our budget is fine", false),
        ("(get back)|come to you", "we will get back to you", true),
        ("get|(come right) back to you", "we will come right back to you", true),
        ("we (are (still|also)? looking|look) at (a|some) tool*", "we are still looking at some tools", true),
    ] {
        assert_eq!(hits(phrase, text), expected, "{phrase} in {text}");
    }
}

#[test]
fn wrong_phrases_say_what_is_wrong() {
    for (phrase, reason) in [
        ("", "must begin and end"),
        (".. price", "must begin with"),
        ("(..a|b) c", "group must begin"),
        ("..", "must begin and end"),
        ("price ..", "must begin and end"),
        ("price?", "must begin and end"),
        ("(a|b", "never closed"),
        ("a)", "no opening"),
        ("| a", "between two words"),
        ("a .b", "single point"),
        ("?", "must follow"),
        ("*", "no word"),
        ("a ..9 b ..9 c ..9 d ..9 e", "fewer or shorter"),
        ("(a|b|c|d|e|f|g)? (a|b|c|d|e|f|g)? (a|b|c|d|e|f|g)? x", "more than 256"),
    ] {
        let error = compile(phrase).unwrap_err();
        assert!(error.contains(reason), "{phrase}: {error}");
    }
}

proptest! {
    #[test]
    fn no_phrase_panics(phrase in "[a-c ().|?*0-9']{0,40}") {
        if let Ok(compiled) = compile(&phrase) {
            prop_assert!((1..=MOST_OPENINGS).contains(&compiled.openings().len()));
            prop_assert!(compiled.openings().iter().all(|opening| opening.len() > 1));
        }
    }
}

#[test]
fn no_phrase_holds_up_a_call() {
    let optional = "(a|(a a)|(a a a))? ".repeat(30);
    let said = "a ".repeat(2_000);
    for phrase in [format!("a {optional}b"), format!("a {} b", "..4 a ".repeat(4)), format!("a {optional}a ..9 a ..9 b")] {
        let (compiled, words) = (compile(&phrase).unwrap(), Words::of(&said));
        let mut effort = Effort::of(words.len());
        let before = effort.0;
        for from in 0..words.len() {
            compiled.matches(&words, from, &mut effort);
        }
        assert!(before - effort.0 <= 2_000 * 2_000 + 100_000, "{phrase}");
        assert_eq!(compiled.matches(&Words::of("a b"), 0, &mut Effort(0)), None, "nothing is left");
    }
}
