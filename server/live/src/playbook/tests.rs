#![allow(clippy::unwrap_used)]

use model::CueKind;

use super::*;

#[test]
fn the_built_in_playbook_is_sound_and_complete() {
    let playbook = Playbook::parse(BUILT_IN).unwrap();
    for topic in ["price", "budget", "timing", "authority", "need", "status_quo", "competitor", "trust", "security", "contract"] {
        assert_eq!(playbook.entry(&format!("objection.{topic}")).unwrap().kind, CueKind::Objection);
    }
    for kind in CueKind::ALL {
        assert!(playbook.entries().iter().any(|entry| entry.kind == *kind), "{kind}");
    }
}

const ENTRY: &str = "[[entry]]\nid = \"objection.price\"\nkind = \"objection\"\ntitle = \"Price\"\nspeaker = \"customer\"\npriority = 5\nverbosity = \"quiet\"\nguidance = \"Ask.\"\n";

#[test]
fn wrong_playbooks_name_the_entry_and_the_fault() {
    let phrases = "phrases = [\"too expensive\"]\n";
    let long = "x".repeat(61);
    for (text, expected) in [
        ("entry = 1".to_owned(), "can't be read"),
        (String::new(), "no entries"),
        (format!("{ENTRY}{phrases}{ENTRY}{phrases}"), "`objection.price` is there twice"),
        (format!("{}{phrases}", ENTRY.replace("objection.price", "Price")), "id `Price`"),
        (format!("{}{phrases}", ENTRY.replace("\"Price\"", "\" \"")), "title of 1 to 60"),
        (format!("{}{phrases}", ENTRY.replace("\"Price\"", &format!("\"{long}\""))), "title of 1 to 60"),
        (format!("{}{phrases}", ENTRY.replace("Ask.", "")), "guidance of 1 to 400"),
        (ENTRY.to_owned(), "either phrases or `listens_for`"),
        (format!("{ENTRY}listens_for = \"pace\""), "needs `above`"),
        (format!("{ENTRY}listens_for = \"pace\"\nabove = nan"), "needs `above`"),
        (format!("{ENTRY}phrases = [\"(too\"]"), "\"(too\" of the entry `objection.price`"),
        (format!("{ENTRY}{phrases}colour = 1"), "colour"),
        (format!("{ENTRY}phrases = [{}]", "\"a\",".repeat(401)), "more than 400"),
        (
            format!("{}{phrases}", ENTRY.replace("priority = 5", "priority = 10")),
            "priority of the entry `objection.price` must be a number from 1 to 9",
        ),
        (format!("{ENTRY}{phrases}cool_down = 0"), "cool_down of the entry `objection.price`"),
        (format!("{}{phrases}", ENTRY.replace("Ask.", "A\\u0007sk.")), "guidance of the entry `objection.price` contains characters"),
        (format!("{ENTRY}phrases = [\"a ..9 a ..9 a ..9 a ..9 a\"]"), "fewer or shorter"),
    ] {
        let error = Playbook::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_playbook_has_limits_that_say_what_is_too_much() {
    let entry = |index: usize, phrases: Vec<String>| PlaybookEntry {
        id: format!("risk.n{index}"),
        phrases,
        unless: Vec::new(),
        ..Playbook::built_in_content().entries.first().unwrap().clone()
    };
    let refused = |entries: Vec<PlaybookEntry>| Playbook::new(&PlaybookContent { entries }).unwrap_err().to_string();
    let many = |count: usize, phrases: &[String]| (0..count).map(|index| entry(index, phrases.to_vec())).collect::<Vec<_>>();
    assert!(refused(many(201, &["word".to_owned()])).contains("has 201 entries; at most 200"));
    assert!(refused(many(6, &vec!["word".to_owned(); 399])).contains("at most 2000 of 200000"));
    assert!(refused(many(40, &vec!["word ".repeat(150); 20])).contains("at most 2000 of 200000"));
    let wide = format!("{} x", ('a'..='t').map(String::from).collect::<Vec<_>>().join("|"));
    assert!(refused(many(100, &vec![wide; 15])).contains("begin in too many ways"));
    let built_in = Playbook::built_in();
    assert!(built_in.openings.len() * 4 < MOST_OPENINGS && built_in.rules.len() * 2 < MOST_PHRASES, "{}", built_in.weight());
    let content = Playbook::built_in_content();
    assert_eq!(&content.clone().cleaned(), content, "nothing in it is to be cleaned");
}

/// The worst that fits: as many phrases as there may be, each of which begins everywhere and nearly fits in as many ways as it may.
#[test]
fn the_worst_playbook_holds_no_call_up() {
    let phrases: Vec<String> = (0..190).map(|number| format!("a ..9 a ..9 a ..8 a (a|(a a)|(a a a))? x{number}")).collect();
    let entry = |index: usize| PlaybookEntry {
        id: format!("risk.n{index}"),
        speaker: Speaker::Any,
        phrases: phrases.clone(),
        unless: Vec::new(),
        ..Playbook::built_in_content().entries.first().unwrap().clone()
    };
    let playbook = Playbook::new(&PlaybookContent { entries: (0..10).map(entry).collect() }).unwrap();
    // Words that repeat themselves are taken for a stumble and fall away; those of the second text don't.
    for text in ["a ".repeat(2_500), "a b a c a d a e a f a g a h a i a j a k ".repeat(125)] {
        let words = Words::of(&text);
        let topic = crate::detect::Topic::default();
        let setting = crate::detect::Setting { text: &text, channel: model::Channel::Customer, topic: &topic, start: model::Millis::ZERO };
        let began = std::time::Instant::now();
        assert!(crate::detect::find(&playbook, &words, setting).is_empty());
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    }
}
