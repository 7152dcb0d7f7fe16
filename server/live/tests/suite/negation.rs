//! What was said decides, not the words in it: negations, exceptions and text as recognizers write it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Millis, TrackId, Utterance, Verbosity};

/// Topics of the cues that one sentence of the customer brings.
fn topics(text: &str) -> Vec<String> {
    let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
    let mut session = Session::new(Playbook::built_in(), settings);
    let said = Event::Final(
        TrackId::FAR_END,
        Utterance { text: text.to_owned(), start: Millis(1_000), end: Millis(6_000), confidence: 1.0, words: Vec::new() },
    );
    let effects = session.handle(said, Millis(6_000));
    effects.into_iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue.topic) } else { None }).collect()
}

/// Notes a sentence whose cues are wrong.
fn check(text: &str, topic: &str, expected: bool, wrong: &mut Vec<String>) {
    let found = topics(text);
    if found.iter().any(|found| found == topic) != expected {
        wrong.push(format!("{text}: {topic} {expected}, found {found:?}"));
    }
}

#[test]
fn a_negation_takes_an_objection_back() {
    let mut wrong = Vec::new();
    for (text, topic) in [
        ("it's not too expensive", "objection.price"),
        ("i don't think it's too expensive", "objection.price"),
        ("it isn't really that expensive", "objection.price"),
        ("that was never too expensive for us", "objection.price"),
        ("price is not an issue", "objection.price"),
        ("the price isn't too high", "objection.price"),
        ("budget is tight is not a problem we have", "objection.budget"),
        ("we are not over budget", "objection.budget"),
        ("we have no security concerns", "objection.security"),
        ("security is not a concern", "objection.security"),
        ("we have no problem with the annual contract term", "objection.contract"),
        ("there is no budget freeze", "risk.freeze"),
        ("we are not locked in a contract", "objection.contract"),
        ("i am not hesitant at all", "objection.trust"),
        ("the timing is fine", "objection.timing"),
        ("legal does not need to review it", "risk.legal"),
        ("we are not happy with what we have", "objection.status_quo"),
        ("we do not need to think about it any more", "risk.stall"),
    ] {
        check(text, topic, false, &mut wrong);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_only_looks_like_a_negation_does_not() {
    let mut wrong = Vec::new();
    for (text, topic) in [
        ("no it's too expensive", "objection.price"),
        ("not only is it too expensive it is slow", "objection.price"),
        ("i'm not sure but it's too expensive", "objection.price"),
        ("i don't know it is just too expensive for us", "objection.price"),
        ("we did not like it and it was too expensive", "objection.price"),
        ("It works. Not bad. It is too expensive.", "objection.price"),
        ("we can't afford it", "objection.price"),
        ("we don't have the budget for this", "objection.budget"),
        ("that's not in our budget this year", "objection.budget"),
        ("it is not a good time for us", "objection.timing"),
        ("that's not my decision", "objection.authority"),
        ("we don't really need another tool", "objection.need"),
        ("i don't trust the cloud", "objection.trust"),
    ] {
        check(text, topic, true, &mut wrong);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_kind_is_heard_without_marks_and_capitals() {
    let mut wrong = Vec::new();
    for (text, topic) in [
        ("honestly the price seems a little high", "objection.price"),
        ("um we've already spent our budget for the year", "objection.budget"),
        ("can we circle back next quarter", "objection.timing"),
        ("i would need to run this by my boss first", "objection.authority"),
        ("yeah i don't see the value for a team like ours", "objection.need"),
        ("we're pretty happy with what we have", "objection.status_quo"),
        ("your competitor offers that for free", "objection.competitor"),
        ("we got burned by a vendor last year", "objection.trust"),
        ("i'm worried about security", "objection.security"),
        ("where is the audio data stored", "objection.security"),
        ("we're locked into a contract until june", "objection.contract"),
        ("so how much does it cost", "buying.pricing"),
        ("what would be the next step", "buying.next_steps"),
        ("how long does it take to roll out", "buying.implementation"),
        ("does it integrate with salesforce", "buying.integration"),
        ("could we try it with a small team", "buying.trial"),
        ("do you have any case studies", "buying.references"),
        ("that would really help us", "buying.enthusiasm"),
        ("our biggest challenge is that nobody writes notes", "buying.pain"),
        ("what happens if the connection drops in the middle", "question.asked"),
        ("i will send you the list by monday", "next_step.customer"),
        ("i'm leaving the company next month", "risk.champion"),
        ("there is a spending freeze until january", "risk.freeze"),
        ("we'll get back to you", "risk.stall"),
        ("legal has to review it and that takes weeks", "risk.legal"),
        ("sorry for not getting back to you", "risk.ghosting"),
        ("we are looking at gong too", "competitor.mentioned"),
        ("how do you compare to gong", "competitor.mentioned"),
        ("compared to your main competitor what is different", "competitor.mentioned"),
    ] {
        check(text, topic, true, &mut wrong);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn ordinary_talk_brings_no_card() {
    let mut wrong = Vec::new();
    for text in [
        "",
        "hello can you hear me",
        "how are you doing today",
        "yeah that makes sense",
        "we are forty people in sales and ten in support",
        "the price of oil went up",
        "my budget meeting ran late sorry",
        "i used to work with a guy at your company",
        "let me turn on my camera",
        "it took too much memory",
        "right right okay",
        "we moved offices last year",
        "i have a contract lawyer as a neighbour",
        "that is how we do it",
        "she is in security",
    ] {
        let found = topics(text);
        if !found.is_empty() {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
