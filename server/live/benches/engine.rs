//! How fast the engine is: an hour's call with both sides talking, partials every 300 ms, voice every 100 ms, two ticks a
//! second; then long partials. Prints events per second over all events, and the 95th percentile from a transcript event to its effects.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use live::{Event, Playbook, Session, Settings};
use model::{Channel, Millis, TrackId, Utterance, Verbosity};

const LINES: &[(Channel, &str)] = &[
    (Channel::Rep, "thanks for taking the time today what are you using to keep track of your calls right now"),
    (Channel::Customer, "we use spreadsheets mostly and um it takes the team hours every week to write everything up"),
    (Channel::Rep, "how many people are doing that"),
    (Channel::Customer, "about forty reps and honestly the numbers are never right when we look at them on monday"),
    (Channel::Rep, "that is what we hear a lot so let me show you how the page looks while you are on a call"),
    (Channel::Customer, "okay that looks good but it is too expensive for a team of our size i think"),
    (Channel::Customer, "and we are also talking to two other vendors how do you compare to them"),
    (Channel::Rep, "fair question the short answer is that nothing leaves your own server and i will send you the numbers by friday"),
    (Channel::Customer, "i need to talk to my boss about it and legal needs to review the contract first"),
    (Channel::Rep, "sure could you introduce me to them next week so that we answer their questions together"),
];

/// The 95th percentile of partials of 60 words and more, that grow word by word to 120, while the other side talks too.
fn long_partials() -> f64 {
    let said = LINES.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = said.split(' ').take(120).collect();
    let mut took: Vec<u128> = Vec::new();
    for round in 0..50 {
        let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
        let mut session = Session::new(Playbook::built_in(), settings);
        let start = Millis(round * 1_000);
        for count in 1..=words.len() {
            let end = start + Millis(300 * count as i64);
            let other = Event::Partial(TrackId::MICROPHONE, Utterance::new(words[count / 2..count].join(" "), start, end));
            session.handle(other, end);
            let text = words[..count].join(" ");
            let before = Instant::now();
            session.handle(Event::Partial(TrackId::FAR_END, Utterance::new(text, start, end)), end);
            if count >= 60 {
                took.push(before.elapsed().as_nanos());
            }
        }
    }
    took.sort_unstable();
    took.get(took.len() * 95 / 100).copied().unwrap_or_default() as f64 / 1000.0
}

fn main() {
    let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
    let mut session = Session::new(Playbook::built_in(), settings);
    let mut events: Vec<(Event, Millis, bool)> = Vec::new();
    let mut now = 0_i64;
    while now < 3_600_000 {
        let (channel, text) = LINES[events.len() % LINES.len()];
        let words: Vec<&str> = text.split(' ').collect();
        let start = Millis(now);
        for said in 1..=words.len() {
            now += 300;
            let end = Millis(now);
            for piece in 0..3 {
                let at = now - 300 + piece * 100;
                events.push((Event::Voice { track: TrackId::usual(channel), start: Millis(at), end: Millis(at + 100) }, end, false));
            }
            events.push((Event::Partial(TrackId::usual(channel), Utterance::new(words[..said].join(" "), start, end)), end, true));
            if said % 2 == 0 {
                events.push((Event::Tick, end, false));
            }
        }
        let end = Millis(now);
        events.push((
            Event::Final(TrackId::usual(channel), Utterance { text: text.to_owned(), start, end, confidence: 0.9, words: Vec::new() }),
            end,
            true,
        ));
        now += 700;
    }
    let count = events.len();
    let mut transcript: Vec<u128> = Vec::new();
    let mut effects = 0_usize;
    let began = Instant::now();
    for (event, now, is_text) in events {
        let before = Instant::now();
        effects += session.handle(event, now).len();
        if is_text {
            transcript.push(before.elapsed().as_nanos());
        }
    }
    let elapsed = began.elapsed().as_secs_f64();
    transcript.sort_unstable();
    let p95 = transcript.get(transcript.len() * 95 / 100).copied().unwrap_or_default() as f64 / 1000.0;
    println!("engine.events={count}");
    println!("engine.effects={effects}");
    println!("engine.events_per_second={:.0}", count as f64 / elapsed);
    println!("engine.p95_us={p95:.1}");
    println!("engine.long_partial_p95_us={:.1}", long_partials());
}
