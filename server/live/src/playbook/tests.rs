#![allow(clippy::unwrap_used)]

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
    ] {
        let error = Playbook::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
