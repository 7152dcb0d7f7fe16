//! Cues that come while their words are still being said.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, CueState, Millis, Segment, TrackId, Utterance, Verbosity};

use Channel::{Customer, Rep};

const PRICE: &str = "objection.price";

fn settings() -> Settings {
    Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() }
}

fn session() -> Session {
    Session::new(Playbook::built_in(), settings())
}

/// Partials and finals that began at `start`; a partial ends 300 ms per word later.
fn partial(channel: Channel, start: i64, text: &str) -> Event {
    let end = Millis(start + 300 * text.split(' ').count() as i64);
    Event::Partial(TrackId::usual(channel), Utterance::new(text.to_owned(), Millis(start), end))
}

fn said(channel: Channel, start: i64, text: &str) -> Event {
    let end = Millis(start + 300 * text.split(' ').count() as i64);
    Event::Final(
        TrackId::usual(channel),
        Utterance { text: text.to_owned(), start: Millis(start), end, confidence: 0.9, words: Vec::new() },
    )
}

/// The time at which an event comes: its end.
fn now(event: &Event) -> Millis {
    match event {
        Event::Partial(_, said) | Event::Final(_, said) => said.end,
        Event::Voice { end, .. } => *end,
        _ => Millis(600_000),
    }
}

fn run(session: &mut Session, events: impl IntoIterator<Item = Event>) -> Vec<Effect> {
    events.into_iter().flat_map(|event| session.handle(event.clone(), now(&event))).collect()
}

fn early(effects: &[Effect]) -> Vec<&Cue> {
    effects.iter().filter_map(|effect| if let Effect::EarlyCue(cue) = effect { Some(cue) } else { None }).collect()
}

fn cues(effects: &[Effect]) -> Vec<&Cue> {
    effects.iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue) } else { None }).collect()
}

fn segments(effects: &[Effect]) -> Vec<(i64, Channel)> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Segment(segment) = effect { Some((segment.number, segment.channel)) } else { None })
        .collect()
}

fn withdrawn(effects: &[Effect]) -> Vec<i64> {
    effects.iter().filter_map(|effect| if let Effect::CueWithdrawn { cue } = effect { Some(*cue) } else { None }).collect()
}

/// Topics of the early cues that a customer's partials bring.
fn topics(partials: &[&str]) -> Vec<String> {
    let mut session = session();
    let effects = run(&mut session, partials.iter().map(|text| partial(Customer, 0, text)));
    early(&effects).iter().map(|cue| cue.topic.clone()).collect()
}

#[test]
fn a_card_comes_with_a_partial_and_is_told_again_with_the_final() {
    let mut session = session();
    let effects = run(&mut session, [partial(Customer, 0, "well it is too expensive for us")]);
    let shown = early(&effects)[0].clone();
    assert_eq!((shown.number, shown.topic.as_str(), shown.evidence.first_segment()), (1, PRICE, 1));
    assert!(shown.quote.contains("too expensive"));
    // The partial comes first, and says which segment it will be.
    assert!(matches!(&effects[0], Effect::Partial(partial) if partial.segment == Some(1)), "{effects:?}");
    // The other channel's words take the next number.
    assert_eq!(segments(&run(&mut session, [said(Rep, 200, "mhm")])), [(2, Rep)]);
    let text = "well to be honest it is too expensive for us i think";
    let effects = run(&mut session, [said(Customer, 0, text)]);
    assert_eq!(segments(&effects), [(1, Customer)]);
    assert!(matches!(effects[0], Effect::Segment(_)), "the words come before the cue that rests on them");
    let [told] = cues(&effects)[..] else { panic!("one cue: {effects:?}") };
    assert_eq!((told.number, told.topic.as_str(), told.at_ms, told.state), (1, PRICE, shown.at_ms, CueState::Open));
    let span = told.evidence.spans()[0];
    assert_eq!((span.segment, &text[span.start as usize..span.end as usize]), (1, told.quote.as_str()));
    assert!(early(&effects).is_empty() && withdrawn(&effects).is_empty());
    // Never the same point twice.
    assert!(early(&run(&mut session, [partial(Customer, 9_000, "as i said it is too expensive for us")])).is_empty());
}

#[test]
fn only_stable_words_bring_a_card() {
    for (partials, expected) in [
        // The last word is never trusted, however often it comes.
        (&["it is too expensive", "it is too expensive", "it is too expensive"][..], false),
        // One word after it: not at first sight.
        (&["it is too expensive for"], false),
        // But the second time, or with two words after it.
        (&["it is too expensive for", "it is too expensive for"], true),
        (&["it is too expensive for us"], true),
        // Rewritten in between.
        (&["it is too expensive for", "it is to expand it far", "it is too expensive for"], false),
        (&["it is too expansive", "it is too expensive"], false),
    ] {
        assert_eq!(topics(partials).iter().any(|topic| topic == PRICE), expected, "{partials:?}");
    }
}

#[test]
fn a_negation_that_follows_prevents_the_card() {
    for text in [
        "our budget is tight is not a problem we have at all",
        "budget constraints are not really a big problem for us here",
        "it is not too expensive for us at all",
    ] {
        let words: Vec<&str> = text.split(' ').collect();
        let partials: Vec<String> = (1..=words.len()).map(|count| words[..count].join(" ")).collect();
        let partials: Vec<&str> = partials.iter().map(String::as_str).collect();
        let objections: Vec<String> = topics(&partials).into_iter().filter(|topic| topic == PRICE || topic == "objection.budget").collect();
        assert_eq!(objections, Vec::<String>::new(), "{text}");
    }
    assert_eq!(topics(&["over our budget is what this is"]), ["objection.budget"]);
}

#[test]
fn a_card_whose_words_the_final_lacks_is_withdrawn_and_may_come_again() {
    let mut session = session();
    run(&mut session, [partial(Customer, 0, "it is too expensive for us")]);
    let effects = run(&mut session, [said(Customer, 0, "it is two expansive fours")]);
    assert_eq!((segments(&effects), withdrawn(&effects)), (vec![(1, Customer)], vec![1]));
    assert!(cues(&effects).is_empty());
    assert!(session.handle(Event::Feedback { cue: 1, state: CueState::Kept }, Millis(3_000)).is_empty());
    let effects = run(&mut session, [partial(Customer, 9_000, "no really it is too expensive for us")]);
    assert_eq!(early(&effects).iter().map(|cue| (cue.number, cue.evidence.first_segment())).collect::<Vec<_>>(), [(2, 2)]);
}

#[test]
fn a_partial_that_is_taken_back_takes_its_card_along() {
    let empty = Event::Final(
        TrackId::FAR_END,
        Utterance { text: " ".into(), start: Millis(0), end: Millis(900), confidence: 0.0, words: Vec::new() },
    );
    for end in [partial(Customer, 0, ""), empty, Event::End] {
        let mut session = session();
        run(&mut session, [partial(Customer, 0, "it is too expensive for us")]);
        let effects = run(&mut session, [end]);
        assert_eq!(withdrawn(&effects), [1]);
        assert!(
            effects.iter().any(|effect| matches!(effect, Effect::Partial(partial) if partial.text.is_empty() && partial.segment.is_none()))
        );
        // Its number is gone with it.
        assert_eq!(segments(&run(&mut session, [said(Customer, 5_000, "hello")])), [(2, Customer)]);
    }
}

#[test]
fn what_the_rep_did_with_an_early_card_stays() {
    let mut session = session();
    run(&mut session, [partial(Customer, 0, "it is too expensive for us")]);
    let kept = session.handle(Event::Feedback { cue: 1, state: CueState::Dismissed }, Millis(2_000));
    assert_eq!(kept, [Effect::CueState { cue: 1, state: CueState::Dismissed }]);
    let effects = run(&mut session, [said(Customer, 0, "it is too expensive for us")]);
    assert_eq!(cues(&effects)[0].state, CueState::Dismissed);
}

#[test]
fn a_withdrawn_card_gives_its_place_back() {
    let mut session = session();
    for (index, text) in
        ["we do not have budget for this", "i need to talk to my boss about it", "legal needs to review the contract"].iter().enumerate()
    {
        assert_eq!(cues(&run(&mut session, [said(Customer, 10_000 * index as i64, text)])).len(), 1, "{text}");
    }
    // The first one is old enough to make room.
    let effects = run(&mut session, [partial(Customer, 90_000, "it is too expensive for us")]);
    assert_eq!(early(&effects)[0].number, 4);
    assert!(effects.contains(&Effect::CueState { cue: 1, state: CueState::Collapsed }), "{effects:?}");
    let effects = run(&mut session, [said(Customer, 90_000, "hello")]);
    assert!(effects.ends_with(&[Effect::CueWithdrawn { cue: 4 }, Effect::CueState { cue: 1, state: CueState::Open }]), "{effects:?}");
}

#[test]
fn what_may_be_an_echo_brings_no_early_card() {
    // The customer talks, and their words aren't known yet: the rep's microphone may hear them.
    let mut session = session();
    let voice = Event::Voice { track: TrackId::FAR_END, start: Millis(0), end: Millis(2_400) };
    let promise = "i will send you the deck tomorrow morning. and then";
    let effects = run(&mut session, [voice, partial(Rep, 0, promise), partial(Rep, 0, promise)]);
    assert!(early(&effects).is_empty());
    // Once they are, the rep's copy is no partial any more.
    let effects = run(&mut session, [partial(Customer, 0, promise), partial(Rep, 100, promise)]);
    assert!(early(&effects).iter().all(|cue| cue.topic != "next_step.rep"), "{effects:?}");
    // Without the customer's voice it comes at once.
    assert_eq!(early(&run(&mut self::session(), [partial(Rep, 0, promise)]))[0].topic, "next_step.rep");
    // The rep heard in the meeting's tab.
    let mut session = self::session();
    let price = "is that what you find too expensive for your team";
    let effects = run(&mut session, [partial(Rep, 0, price), partial(Customer, 500, price)]);
    assert!(early(&effects).iter().all(|cue| cue.topic != PRICE), "{effects:?}");
}

#[test]
fn an_echo_takes_its_early_card_back() {
    let mut session = session();
    let promise = "i will send you the deck tomorrow morning. and then";
    assert_eq!(early(&run(&mut session, [partial(Rep, 200, promise)])).len(), 1);
    let effects = run(&mut session, [said(Customer, 0, promise), said(Rep, 200, promise)]);
    assert_eq!(withdrawn(&effects), [1]);
    assert_eq!(segments(&effects), [(2, Customer)]);
}

#[test]
fn a_channels_numbers_grow_even_if_its_finals_wait() {
    let mut session = session();
    // Waits for the customer's words of the same time.
    let voice = Event::Voice { track: TrackId::FAR_END, start: Millis(0), end: Millis(2_400) };
    let effects = run(&mut session, [voice, said(Rep, 500, "let me show you the dashboard now")]);
    assert!(segments(&effects).is_empty());
    let effects = session.handle(partial(Rep, 2_950, "i will send you the deck tomorrow. and then"), Millis(3_000));
    assert_eq!(early(&effects)[0].evidence.first_segment(), 2);
    let effects = run(&mut session, [Event::Tick, said(Rep, 2_950, "i will send you the deck tomorrow. and then")]);
    assert_eq!(segments(&effects), [(1, Rep), (2, Rep)]);
}

#[test]
fn after_a_crash_between_card_and_final_nothing_dangles() {
    let mut first = session();
    let effects = run(&mut first, [said(Rep, 0, "what do you think"), partial(Customer, 3_000, "it is too expensive for us")]);
    assert_eq!(early(&effects).len(), 1);
    // Stored are segments and cues of finals; the audio after them is heard again.
    let stored: Vec<Segment> =
        effects.iter().filter_map(|effect| if let Effect::Segment(segment) = effect { Some(segment.clone()) } else { None }).collect();
    let stored_cues: Vec<Cue> = cues(&effects).into_iter().cloned().collect();
    assert!(stored_cues.is_empty());
    let mut second = Session::restore(Playbook::built_in(), settings(), &stored, &stored_cues, &[]);
    let effects =
        run(&mut second, [partial(Customer, 3_000, "it is too expensive for us"), said(Customer, 3_000, "it is too expensive for us")]);
    assert_eq!(early(&effects)[0].evidence.first_segment(), 2);
    assert_eq!((segments(&effects), cues(&effects)[0].number), (vec![(2, Customer)], 1));
}

#[test]
fn a_phrase_cut_in_two_comes_early_too() {
    let mut session = session();
    let effects =
        run(&mut session, [said(Customer, 0, "for us that is honestly too"), partial(Customer, 1_900, "expensive right now i think")]);
    let cue = early(&effects).into_iter().find(|cue| cue.topic == PRICE).expect("a price objection");
    assert_eq!(cue.evidence.spans().iter().map(|span| span.segment).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_phrase_late_in_a_long_partial_is_heard() {
    let mut session = session();
    let mut text = "so we looked at a few things".to_owned();
    for _ in 0..100 {
        text.push_str(" and then we looked at a few more things");
        assert!(early(&run(&mut session, [partial(Customer, 0, &text)])).is_empty());
    }
    text.push_str(" and it is too expensive for us");
    assert_eq!(early(&run(&mut session, [partial(Customer, 0, &text)])).len(), 1);
}

#[test]
fn the_same_point_again_counts_from_the_end_of_what_was_said() {
    let question = "question.asked";
    let first = said(Customer, 0, "what about security. and then there is all the rest that we talked about last week");
    let again = said(Customer, 31_000, "what about security.");
    let topics = |effects: &[Effect]| cues(effects).iter().map(|cue| cue.topic.clone()).collect::<Vec<_>>();
    let alone = topics(&run(&mut session(), [first.clone(), again.clone()]));
    assert_eq!(alone, [question]);
    let early = partial(Customer, 0, "what about security. and then");
    assert_eq!(topics(&run(&mut session(), [early.clone(), first.clone(), again.clone()])), alone);
    // A restart between changes nothing.
    let mut before = session();
    let effects = run(&mut before, [early, first]);
    let stored: Vec<Segment> =
        effects.iter().filter_map(|effect| if let Effect::Segment(segment) = effect { Some(segment.clone()) } else { None }).collect();
    let stored_cues: Vec<Cue> = cues(&effects).into_iter().cloned().collect();
    let mut after = Session::restore(Playbook::built_in(), settings(), &stored, &stored_cues, &[]);
    assert!(cues(&run(&mut after, [again])).is_empty());
}
