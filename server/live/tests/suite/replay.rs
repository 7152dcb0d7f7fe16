//! Recorded event logs, replayed: the same events must always give the same segments and cues.
//!
//! A log lists events with the call time at which they came (`voice`, `partial`, `final`, `feedback`, `bookmark`, `tick`,
//! `end`), and what is expected of them: the texts of the segments, topic and quote of the cues, how long before
//! their final the early ones came, which were withdrawn, texts of dropped echoes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Millis, TrackId, Utterance, Verbosity};
use serde_json::{Value, json};

fn event(entry: &Value) -> Event {
    let time = |field: &str| Millis(entry[field].as_i64().unwrap());
    // Logs of the version before name a side; later ones the number of a track.
    let track = |field: &str| match &entry[field] {
        Value::String(side) => Some(TrackId::usual(side.parse().unwrap())),
        number => number.as_i64().map(|number| number.try_into().unwrap()),
    };
    let text = || entry["text"].as_str().unwrap().to_owned();
    if let Some(track) = track("voice") {
        Event::Voice { track, start: time("start"), end: time("end") }
    } else if let Some(track) = track("partial") {
        Event::Partial(track, Utterance::new(text(), time("start"), time("end")))
    } else if let Some(track) = track("final") {
        Event::Final(track, Utterance { text: text(), start: time("start"), end: time("end"), confidence: 0.9, words: Vec::new() })
    } else if let Some(cue) = entry["feedback"].as_i64() {
        Event::Feedback { cue, state: entry["state"].as_str().unwrap().parse().unwrap() }
    } else if let Some(note) = entry["bookmark"].as_str() {
        Event::Bookmark { at: time("at"), note: note.to_owned() }
    } else if entry["end"].as_bool() == Some(true) {
        Event::End
    } else {
        assert_eq!(entry["tick"], true, "{entry}");
        Event::Tick
    }
}

fn replay(log: &str) -> (Value, Value) {
    let log: Value = serde_json::from_str(log).unwrap();
    // The version before had two sides.
    let tracks = if log["tracks"].is_null() { Channel::ALL.to_vec() } else { serde_json::from_value(log["tracks"].clone()).unwrap() };
    let settings = Settings { verbosity: Verbosity::Normal, tracks };
    let mut session = Session::new(Playbook::built_in(), settings);
    let (mut segments, mut cues, mut echoes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut early, mut leads, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
    for entry in log["events"].as_array().unwrap() {
        let now = entry["now"].as_i64().unwrap();
        for effect in session.handle(event(entry), Millis(now)) {
            match effect {
                Effect::Segment(segment) => segments.push(format!("{}: {}", segment.channel, segment.text)),
                Effect::Cue(cue) => {
                    cues.push(format!("{}: {}", cue.topic, cue.quote));
                    if let Some((shown, _)) = early.iter().find(|(_, number)| *number == cue.number) {
                        leads.push(format!("{}: {} ms", cue.topic, now - shown));
                    }
                }
                Effect::EarlyCue(cue) => early.push((now, cue.number)),
                Effect::CueWithdrawn { cue } => withdrawn.push(cue),
                Effect::CueState { cue, state } => cues.push(format!("{cue} {state}")),
                Effect::EchoDropped { text, .. } => echoes.push(text),
                Effect::Partial(_) | Effect::Metrics(_) | Effect::Bookmark(_) => {}
            }
        }
    }
    let metrics = session.metrics();
    let found = json!({
        "segments": segments,
        "cues": cues,
        "leads": leads,
        "withdrawn": withdrawn,
        "echoes": echoes,
        "questions": [metrics.rep.questions, metrics.customer.questions],
        "turns": metrics.turns,
    });
    (found, log["expected"].clone())
}

#[test]
fn a_discovery_call_without_marks_brings_the_cards_it_should() {
    let (found, expected) = replay(include_str!("logs/discovery.json"));
    assert_eq!(found, expected, "{}", serde_json::to_string_pretty(&found).unwrap());
}
