//! What holds for any events at all.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, CueState, Millis, Segment, TrackId, Utterance, Verbosity, Word};
use proptest::prelude::*;

const PHRASES: &[&str] = &[
    "it is too expensive",
    "we do not have the budget",
    "how much does it cost",
    "i need to talk to my boss",
    "legal needs to review it",
    "we are looking at gong too",
    "i'll send you the deck by friday",
    "um you know basically",
    "mhm",
    "yes",
    "Ünïcödé 😀 wörds, here.",
    "we'll get back to you",
    "can we try it out",
    "it's too, uh, too... ex- expensive, you know",
    "gong is, like, too expensive",
    "we used to think, I mean, we had a trial last year",
    "价格太贵了 ราคาแพง",
    "let me, um, send you... the list by Monday.",
    "and then there is one more thing that this does for the whole team",
    "",
    " \u{0} ",
    "...",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::collection::vec(prop::sample::select(PHRASES), 0..4).prop_map(|parts| parts.join(" ")),
        1 => ".{0,40}",
        1 => (1..40_usize).prop_map(|times| "too expensive for us ".repeat(times * times)),
    ]
}

fn channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(Channel::ALL)
}

/// Mostly a call's times, sometimes nonsense.
fn time() -> impl Strategy<Value = Millis> {
    prop_oneof![12 => 0..600_000_i64, 1 => any::<i64>()].prop_map(Millis)
}

fn state() -> impl Strategy<Value = CueState> {
    prop::sample::select(CueState::ALL)
}

fn event() -> impl Strategy<Value = Event> {
    let word = (time(), time(), any::<f64>()).prop_map(|(start, end, confidence)| Word { text: "word".into(), start, end, confidence });
    prop_oneof![
        3 => (channel(), text(), time(), 0..9_000_i64).prop_map(|(channel, text, start, long)| Event::Partial(TrackId::usual(channel), Utterance::new(text, start, start + Millis(long)))),
        6 => (channel(), text(), time(), -50..9_000_i64, any::<f64>(), prop::collection::vec(word, 0..4))
            .prop_map(|(channel, text, start, long, confidence, words)| Event::Final(TrackId::usual(channel), Utterance { text, start, end: start + Millis(long), confidence, words })),
        3 => (channel(), time(), 0..20_000_i64).prop_map(|(channel, start, long)| Event::Voice { track: TrackId::usual(channel), start, end: start + Millis(long) }),
        1 => (prop_oneof![4 => 0..12_i64, 1 => any::<i64>()], state()).prop_map(|(cue, state)| Event::Feedback { cue, state }),
        1 => (time(), text()).prop_map(|(at, note)| Event::Bookmark { at, note }),
        4 => Just(Event::Tick),
        1 => Just(Event::End),
    ]
}

fn quoted(cue: &Cue, segments: &HashMap<i64, Segment>) -> Vec<String> {
    let part = |span: &model::Span| {
        let text = &segments[&span.segment].text;
        assert!(span.start < span.end && span.end as usize <= text.chars().count(), "{span:?} of {text:?}");
        text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect()
    };
    cue.evidence.spans().iter().map(part).collect()
}

fn opens(cue: &Cue, segments: &HashMap<i64, Segment>, playbook: &Playbook) {
    let parts = quoted(cue, segments);
    if playbook.entry(&cue.topic).unwrap().listens_for.is_none() {
        assert_eq!(parts.join(" "), cue.quote);
    }
}

/// What was said, and the texts that a recognizer took it for on the way.
#[derive(Clone, Debug)]
struct Turn {
    channel: Channel,
    partials: Vec<String>,
    text: String,
}

const RAMBLINGS: &[&str] = &[
    "the price is",
    "not a problem at all",
    "it is not",
    "too expensive",
    "our budget is tight",
    "is not a problem we have",
    "we are looking at gong too",
    "i need to talk to my boss",
    "legal needs to review it",
    "how much does it cost",
    "and so on and so forth",
    "yes",
    "this looks really good",
    "what about security.",
    "it's too uh too expensive",
    "i will send you the deck by friday.",
    "gong is really",
    "we used to think",
];

fn turn() -> impl Strategy<Value = Turn> {
    let text = prop::collection::vec(prop::sample::select(RAMBLINGS), 1..5).prop_map(|parts| parts.join(" "));
    let steps = prop::collection::vec((any::<prop::sample::Index>(), prop::option::weighted(0.4, prop::sample::select(RAMBLINGS))), 0..12);
    (channel(), text, steps).prop_map(|(channel, text, mut steps)| {
        let words: Vec<&str> = text.split(' ').collect();
        steps.sort_by_key(|(until, _)| until.index(words.len()));
        let partial = |(until, wrong): &(prop::sample::Index, Option<&str>)| {
            let heard = words[..until.index(words.len()) + 1].join(" ");
            wrong.map_or(heard.clone(), |wrong| format!("{heard} {wrong} you know"))
        };
        Turn { channel, partials: steps.iter().map(partial).collect(), text }
    })
}

/// The cues that stay: topic, quote, and the words that the evidence points to. And how many were withdrawn.
fn cards_of(turns: &[Turn], with_partials: bool) -> (Vec<(String, String, Vec<String>)>, usize) {
    let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
    let mut session = Session::new(Playbook::built_in(), settings);
    let mut segments = HashMap::new();
    let (mut staying, mut withdrawn) = (Vec::new(), 0);
    for (index, turn) in turns.iter().enumerate() {
        // Far enough from each other that cool-downs end between turns, not within one.
        let start = index as i64 * 26_000;
        let said = turn.partials.iter().filter(|_| with_partials).enumerate().map(|(step, text)| {
            let end = Millis(start + 400 * (step as i64 + 1));
            Event::Partial(TrackId::usual(turn.channel), Utterance::new(text.clone(), Millis(start), end))
        });
        let end = Millis(start + 5_000);
        let last = Event::Final(
            TrackId::usual(turn.channel),
            Utterance { text: turn.text.clone(), start: Millis(start), end, confidence: 1.0, words: Vec::new() },
        );
        let mut brought = Vec::new();
        for effect in said.chain([last]).flat_map(|event| session.handle(event, end)).collect::<Vec<_>>() {
            match effect {
                Effect::Segment(segment) => {
                    segments.insert(segment.number, segment);
                }
                Effect::Cue(cue) => brought.push(cue),
                Effect::CueWithdrawn { .. } => withdrawn += 1,
                _ => {}
            }
        }
        // Kept cues take no room, so that only what was said decides.
        for cue in &brought {
            session.handle(Event::Feedback { cue: cue.number, state: CueState::Kept }, end);
        }
        let mut brought: Vec<_> = brought.into_iter().map(|cue| (cue.topic.clone(), cue.quote.clone(), quoted(&cue, &segments))).collect();
        brought.sort();
        staying.extend(brought);
    }
    (staying, withdrawn)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn partials_decide_when_a_card_comes_but_not_which_cards_stay(turns in prop::collection::vec(turn(), 1..8)) {
        let (with, _) = cards_of(&turns, true);
        let (without, withdrawn) = cards_of(&turns, false);
        prop_assert_eq!(with, without);
        prop_assert_eq!(withdrawn, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_events_keep_the_rules(events in prop::collection::vec((event(), time()), 0..60), ordered: bool) {
        let playbook = Playbook::built_in();
        let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
        let mut session = Session::new(playbook.clone(), settings);
        let mut segments: HashMap<i64, Segment> = HashMap::new();
        let mut cues: Vec<Cue> = Vec::new();
        let mut last_cue = 0;
        // Cues whose final is still to come, and the number that it will have.
        let mut early: HashMap<i64, i64> = HashMap::new();
        let mut states: HashMap<i64, CueState> = HashMap::new();
        let mut bookmarks = 0;
        let mut dropped = 0;
        let mut finals = 0;
        let mut clock = 0;
        let last = (Event::End, Millis(0));
        for (event, now) in events.into_iter().chain([last]) {
            clock += now.0.rem_euclid(3_000);
            let now = if ordered { Millis(clock) } else { now };
            if let Event::Final(_, said) = &event {
                finals += usize::from(said.text.chars().any(|c| !c.is_control() && !c.is_whitespace()));
            }
            for effect in session.handle(event, now) {
                let is_early = matches!(effect, Effect::EarlyCue(_));
                match effect {
                    Effect::Segment(segment) => {
                        prop_assert!(!segment.text.trim().is_empty() && segment.start_ms <= segment.end_ms);
                        prop_assert!((0.0..=1.0).contains(&segment.confidence));
                        prop_assert!(segment.number > 0);
                        let twice = segments.insert(segment.number, segment);
                        prop_assert!(twice.is_none(), "a number is used twice: {twice:?}");
                    }
                    Effect::EarlyCue(cue) | Effect::Cue(cue) if cue.number > last_cue => {
                        prop_assert_eq!(cue.number, last_cue + 1);
                        last_cue = cue.number;
                        let entry = playbook.entry(&cue.topic).unwrap();
                        for earlier in cues.iter().filter(|earlier| earlier.topic == cue.topic) {
                            let apart = Millis((earlier.at_ms.0 - cue.at_ms.0).abs());
                            prop_assert!(entry.cool_down.is_some_and(|cool_down| apart >= cool_down), "{} twice", cue.topic);
                        }
                        prop_assert!(cue.quote.chars().count() <= 161);
                        prop_assert_eq!(cue.state, CueState::Open);
                        if is_early {
                            let last = cue.evidence.spans().last().unwrap().segment;
                            prop_assert!(!segments.contains_key(&last));
                            early.insert(cue.number, last);
                        } else {
                            opens(&cue, &segments, &playbook);
                        }
                        states.insert(cue.number, CueState::Open);
                        cues.push(cue);
                    }
                    Effect::EarlyCue(cue) => prop_assert!(false, "{} is early twice", cue.number),
                    Effect::Cue(cue) => {
                        let segment = early.remove(&cue.number);
                        prop_assert_eq!(segment, cue.evidence.spans().last().map(|span| span.segment));
                        prop_assert_eq!(Some(&cue.state), states.get(&cue.number));
                        let known = cues.iter().find(|known| known.number == cue.number).unwrap();
                        prop_assert_eq!((&known.topic, known.at_ms), (&cue.topic, cue.at_ms));
                        opens(&cue, &segments, &playbook);
                    }
                    Effect::CueWithdrawn { cue } => {
                        prop_assert!(early.remove(&cue).is_some());
                        states.remove(&cue);
                        cues.retain(|known| known.number != cue);
                    }
                    Effect::CueState { cue, state } => {
                        prop_assert_ne!(states.insert(cue, state), Some(state));
                    }
                    Effect::Bookmark(bookmark) => {
                        bookmarks += 1;
                        prop_assert_eq!(bookmark.number, bookmarks);
                    }
                    Effect::EchoDropped { .. } => dropped += 1,
                    Effect::Partial(partial) => prop_assert!(partial.start_ms <= partial.end_ms),
                    Effect::Metrics(metrics) => prop_assert!(metrics.talk_share.is_none_or(f64::is_finite)),
                }
                prop_assert!(states.values().filter(|state| **state == CueState::Open).count() <= 3);
            }
            prop_assert!(early.values().all(|segment| !segments.contains_key(segment)), "an early cue outlived its final");
        }
        prop_assert!(early.is_empty(), "a cue is left without its words");
        // Nothing that was heard is lost: it is a segment, or an echo of one.
        prop_assert_eq!(segments.len() + dropped, finals);
    }

    #[test]
    fn a_restored_session_goes_on_like_the_first(texts in prop::collection::vec((channel(), text()), 0..12), next in text()) {
        let settings = Settings { verbosity: Verbosity::Normal, tracks: Channel::ALL.to_vec() };
        let mut first = Session::new(Playbook::built_in(), settings.clone());
        let (mut segments, mut cues) = (Vec::new(), Vec::new());
        let say = |index: usize, channel: Channel, text: String| {
            let start = Millis(index as i64 * 9_000);
            Event::Final(TrackId::usual(channel), Utterance { text, start, end: start + Millis(5_000), confidence: 1.0, words: Vec::new() })
        };
        let count = texts.len();
        for (index, (channel, text)) in texts.into_iter().enumerate() {
            for effect in first.handle(say(index, channel, text), Millis(index as i64 * 9_000 + 5_000)) {
                match effect {
                    Effect::Segment(segment) => segments.push(segment),
                    Effect::Cue(cue) => cues.push(cue),
                    Effect::CueState { cue, state } => cues[cue as usize - 1].state = state,
                    _ => {}
                }
            }
        }
        let mut second = Session::restore(Playbook::built_in(), settings, &segments, &cues, &[]);
        prop_assert_eq!(first.metrics(), second.metrics());
        let now = Millis(count as i64 * 9_000 + 5_000);
        let event = say(count, Channel::Customer, next);
        prop_assert_eq!(first.handle(event.clone(), now), second.handle(event, now));
    }
}
