//! More tracks than two: a meeting with several customers, a file with one voice.
#![allow(clippy::unwrap_used)]

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Millis, Partial, Segment, TrackId, Utterance, Verbosity};

use Channel::{Customer, Rep};

const REP: TrackId = TrackId(0);
const ANA: TrackId = TrackId(1);
const BEN: TrackId = TrackId(2);

fn session(tracks: &[Channel]) -> Session {
    Session::new(Playbook::built_in(), Settings { verbosity: Verbosity::Chatty, tracks: tracks.to_vec() })
}

fn said(track: TrackId, start: i64, end: i64, text: &str) -> Event {
    Event::Final(track, Utterance { text: text.to_owned(), start: Millis(start), end: Millis(end), confidence: 0.9, words: Vec::new() })
}

fn partial(track: TrackId, start: i64, end: i64, text: &str) -> Event {
    Event::Partial(track, Utterance::new(text, Millis(start), Millis(end)))
}

fn voice(track: TrackId, start: i64, end: i64) -> Event {
    Event::Voice { track, start: Millis(start), end: Millis(end) }
}

fn segments(effects: &[Effect]) -> Vec<&Segment> {
    effects.iter().filter_map(|effect| if let Effect::Segment(segment) = effect { Some(segment) } else { None }).collect()
}

fn partials(effects: &[Effect]) -> Vec<&Partial> {
    effects.iter().filter_map(|effect| if let Effect::Partial(partial) = effect { Some(partial) } else { None }).collect()
}

fn topics(effects: &[Effect]) -> Vec<&str> {
    let cue = |effect: &Effect| matches!(effect, Effect::Cue(_));
    effects.iter().filter(|effect| cue(effect)).map(|effect| if let Effect::Cue(cue) = effect { cue.topic.as_str() } else { "" }).collect()
}

#[test]
fn two_customers_speak_at_once_and_neither_takes_the_others_words() {
    let mut session = session(&[Rep, Customer, Customer]);
    let ana = session.handle(partial(ANA, 1_000, 2_000, "it is a bit too"), Millis(2_000));
    let ben = session.handle(partial(BEN, 1_200, 2_200, "how does it work with"), Millis(2_200));
    assert_eq!((partials(&ana)[0].track, partials(&ben)[0].track), (ANA, BEN));

    // A phrase is not put together from what two people say.
    let ana = session.handle(said(ANA, 1_000, 3_000, "it is a bit too expensive for us"), Millis(3_100));
    assert_eq!(topics(&ana), ["objection.price"]);
    assert!(partials(&ana).is_empty(), "Ben's words stay on the page");
    let ben = session.handle(said(BEN, 1_200, 3_200, "how does it work with Salesforce"), Millis(3_300));
    let lines: Vec<_> = segments(&ana).into_iter().chain(segments(&ben)).map(|line| (line.number, line.track, line.channel)).collect();
    assert_eq!(lines, [(1, ANA, Customer), (2, BEN, Customer)]);
}

#[test]
fn what_two_people_repeat_is_no_echo_but_a_loudspeaker_is() {
    let mut session = session(&[Rep, Customer, Customer]);
    let words = "we would like to see the price list first";
    session.handle(voice(ANA, 1_000, 3_000), Millis(3_000));
    session.handle(said(ANA, 1_000, 3_000, words), Millis(3_000));
    // Ben says the same at the same time, on a line of his own; they are on one side.
    assert_eq!(segments(&session.handle(said(BEN, 1_100, 3_100, words), Millis(3_100))).len(), 1);
    // The rep's microphone has heard Ben's voice out of the loudspeaker.
    let echo = session.handle(said(REP, 1_300, 3_300, words), Millis(3_300));
    assert!(segments(&echo).is_empty() && matches!(echo[..], [Effect::EchoDropped { track: REP, .. }]), "{echo:?}");
}

#[test]
fn the_reps_words_wait_for_every_customer_that_spoke_meanwhile() {
    let mut session = session(&[Rep, Customer, Customer]);
    let words = "could you send us the contract today";
    for track in [ANA, BEN] {
        session.handle(voice(track, 1_000, 3_000), Millis(3_000));
    }
    let early = session.handle(said(REP, 1_200, 3_200, words), Millis(3_200));
    assert!(segments(&early).is_empty(), "it may be one of them");
    let ana = session.handle(said(ANA, 1_000, 3_000, "I think so too, really"), Millis(3_300));
    assert_eq!(segments(&ana).iter().map(|line| line.track).collect::<Vec<_>>(), [ANA], "Ben may have said it");
    let ben = session.handle(said(BEN, 1_000, 3_000, words), Millis(3_400));
    assert_eq!(segments(&ben).iter().map(|line| line.track).collect::<Vec<_>>(), [BEN]);
    assert!(ben.iter().any(|effect| matches!(effect, Effect::EchoDropped { track: REP, .. })));
}

#[test]
fn one_track_alone_is_a_call() {
    let mut session = session(&[Customer]);
    let effects = session.handle(said(TrackId(0), 0, 2_000, "that is too expensive"), Millis(2_000));
    assert_eq!((segments(&effects)[0].channel, topics(&effects)), (Customer, vec!["objection.price"]));
    session.handle(Event::End, Millis(3_000));
    assert_eq!(session.metrics().talk_share, Some(0.0));
}

#[test]
fn a_track_that_the_call_does_not_have_is_not_heard() {
    let mut session = session(&[Rep, Customer]);
    for event in [said(BEN, 0, 1_000, "too expensive"), partial(BEN, 0, 1_000, "too"), voice(TrackId(255), 0, 1_000)] {
        assert_eq!(session.handle(event, Millis(1_000)), []);
    }
    // A line that was stored when the call had more tracks: it counts, and keeps its number.
    let line = Segment {
        number: 7,
        track: BEN,
        channel: Customer,
        text: "It is too expensive".into(),
        start_ms: Millis(0),
        end_ms: Millis(1_000),
        confidence: 1.0,
        words: Vec::new(),
        corrected: false,
    };
    let settings = Settings { verbosity: Verbosity::Normal, tracks: vec![Rep, Customer] };
    let mut session = Session::restore(Playbook::built_in(), settings, &[line], &[], &[]);
    assert_eq!(segments(&session.handle(said(ANA, 2_000, 3_000, "Yes."), Millis(3_000)))[0].number, 8);
    assert_eq!(session.metrics().customer.words, 5);
}
