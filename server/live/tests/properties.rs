//! What holds for any events at all.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, CueState, Millis, Segment, Verbosity, Word};
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
        3 => (channel(), text(), time(), 0..9_000_i64).prop_map(|(channel, text, start, long)| Event::Partial { channel, text, start, end: start + Millis(long) }),
        6 => (channel(), text(), time(), -50..9_000_i64, any::<f64>(), prop::collection::vec(word, 0..4))
            .prop_map(|(channel, text, start, long, confidence, words)| Event::Final { channel, text, start, end: start + Millis(long), confidence, words }),
        3 => (channel(), time(), 0..20_000_i64).prop_map(|(channel, start, long)| Event::Voice { channel, start, end: start + Millis(long) }),
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_events_keep_the_rules(events in prop::collection::vec((event(), time()), 0..60), ordered: bool) {
        let playbook = Playbook::built_in();
        let settings = Settings { verbosity: Verbosity::Chatty, rep_name: "Robin".into(), customer_name: "Ada".into() };
        let mut session = Session::new(playbook.clone(), settings);
        let mut segments: HashMap<i64, Segment> = HashMap::new();
        let mut cues: Vec<Cue> = Vec::new();
        let mut states: HashMap<i64, CueState> = HashMap::new();
        let mut bookmarks = 0;
        let mut dropped = 0;
        let mut finals = 0;
        let mut clock = 0;
        let last = (Event::End, Millis(0));
        for (event, now) in events.into_iter().chain([last]) {
            clock += now.0.rem_euclid(3_000);
            let now = if ordered { Millis(clock) } else { now };
            if let Event::Final { text, .. } = &event {
                finals += usize::from(text.chars().any(|c| !c.is_control() && !c.is_whitespace()));
            }
            for effect in session.handle(event, now) {
                match effect {
                    Effect::Segment(segment) => {
                        prop_assert_eq!(segment.number, segments.len() as i64 + 1);
                        prop_assert!(!segment.text.trim().is_empty() && segment.start_ms <= segment.end_ms);
                        prop_assert!((0.0..=1.0).contains(&segment.confidence));
                        segments.insert(segment.number, segment);
                    }
                    Effect::Cue(cue) => {
                        prop_assert_eq!(cue.number, cues.len() as i64 + 1);
                        let entry = playbook.entry(&cue.topic).unwrap();
                        for earlier in cues.iter().filter(|earlier| earlier.topic == cue.topic) {
                            let apart = Millis((earlier.at_ms.0 - cue.at_ms.0).abs());
                            prop_assert!(entry.cool_down.is_some_and(|cool_down| apart >= cool_down), "{} twice", cue.topic);
                        }
                        let parts = quoted(&cue, &segments);
                        if entry.listens_for.is_none() {
                            prop_assert_eq!(parts.join(" "), cue.quote.clone());
                            prop_assert!(cue.quote.chars().count() <= 161);
                        }
                        states.insert(cue.number, CueState::Open);
                        cues.push(cue);
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
        }
        // Nothing that was heard is lost: it is a segment, or an echo of one.
        prop_assert_eq!(segments.len() + dropped, finals);
    }

    #[test]
    fn a_restored_session_goes_on_like_the_first(texts in prop::collection::vec((channel(), text()), 0..12), next in text()) {
        let settings = Settings { verbosity: Verbosity::Normal, rep_name: "Robin".into(), customer_name: "Ada".into() };
        let mut first = Session::new(Playbook::built_in(), settings.clone());
        let (mut segments, mut cues) = (Vec::new(), Vec::new());
        let say = |index: usize, channel: Channel, text: String| {
            let start = Millis(index as i64 * 9_000);
            Event::Final { channel, text, start, end: start + Millis(5_000), confidence: 1.0, words: Vec::new() }
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
