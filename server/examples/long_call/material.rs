//! What is said in the calls.

use std::path::Path;

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, Millis, Segment, TrackId, Utterance, Verbosity, Word};
use serde::Deserialize;

/// Words of a segment at most: recognizers end one about every five seconds.
const LONGEST: usize = 16;
/// 150 words a minute.
const WORD: i64 = 400;
/// Between two segments.
const PAUSE: i64 = 300;

/// Texts of a segment each.
pub struct Texts(Vec<String>);

#[derive(Deserialize)]
struct Conversation {
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    text: String,
}

impl Texts {
    /// Out of a file of conversations, or of the sample call.
    pub fn read(conversations: Option<&Path>) -> Self {
        let turns: Vec<String> = match conversations {
            Some(file) => {
                let lines = std::fs::read_to_string(file).unwrap();
                let conversations = lines.lines().map(|line| serde_json::from_str::<Conversation>(line).unwrap());
                conversations.flat_map(|conversation| conversation.turns).map(|turn| turn.text).collect()
            }
            None => providers::sample::call().turns.iter().map(|turn| turn.text.clone()).collect(),
        };
        let pieces = turns.iter().flat_map(|turn| {
            let words: Vec<&str> = turn.split_whitespace().collect();
            words.chunks(LONGEST).map(|words| words.join(" ")).collect::<Vec<_>>()
        });
        Self(pieces.collect())
    }

    /// The segments of a call of this length, and the cues that come of them.
    pub fn call(&self, minutes: u32) -> (Vec<Segment>, Vec<Cue>) {
        let settings = Settings { verbosity: Verbosity::Normal, tracks: Channel::ALL.to_vec() };
        let mut session = Session::new(Playbook::built_in(), settings);
        let (mut segments, mut cues) = (Vec::new(), Vec::new());
        let mut now = Millis(1_000);
        let sides = [Channel::Rep, Channel::Rep, Channel::Customer].into_iter().cycle();
        for (text, channel) in self.0.iter().cycle().zip(sides) {
            let said = utterance(text, now);
            let end = said.end;
            if end > Millis(i64::from(minutes) * 60_000) {
                break;
            }
            collect(session.handle(Event::Final(TrackId::usual(channel), said), end), &mut segments, &mut cues);
            now = end + Millis(PAUSE);
        }
        collect(session.handle(Event::End, now), &mut segments, &mut cues);
        (segments, cues)
    }
}

fn utterance(text: &str, start: Millis) -> Utterance {
    let mut end = start;
    let words = text.split_whitespace().map(|word| {
        let start = end;
        end = end + Millis(WORD);
        Word { text: word.to_owned(), start, end, confidence: 0.9 }
    });
    let words: Vec<Word> = words.collect();
    Utterance { text: text.to_owned(), start, end, confidence: 0.9, words }
}

fn collect(effects: Vec<Effect>, segments: &mut Vec<Segment>, cues: &mut Vec<Cue>) {
    for effect in effects {
        match effect {
            Effect::Segment(segment) => segments.push(segment),
            Effect::Cue(cue) => cues.push(cue),
            _ => {}
        }
    }
}
