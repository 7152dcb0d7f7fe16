//! A call told line by line, for the other tests.

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, Millis, Segment, TrackId, Utterance, Verbosity};

pub use Channel::{Customer, Rep};

/// A final line: who, from when to when (ms of call time), what. The recognizer is as sure as it gets.
pub fn line(channel: Channel, start: i64, end: i64, text: &str) -> (Channel, Utterance) {
    (channel, Utterance::new(text, Millis(start), Millis(end)))
}

/// The same, of a recognizer that is so sure.
pub fn unsure(channel: Channel, start: i64, end: i64, text: &str, confidence: f64) -> (Channel, Utterance) {
    (channel, Utterance { confidence, ..Utterance::new(text, Millis(start), Millis(end)) })
}

/// A call that has been told.
pub struct Told {
    pub session: Session,
    pub segments: Vec<Segment>,
    pub cues: Vec<Cue>,
    pub echoes: Vec<String>,
}

impl Told {
    pub fn topics(&self) -> Vec<&str> {
        self.cues.iter().map(|cue| cue.topic.as_str()).collect()
    }

    pub fn texts(&self) -> Vec<&str> {
        self.segments.iter().map(|segment| segment.text.as_str()).collect()
    }
}

pub fn chatty() -> Session {
    Session::new(Playbook::built_in(), Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() })
}

/// Tells a call by finals alone, each when it ends, with a tick after it; then ends it.
pub fn tell(lines: &[(Channel, Utterance)]) -> Told {
    let mut told = Told { session: chatty(), segments: Vec::new(), cues: Vec::new(), echoes: Vec::new() };
    let last = lines.iter().map(|(_, said)| said.end).max().unwrap_or_default();
    let finals = lines.iter().map(|(channel, said)| (Event::Final(TrackId::usual(*channel), said.clone()), said.end));
    for (event, now) in finals.flat_map(|(event, now)| [(event, now), (Event::Tick, now)]).chain([(Event::End, last)]) {
        for effect in told.session.handle(event, now) {
            match effect {
                Effect::Segment(segment) => told.segments.push(segment),
                Effect::Cue(cue) => told.cues.push(cue),
                Effect::EchoDropped { text, .. } => told.echoes.push(text),
                _ => {}
            }
        }
    }
    told
}

/// Topics of the cues that one line of the customer brings.
pub fn topics(text: &str) -> Vec<String> {
    tell(&[line(Customer, 1_000, 6_000, text)]).topics().into_iter().map(str::to_owned).collect()
}

/// The lines of which a topic's cue comes although it shouldn't, or doesn't although it should.
pub fn wrong(topic: &str, expected: bool, texts: &[&str]) -> Vec<String> {
    let found = texts.iter().map(|text| (text, topics(text)));
    found
        .filter(|(_, found)| found.iter().any(|found| found == topic) != expected)
        .map(|(text, found)| format!("{text}: {found:?}"))
        .collect()
}
