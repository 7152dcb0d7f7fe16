//! How well and how quickly models in this process hear: `hearing MODELS AUDIO [live|finals|recordings] [PARTIAL FINAL STEP SHARE]`.
//!
//! MODELS is a folder as `cargo xtask models` makes it, AUDIO one with recordings (FLAC, the rep on the first channel and the customer on
//! the second) and, beside each, what is said in it (JSON). `live` plays them in real time, `finals` as quickly as they are taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a tool for a developer's desk")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use model::{Channel, TrackId};
use ports::{Audio, Consent, OpenStream, Progress, Recognizer, RecognizerEvent, RecognizerStream, Recording};
use providers::speech::local::{Local, LocalPace, LocalSpeechConfig};
use tokio::sync::mpsc;

/// `SLOW=4` plays live calls four times as slowly and divides what is measured: what a machine would do that has four times the time, for
/// one that is shared with others. (The share that partials may take has to be that much larger then.)
fn slow() -> u32 {
    std::env::var("SLOW").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// A frame as a page sends it.
const FRAME: usize = 1_600;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let mode = arguments.get(3).map_or("live", String::as_str);
    let number = |place: usize, otherwise: f64| arguments.get(place).map_or(otherwise, |text| text.parse().unwrap());
    let usual = LocalPace::default();
    let pace = LocalPace {
        partial_margin: number(4, usual.partial_margin as f64) as usize,
        final_margin: number(5, usual.final_margin as f64) as usize,
        step: Duration::from_millis(number(6, usual.step.as_millis() as f64) as u64),
        share: number(7, usual.share),
    };
    let mut config = LocalSpeechConfig::new(&arguments[1]);
    config.pace = pace;
    config.live = std::env::var_os("LIVE").map(Into::into);
    config.accurate = std::env::var_os("ACCURATE").map(Into::into);
    let local = Local::new(config);
    println!("{} · {}", local.check().await.unwrap(), local.choice().label);
    let mut total = Tally::default();
    let began = processor();
    for call in calls(Path::new(&arguments[2])) {
        let mut streams = Vec::new();
        for (channel, (samples, turns)) in call.1 {
            let (local, mode) = (local.clone(), mode.to_owned());
            streams.push(tokio::spawn(async move {
                let heard = match mode.as_str() {
                    "recordings" => recording(&local, channel, &samples).await,
                    _ => live(&local, channel, &samples, mode == "live").await,
                };
                (channel, samples.len(), turns, heard)
            }));
        }
        for stream in streams {
            let (channel, samples, turns, heard) = stream.await.unwrap();
            let reference: Vec<String> = turns.iter().flat_map(|turn| plain(turn)).collect();
            let said: Vec<String> = plain(&heard.text);
            let wrong = distance(&reference, &said);
            println!("{} {channel}: {wrong} of {} wrong · {}", call.0, reference.len(), heard.text);
            total.add(reference.len(), wrong, samples, heard);
        }
    }
    total.print(processor() - began, pace);
}

#[derive(Default)]
struct Heard {
    text: String,
    partials: usize,
    /// From the first voiced sound of an utterance to its first partial, as far as its own times tell; from an utterance's end to its final.
    first: Vec<i64>,
    last: Vec<i64>,
}

#[derive(Default)]
struct Tally {
    words: usize,
    wrong: usize,
    seconds: f64,
    partials: usize,
    first: Vec<i64>,
    last: Vec<i64>,
}

impl Tally {
    fn add(&mut self, words: usize, wrong: usize, samples: usize, heard: Heard) {
        self.words += words;
        self.wrong += wrong;
        self.seconds += samples as f64 / 16_000.0;
        self.partials += heard.partials;
        self.first.extend(heard.first);
        self.last.extend(heard.last);
    }

    fn print(mut self, processor: f64, pace: LocalPace) {
        println!("{pace:?}");
        println!("words wrong {:.1} % ({} of {})", 100.0 * self.wrong as f64 / self.words as f64, self.wrong, self.words);
        println!("processor {processor:.1} s, {:.3} per channel-second; {} partials", processor / self.seconds, self.partials);
        for (name, times) in [("first partial after its first sound", &mut self.first), ("final after its last sound", &mut self.last)] {
            times.sort_unstable();
            if let (Some(middle), Some(high)) = (times.get(times.len() / 2), times.get((times.len() * 95).div_ceil(100).saturating_sub(1)))
            {
                println!("{name}: {middle} ms, p95 {high} ms, of {}", times.len());
            }
        }
    }
}

fn request(channel: Channel) -> OpenStream {
    let track = TrackId::usual(channel);
    OpenStream { track, channel, language: "en-US".to_owned(), vocabulary: Vec::new(), reopens: false }
}

async fn live(local: &Local, channel: Channel, samples: &[i16], in_time: bool) -> Heard {
    let RecognizerStream { audio, mut events } = local.open(request(channel)).await.unwrap();
    let began = Instant::now();
    let frames: Vec<Vec<i16>> = samples.chunks(FRAME).map(<[i16]>::to_vec).collect();
    let feeding = tokio::spawn(async move {
        for (place, frame) in frames.into_iter().enumerate() {
            if in_time {
                tokio::time::sleep_until((began + Duration::from_millis((place as u64 + 1) * 100) * slow()).into()).await;
            }
            audio.send(Audio::Samples(Consent::of_test().audio(frame))).await.unwrap();
        }
        audio.send(Audio::Finish).await.unwrap();
    });
    let (mut heard, mut shown) = (Heard::default(), false);
    while let Some(event) = events.recv().await {
        let now = (began.elapsed() / slow()).as_millis() as i64;
        match event.unwrap() {
            RecognizerEvent::Partial(said) => {
                if std::env::var_os("SHOW").is_some() {
                    println!("   {now} … {}", said.text);
                }
                heard.partials += 1;
                if !shown {
                    heard.first.push(now - said.start.0);
                }
                shown = true;
            }
            RecognizerEvent::Final(said) => {
                if std::env::var_os("SHOW").is_some() {
                    println!("   {now} = {} ({}..{}, {:.2})", said.text, said.start.0, said.end.0, said.confidence);
                }
                heard.last.push(now - said.end.0);
                heard.text += &format!("{} ", said.text);
                shown = false;
            }
            RecognizerEvent::Done(_) => {}
        }
    }
    feeding.await.unwrap();
    if !in_time {
        (heard.first, heard.last) = (Vec::new(), Vec::new());
    }
    heard
}

async fn recording(local: &Local, channel: Channel, samples: &[i16]) -> Heard {
    let (sender, audio) = mpsc::channel(4);
    let (pieces, length): (Vec<Vec<i16>>, u64) = (samples.chunks(FRAME).map(<[i16]>::to_vec).collect(), samples.len() as u64);
    tokio::spawn(async move {
        for piece in pieces {
            sender.send(Consent::of_test().audio(piece)).await.unwrap();
        }
    });
    let recording = Recording { request: request(channel), samples: length, audio, progress: Progress::default() };
    let said = local.batch().unwrap().transcribe(recording).await.unwrap();
    if std::env::var_os("SHOW").is_some() {
        said.iter().for_each(|said| println!("   {}..{} {:.2} {}", said.start.0, said.end.0, said.confidence, said.text));
    }
    Heard { text: said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(" "), ..Heard::default() }
}

type Track = (Vec<i16>, Vec<String>);

/// The recordings that have a transcript, by channel.
fn calls(folder: &Path) -> Vec<(String, BTreeMap<Channel, Track>)> {
    let mut calls = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "flac")) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let script = folder.join(format!("{}.json", name.trim_end_matches("_split")));
        if !script.is_file() || name.ends_with("_mono") {
            continue;
        }
        let script: serde_json::Value = serde_json::from_slice(&std::fs::read(script).unwrap()).unwrap();
        let mut reader = claxon::FlacReader::open(file).unwrap();
        let (rate, channels) = (reader.streaminfo().sample_rate, reader.streaminfo().channels as usize);
        let samples: Vec<i32> = reader.samples().map(Result::unwrap).collect();
        let call = Channel::ALL.iter().enumerate().map(|(place, channel)| {
            let track: Vec<i16> = samples.iter().skip(place).step_by(channels).map(|&sample| sample as i16).collect();
            let turns = script["turns"].as_array().unwrap().iter().filter(|turn| turn["channel"] == place);
            let turns = turns.map(|turn| turn["text"].as_str().unwrap().to_owned()).collect();
            (*channel, (if rate == 8_000 { doubled(&track) } else { track }, turns))
        });
        calls.push((name, call.collect()));
    }
    calls
}

/// 8 kHz as 16 kHz.
fn doubled(track: &[i16]) -> Vec<i16> {
    let next = track.iter().skip(1).chain(track.last());
    track.iter().zip(next).flat_map(|(&now, &next)| [now, i16::midpoint(now, next)]).collect()
}

/// Small words without marks; numbers as words.
fn plain(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('%', " percent ").replace('-', " ");
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let dollars = word.starts_with('$');
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        match letters.parse::<usize>() {
            Ok(number) if number < 1_000 => words.extend(spoken(number)),
            _ if letters.is_empty() => {}
            _ => words.push(letters),
        }
        if dollars {
            words.push("dollars".to_owned());
        }
    }
    words
}

fn spoken(number: usize) -> Vec<String> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    match number {
        0..20 => vec![SMALL[number].to_owned()],
        20..100 if number.is_multiple_of(10) => vec![TENS[number / 10].to_owned()],
        20..100 => vec![TENS[number / 10].to_owned(), SMALL[number % 10].to_owned()],
        _ => {
            let mut words = vec![SMALL[number / 100].to_owned(), "hundred".to_owned()];
            if !number.is_multiple_of(100) {
                words.push("and".to_owned());
                words.extend(spoken(number % 100));
            }
            words
        }
    }
}

/// Words to change, put in or leave out.
fn distance(one: &[String], other: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, left) in one.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, right) in other.iter().enumerate() {
            let changed = before + usize::from(left != right);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j + 1] + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

/// Seconds of processor that this process took.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}
