//! A promise waits for its sentence, and shows what was noted of it.
#![allow(clippy::unwrap_used)]

use live::{Effect, Event};
use model::{Channel, CueKind, Millis, TrackId, Utterance};

use crate::told::{Customer, Rep, chatty, line, tell};

/// The title of the first promise that a line brings.
fn noted(channel: Channel, text: &str) -> Option<String> {
    let told = tell(&[line(channel, 1_000, 5_000, text)]);
    told.cues.into_iter().find(|cue| cue.kind == CueKind::NextStep).map(|cue| cue.title)
}

#[test]
fn a_promise_says_who_does_what_by_when() {
    for (channel, text, title) in [
        (
            Rep,
            "I don't want to guess. I will send you our security overview by Thursday.",
            "You promised: send our security overview, by Thursday",
        ),
        (
            Rep,
            "I'll send you the deck and a pilot plan by Friday. Could we meet next Tuesday?",
            "You promised: send the deck and a pilot plan, by Friday",
        ),
        (Rep, "I'll, uh, send you the, um, proposal tomorrow.", "You promised: send the proposal, tomorrow"),
        (Rep, "we will get back to you on this by end of the month", "You promised: get back to you on this, by end of the month"),
        (Rep, "Let me check with our engineers and I will let you know.", "You promised: check with our engineers"),
        (
            Rep,
            "I can prepare a quote for the team by Wednesday, and we look at it together.",
            "You promised: prepare a quote for the team, by Wednesday",
        ),
        (Rep, "I will send you the contract", "You promised: send the contract"),
        (
            Customer,
            "Tuesday at ten works for me. I will send you the list of pilot users by Monday.",
            "They committed to: send the list of pilot users, by Monday",
        ),
        (Customer, "I'll talk to my boss about it next week.", "They committed to: talk to my boss about it, next week"),
        (Customer, "We will review the proposal by Friday.", "They committed to: review the proposal, by Friday"),
        (
            Customer,
            "I am going to introduce you to our head of sales tomorrow",
            "They committed to: introduce you to our head of sales, tomorrow",
        ),
        (Customer, "We'll sign the contract by the end of next week.", "They committed to: sign the contract, by the end of next week"),
        (Customer, "I will talk to my boss, who is back on Monday.", "They committed to: talk to my boss"),
        (Rep, "I'll mail you the brochure tomorrow.", "You promised: mail the brochure, tomorrow"),
        (Rep, "We'll deliver the hardware by Friday.", "You promised: deliver the hardware, by Friday"),
        (Rep, "I'll get the contract signed by Friday.", "You promised: get the contract signed, by Friday"),
        (Rep, "I promise to send the numbers over.", "You promised: send the numbers over"),
        (Rep, "I owe you a price list.", "You promised: a price list"),
        (Rep, "Let me get you the case study.", "You promised: get the case study"),
        (Rep, "I'll wire you the deposit on Friday.", "You promised: wire the deposit, on Friday"),
        (Customer, "I'll upload the logs today.", "They committed to: upload the logs, today"),
        (Customer, "I'll pay it by Monday.", "They committed to: pay it, by Monday"),
        (Customer, "How about Thursday?", "They proposed: Thursday"),
        (Customer, "Can we set up a call for next week?", "They proposed: set up a call, for next week"),
        (Customer, "Could you send me an invite for Tuesday", "They asked you to: send an invite, for Tuesday"),
    ] {
        assert_eq!(noted(channel, text).as_deref(), Some(title), "{text}");
    }
}

#[test]
fn what_is_no_promise_makes_none() {
    for (channel, text) in [
        (Rep, "I will not send you anything by Friday."),
        (Rep, "we send the report to everyone"),
        (Rep, "you will see the overview in the product"),
        (Rep, "I will be honest with you"),
        (Rep, "I'll tell you about that on Monday's slide."),
        (Rep, "I owe you an apology."),
        (Rep, "If I send it today, will you sign?"),
        (Rep, "Let me get this straight."),
        (Rep, "I'll finish my thought."),
        (Rep, "it will fix your problem"),
        (Rep, "You'll have to log in by then."),
        (Customer, "We'll pay less elsewhere."),
        (Customer, "We won't review the proposal by Friday."),
        (Customer, "I will be on holiday next week"),
        (Customer, "they sent the list on Monday"),
        (Customer, "we used to send you the list on Monday"),
        (Customer, "on Monday we had a meeting"),
        (Rep, "I never said that I will get to it"),
    ] {
        assert_eq!(noted(channel, text), None, "{text}");
    }
}

#[test]
fn it_waits_until_its_sentence_is_said() {
    let text = "I will send you our security overview by Thursday. And then we talk again";
    let words: Vec<&str> = text.split(' ').collect();
    for channel in [Rep, Customer] {
        let mut session = chatty();
        let track = TrackId::usual(channel);
        let promise = |effects: &[Effect]| {
            let kind = |effect: &Effect| match effect {
                Effect::EarlyCue(cue) | Effect::Cue(cue) if cue.kind == CueKind::NextStep => Some(cue.title.clone()),
                _ => None,
            };
            effects.iter().find_map(kind)
        };
        let mut first = None;
        for count in 1..=words.len() {
            let said = Utterance::new(words[..count].join(" "), Millis(0), Millis(300 * count as i64));
            let effects = session.handle(Event::Partial(track, said.clone()), said.end);
            first = first.or_else(|| promise(&effects).map(|title| (count, title)));
        }
        let (count, title) = first.unwrap();
        assert!(count > 9, "{channel}: after {count} words");
        assert!(title.ends_with("send our security overview, by Thursday"), "{title}");
        let effects = session.handle(Event::Final(track, Utterance::new(text, Millis(0), Millis(5_000))), Millis(5_000));
        assert_eq!(promise(&effects), Some(title));
    }
}

#[test]
fn without_marks_it_waits_for_the_final() {
    let text = "i will send you our security overview by thursday and that is that";
    let words: Vec<&str> = text.split(' ').collect();
    let mut session = chatty();
    for count in 1..=words.len() {
        let said = Utterance::new(words[..count].join(" "), Millis(0), Millis(300 * count as i64));
        let effects = session.handle(Event::Partial(TrackId::MICROPHONE, said.clone()), said.end);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::EarlyCue(_))), "{effects:?}");
    }
    let told = tell(&[line(Rep, 0, 5_000, text)]);
    assert_eq!(told.cues[0].title, "You promised: send our security overview, by thursday");
}
