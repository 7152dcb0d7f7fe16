//! What is written after a call: of a discovery call word by word; and what the bundled sample leads to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use live::due_dates::Viewpoint;
use live::{Effect, Event, Playbook, Session, Settings, insight};
use model::metrics::Tally;
use model::{Bookmark, Channel, Cue, Millis, Segment, TrackId, Utterance, Verbosity};
use serde_json::{Value, json};

/// A call of three minutes about everything that such calls are about.
const DISCOVERY: &str = include_str!("reviews/discovery_call.json");
/// The bundled call: `providers` plays it, and this is its transcript.
const SAMPLE: &str = include_str!("../../../providers/sample/call.json");

/// A call as the engine hears it: its segments and cues.
fn hear(script: &str) -> (Vec<Segment>, Vec<Cue>) {
    let script: Value = serde_json::from_str(script).unwrap();
    let settings = Settings { verbosity: Verbosity::Normal, tracks: Channel::ALL.to_vec() };
    let mut session = Session::new(Playbook::built_in(), settings);
    let (mut segments, mut cues) = (Vec::new(), Vec::new());
    let mut now = Millis::ZERO;
    let turns = script["turns"].as_array().unwrap().iter().map(|turn| {
        let time = |field: &str| Millis(turn[field].as_i64().unwrap());
        let channel: Channel = turn["channel"].as_str().unwrap().parse().unwrap();
        let text = turn["text"].as_str().unwrap().to_owned();
        Event::Final(
            TrackId::usual(channel),
            Utterance { text, start: time("start"), end: time("end"), confidence: 0.9, words: Vec::new() },
        )
    });
    for event in turns.chain([Event::End]) {
        if let Event::Final(_, said) = &event {
            now = said.end;
        }
        for effect in session.handle(event, now) {
            match effect {
                Effect::Segment(segment) => segments.push(segment),
                Effect::Cue(cue) => cues.push(cue),
                _ => {}
            }
        }
    }
    (segments, cues)
}

#[test]
fn a_discovery_calls_review_stays_as_it_is() {
    let (segments, cues) = hear(DISCOVERY);
    let bookmarks = [Bookmark { number: 1, at_ms: Millis(60_000), note: "ask again".into() }];
    let seen = Viewpoint::of(NaiveDate::from_ymd_opt(2026, 11, 18).unwrap(), "en-US");
    let insights = insight::write(&Playbook::built_in(), &segments, &cues, &bookmarks, &seen);
    let mut tally = Tally::default();
    segments.iter().for_each(|segment| tally.push_segment(segment));
    let review = json!({ "insights": insights, "metrics": tally.metrics() });
    let expected: Value = serde_json::from_str(include_str!("reviews/sample.json")).unwrap();
    assert!(review == expected, "{}", serde_json::to_string_pretty(&review).unwrap());
}

#[test]
fn whoever_plays_the_sample_sees_its_first_suggestion_within_fifteen_seconds() {
    let (segments, cues) = hear(SAMPLE);
    let first = cues.first().unwrap();
    assert!(first.at_ms < Millis(15_000), "{first:?}");
    assert_eq!((first.topic.as_str(), first.quote.as_str()), ("buying.pricing", "What does the Business plan cost per seat"));
    // One company and one currency: what the sheet describes.
    let said = segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ");
    assert!(said.contains("from Northwind") && said.contains("Forty nine euros") && !said.contains("dollar") && !said.contains("Closezly"));
}
