use model::wire::RecognizerHealth;
use model::{Channel, Citation, Code, CueKind, DocumentId, Evidence, Place, PlaceKind, Span};

use super::*;

fn segment(number: i64, channel: Channel, start: i64, text: &str) -> Segment {
    Segment {
        number,
        track: TrackId::usual(channel),
        channel,
        text: text.into(),
        start_ms: Millis(start),
        end_ms: Millis(start + 900),
        confidence: 1.0,
        words: Vec::new(),
        corrected: false,
    }
}

fn partial(channel: Channel, text: &str) -> CallEvent {
    CallEvent::Partial(Partial {
        track: TrackId::usual(channel),
        channel,
        text: text.into(),
        start_ms: Millis(0),
        end_ms: Millis(500),
        segment: None,
    })
}

fn cue(number: i64) -> Cue {
    Cue {
        number,
        kind: CueKind::Objection,
        topic: "objection.price".into(),
        title: "Price objection".into(),
        quote: "that is too expensive".into(),
        guidance: "Ask what they compare it with.".into(),
        evidence: Evidence::of(Span { segment: 1, start: 0, end: 4 }),
        at_ms: Millis(1_000),
        state: CueState::Open,
        source: None,
    }
}

/// Sends events numbered from the state's own count on.
fn send(state: &mut LiveState, events: impl IntoIterator<Item = CallEvent>) {
    for event in events {
        let sequence = state.last_event + 1;
        assert!(matches!(state.apply(ServerMessage::Event { sequence, event }), Outcome::Applied(_)));
    }
}

#[test]
fn a_final_takes_only_its_own_channels_partial_away() {
    let mut state = LiveState::default();
    send(&mut state, [partial(Channel::Rep, "hello th"), partial(Channel::Customer, "hi")]);
    send(&mut state, [CallEvent::Segment(segment(1, Channel::Rep, 0, "hello there"))]);
    let shown = |state: &LiveState| state.partials.iter().map(|partial| partial.text.clone()).collect::<Vec<_>>();
    assert_eq!(shown(&state), ["hi"]);
    send(&mut state, [partial(Channel::Customer, "")]);
    assert_eq!(shown(&state), [""; 0], "an empty partial takes the last one back");
}

#[test]
fn a_card_is_told_again_with_its_final_or_withdrawn() {
    let mut state = LiveState::default();
    let early = Partial {
        track: TrackId::FAR_END,
        channel: Channel::Customer,
        text: "too expensive for us".into(),
        start_ms: Millis(700),
        end_ms: Millis(900),
        segment: Some(1),
    };
    send(&mut state, [CallEvent::Partial(early), CallEvent::Cue(cue(1)), CallEvent::Cue(cue(2))]);
    assert_eq!(state.said_at(&cue(1)), Some(Millis(700)), "in what is being said");
    send(&mut state, [CallEvent::Segment(segment(1, Channel::Customer, 800, "so too expensive for us"))]);
    assert_eq!(state.said_at(&cue(1)), Some(Millis(800)));
    send(&mut state, [CallEvent::Cue(Cue { quote: "so too expensive for us".into(), ..cue(1) }), CallEvent::CueWithdrawn { cue: 2 }]);
    assert_eq!(state.cues.iter().map(|cue| cue.quote.as_str()).collect::<Vec<_>>(), ["so too expensive for us"]);
}

fn citation(quote: &str) -> Box<Citation> {
    Box::new(Citation {
        document: DocumentId(uuid::Uuid::from_u128(8)),
        version: 1,
        title: "Plans".into(),
        passage: 3,
        place: Place { kind: PlaceKind::Page, number: 2, label: String::new(), headings: Vec::new() },
        quote: quote.into(),
        start: 0,
        end: quote.chars().count() as u32,
    })
}

fn sources(state: &LiveState) -> Vec<Option<&str>> {
    state.cues.iter().map(|cue| cue.source.as_ref().map(|source| source.quote.as_str())).collect()
}

#[test]
fn a_cards_passage_comes_after_it_changes_and_goes() {
    let mut state = LiveState::default();
    send(&mut state, [CallEvent::Cue(cue(1)), CallEvent::Cue(cue(2))]);
    send(&mut state, [CallEvent::CueSource { cue: 1, source: Some(citation("29 euros")) }]);
    assert_eq!(sources(&state), [Some("29 euros"), None]);
    send(&mut state, [CallEvent::CueState { cue: 1, state: CueState::Kept }]);
    assert_eq!(sources(&state), [Some("29 euros"), None], "it stays with its card");
    let again = CallEvent::CueSource { cue: 1, source: Some(citation("29 euros")) };
    let message = ServerMessage::Event { sequence: state.last_event + 1, event: again };
    assert_eq!(state.apply(message), Outcome::Applied(Changed::NOTHING), "nothing is drawn again");
    // Told again with its final words, it says itself what it has.
    send(&mut state, [CallEvent::Cue(Cue { source: Some(citation("39 euros")), ..cue(1) })]);
    send(&mut state, [CallEvent::CueSource { cue: 2, source: Some(citation("a day")) }, CallEvent::CueSource { cue: 1, source: None }]);
    assert_eq!(sources(&state), [None, Some("a day")]);
    send(&mut state, [CallEvent::CueWithdrawn { cue: 2 }, CallEvent::CueSource { cue: 2, source: Some(citation("late")) }]);
    assert_eq!(sources(&state), [None], "one that comes too late finds no card");
}

#[test]
fn segments_are_in_the_order_of_their_start_and_a_repeated_number_replaces() {
    let mut state = LiveState::default();
    send(
        &mut state,
        [
            CallEvent::Segment(segment(1, Channel::Rep, 5_000, "later")),
            CallEvent::Segment(segment(2, Channel::Customer, 1_000, "earlier")),
            CallEvent::Segment(segment(1, Channel::Rep, 5_000, "later, corrected")),
        ],
    );
    let texts: Vec<_> = state.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(texts, ["earlier", "later, corrected"]);
}

#[test]
fn known_events_change_nothing_and_gaps_are_said() {
    let mut state = LiveState::default();
    send(&mut state, [CallEvent::Cue(cue(1))]);
    let before = state.clone();
    assert_eq!(state.apply(ServerMessage::Event { sequence: 1, event: CallEvent::Ended }), Outcome::Known);
    assert_eq!(state.apply(ServerMessage::Event { sequence: 3, event: CallEvent::Ended }), Outcome::Gap);
    assert_eq!(state.apply(ServerMessage::Event { sequence: 0, event: CallEvent::Ended }), Outcome::Known);
    assert_eq!(state, before);
}

#[test]
fn a_snapshot_after_a_gap_replaces_what_it_holds_and_events_go_on_from_it() {
    let mut state = LiveState::default();
    send(
        &mut state,
        [CallEvent::Segment(segment(1, Channel::Rep, 0, "one")), partial(Channel::Customer, "half a"), CallEvent::Cue(cue(1))],
    );
    state.notice(NoticeLevel::Warning, "The microphone was unplugged.".into());
    assert_eq!(state.apply(ServerMessage::Event { sequence: 9, event: partial(Channel::Rep, "x") }), Outcome::Gap);

    let status = RecognizerStatus {
        track: TrackId::FAR_END,
        label: "PocketSphinx".into(),
        health: RecognizerHealth::Listening,
        message: String::new(),
    };
    let snapshot = Snapshot {
        last_event: 8,
        segments: vec![segment(2, Channel::Customer, 900, "two"), segment(1, Channel::Rep, 0, "one")],
        cues: vec![Cue { state: CueState::Kept, source: Some(citation("29 euros")), ..cue(1) }],
        recognizers: vec![status],
        ..Snapshot::default()
    };
    assert_eq!(state.apply(ServerMessage::Snapshot(Box::new(snapshot))), Outcome::Applied(Changed::ALL));
    assert_eq!(state.segments.iter().map(|segment| segment.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(state.partials, []);
    assert_eq!(state.open_cues().count(), 0);
    assert_eq!(sources(&state), [Some("29 euros")]);
    assert_eq!(state.recognizers.iter().map(|status| status.track).collect::<Vec<_>>(), [TrackId::FAR_END]);
    assert_eq!(state.notices.len(), 1, "what the page itself has to say stays");

    assert_eq!(state.apply(ServerMessage::Event { sequence: 8, event: CallEvent::Ended }), Outcome::Known);
    assert!(matches!(state.apply(ServerMessage::Event { sequence: 9, event: partial(Channel::Rep, "x") }), Outcome::Applied(_)));
    assert_eq!(state.last_event, 9);
}

#[test]
fn a_server_that_counts_less_than_the_page_is_believed() {
    let mut state = LiveState { last_event: 40, ..LiveState::default() };
    let welcome =
        Welcome { call: Box::new(super::super::sample_call()), next: vec![0, 0], durable: None, now: Millis(7_000), last_event: 3 };
    state.apply(ServerMessage::Welcome(welcome));
    assert_eq!((state.last_event, state.now), (3, Millis(7_000)));
    assert!(matches!(state.apply(ServerMessage::Event { sequence: 4, event: CallEvent::Finishing }), Outcome::Applied(_)));
    assert_eq!(state.phase(), CallState::Finishing);
}

#[test]
fn the_first_word_says_that_a_prepared_call_runs() {
    let mut state = LiveState::of(Call { state: CallState::Prepared, ..super::super::sample_call() });
    send(&mut state, [CallEvent::Cue(cue(1))]);
    assert_eq!(state.phase(), CallState::Prepared);
    let message = ServerMessage::Event { sequence: state.last_event + 1, event: partial(Channel::Rep, "hi") };
    assert!(matches!(state.apply(message), Outcome::Applied(Changed { call: true, partials: true, .. })));
    assert_eq!(state.phase(), CallState::Live);
    assert_eq!(state.heard_until(), Millis(500));
    send(&mut state, [CallEvent::Ended, partial(Channel::Rep, "late")]);
    assert_eq!(state.phase(), CallState::Ended, "it only moves forward");
}

#[test]
fn unknown_numbers_are_ignored() {
    let mut state = LiveState::default();
    send(&mut state, [CallEvent::CueState { cue: 77, state: CueState::Kept }, CallEvent::Finishing]);
    assert!(state.cues.is_empty());
    assert_eq!(state.phase(), CallState::Prepared, "without a call there is nothing to finish");
}

#[test]
fn cards_are_newest_first_and_dismissed_ones_are_gone() {
    let mut state = LiveState::default();
    send(&mut state, [CallEvent::Cue(cue(1)), CallEvent::Cue(cue(3)), CallEvent::Cue(cue(2)), CallEvent::Cue(cue(4))]);
    send(
        &mut state,
        [CallEvent::CueState { cue: 1, state: CueState::Collapsed }, CallEvent::CueState { cue: 3, state: CueState::Dismissed }],
    );
    assert_eq!(state.open_cues().map(|cue| cue.number).collect::<Vec<_>>(), [4, 2]);
    assert_eq!(state.earlier_cues().map(|cue| cue.number).collect::<Vec<_>>(), [1]);
    assert_eq!(state.set_cue_state(4, CueState::Open), Changed::NOTHING);
}

#[test]
fn notices_are_said_once_and_never_pile_up() {
    let mut state = LiveState::default();
    for number in 0..20 {
        state.notice(NoticeLevel::Info, format!("Notice {number}."));
        state.notice(NoticeLevel::Error, "The disk is full.".into());
    }
    assert_eq!(state.notices.len(), MAX_NOTICES);
    assert_eq!(state.notices.iter().filter(|notice| notice.level == NoticeLevel::Error).count(), 1);
    state.forget_notice("The disk is full.");
    assert!(state.notices.iter().all(|notice| notice.level == NoticeLevel::Info));
}

#[test]
fn what_is_no_event_is_handed_on() {
    let mut state = LiveState::default();
    let problem = Problem::new(Code::CallOpenElsewhere, "Open elsewhere.");
    assert_eq!(state.apply(ServerMessage::Ack { track: TrackId::FAR_END, next: 7 }), Outcome::Acked { track: TrackId::FAR_END, next: 7 });
    assert_eq!(state.apply(ServerMessage::Refused(problem.clone())), Outcome::Refused(problem));
    assert_eq!(state.apply(ServerMessage::Restarting), Outcome::Restarting);
    assert_eq!(state, LiveState::default());
}
