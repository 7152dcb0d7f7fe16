//! How many of the moments are caught that people labelled: `cargo run -p live --example moments -- server/live/tests/moments`.
//!
//! Reads the conversations of each folder (see its README): `rep` or `customer`, what was said, labels, between tabs. Three measures:
//!
//! - detection: each turn after all that came before it, without pacing; recall and precision by kind;
//! - paced: the whole conversation at "normal"; precision of what is shown;
//! - quiet: the conversations of the folder `quiet`, where nobody sells, at "normal"; suggestions in ten minutes of talk at 150 words a minute.
//!
//! Conversations with odd numbers may be looked at, with `--wrong`; those with even numbers aren't: their figures are printed apart.
//! `--kind KIND` tells of one kind only.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, CueKind, Millis, Segment, TrackId, Utterance, Verbosity};

const KINDS: [CueKind; 5] = [CueKind::Objection, CueKind::BuyingSignal, CueKind::Question, CueKind::Competitor, CueKind::NextStep];
const WORDS_A_MINUTE: i64 = 150;

struct Turn {
    channel: Channel,
    text: String,
    labels: Vec<CueKind>,
    start: Millis,
    end: Millis,
}

struct Conversation {
    file: PathBuf,
    is_odd: bool,
    turns: Vec<Turn>,
}

impl Conversation {
    fn read(file: PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut now = 0;
        let mut turns = Vec::new();
        for line in std::fs::read_to_string(&file)?.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let mut columns = line.split('\t');
            let channel = match columns.next() {
                Some("rep") => Channel::Rep,
                Some("customer") => Channel::Customer,
                _ => return Err(format!("{}: whose turn is `{line}`?", file.display()).into()),
            };
            let text = columns.next().unwrap_or_default().trim().to_owned();
            let labels = columns.next().unwrap_or_default().split(',').map(str::trim).filter(|label| !label.is_empty());
            let labels = labels.map(|label| label.parse().map_err(|_| format!("{}: no label `{label}`", file.display())));
            let length = 60_000 * text.split_whitespace().count() as i64 / WORDS_A_MINUTE;
            turns.push(Turn { channel, text, labels: labels.collect::<Result<_, _>>()?, start: Millis(now), end: Millis(now + length) });
            now += length + 300;
        }
        let number =
            file.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u32>().ok()).ok_or("a file without a number")?;
        Ok(Self { file, is_odd: number % 2 == 1, turns })
    }

    fn minutes(&self) -> f64 {
        self.turns.iter().map(|turn| turn.text.split_whitespace().count()).sum::<usize>() as f64 / WORDS_A_MINUTE as f64
    }
}

impl Turn {
    fn track(&self) -> TrackId {
        TrackId::usual(self.channel)
    }

    fn segment(&self, number: i64) -> Segment {
        Segment {
            number,
            track: self.track(),
            channel: self.channel,
            text: self.text.clone(),
            start_ms: self.start,
            end_ms: self.end,
            confidence: 1.0,
            words: Vec::new(),
            corrected: false,
        }
    }

    fn utterance(&self) -> Utterance {
        Utterance { text: self.text.clone(), start: self.start, end: self.end, confidence: 1.0, words: Vec::new() }
    }
}

fn settings(verbosity: Verbosity) -> Settings {
    Settings { verbosity, tracks: vec![Channel::Rep, Channel::Customer] }
}

/// The kinds that a turn brings after those before it.
fn detected(playbook: &Arc<Playbook>, conversation: &Conversation, at: usize) -> Vec<CueKind> {
    let before: Vec<Segment> = conversation.turns[..at].iter().zip(1..).map(|(turn, number)| turn.segment(number)).collect();
    let mut session = Session::restore(Arc::clone(playbook), settings(Verbosity::Chatty), &before, &[], &[]);
    kinds(said(&mut session, &conversation.turns[at]))
}

fn said(session: &mut Session, turn: &Turn) -> Vec<Effect> {
    let mut effects = session.handle(Event::Final(turn.track(), turn.utterance()), turn.end);
    effects.extend(session.handle(Event::Tick, turn.end + Millis(1_300)));
    effects
}

/// How somebody talks is no moment of the talk; a risk is told as an objection.
fn kinds(effects: Vec<Effect>) -> Vec<CueKind> {
    let cues = effects.into_iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue.kind) } else { None });
    let mut kinds: Vec<CueKind> =
        cues.filter(|kind| *kind != CueKind::Coaching).map(|kind| if kind == CueKind::Risk { CueKind::Objection } else { kind }).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    kinds
}

#[derive(Clone, Copy, Default)]
struct Counted {
    right: u32,
    missed: u32,
    wrong: u32,
}

impl Counted {
    fn take_in(&mut self, found: bool, wanted: bool) {
        match (found, wanted) {
            (true, true) => self.right += 1,
            (false, true) => self.missed += 1,
            (true, false) => self.wrong += 1,
            (false, false) => {}
        }
    }

    fn shown(&self) -> String {
        let share = |of: u32| f64::from(self.right) / f64::from(of.max(1));
        let Self { right, missed, wrong } = self;
        format!("recall={:.3} precision={:.3} ({right} right, {missed} missed, {wrong} wrong)", share(right + missed), share(right + wrong))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("Which folder?")?;
    let tells_wrong = arguments.iter().any(|word| word == "--wrong");
    let only: Option<CueKind> = match arguments.iter().position(|word| word == "--kind") {
        Some(at) => Some(arguments.get(at + 1).and_then(|kind| kind.parse().ok()).ok_or("Which kind?")?),
        None => None,
    };
    let playbook = Playbook::built_in();
    let mut by_kind: BTreeMap<(&str, &str), Counted> = BTreeMap::new();
    let mut paced = [Counted::default(); 2];
    let mut quiet = [(0_u32, 0.0_f64); 2];
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        files.sort();
        for file in files {
            let conversation = Conversation::read(file)?;
            let half = usize::from(!conversation.is_odd);
            let mut session = Session::new(Arc::clone(&playbook), settings(Verbosity::Normal));
            for (at, turn) in conversation.turns.iter().enumerate() {
                let shown = kinds(said(&mut session, turn));
                if folder.ends_with("quiet") {
                    quiet[half].0 += shown.len() as u32;
                    if tells_wrong && conversation.is_odd && !shown.is_empty() && only.is_none_or(|only| shown.contains(&only)) {
                        println!("# quiet {}: {shown:?}: {}", conversation.name(), turn.text);
                    }
                    continue;
                }
                shown.iter().for_each(|kind| paced[half].take_in(true, turn.labels.contains(kind)));
                let found = detected(&playbook, &conversation, at);
                for kind in KINDS {
                    let (found, wanted) = (found.contains(&kind), turn.labels.contains(&kind));
                    by_kind.entry((["odd", "even"][half], kind.as_str())).or_default().take_in(found, wanted);
                    if tells_wrong && conversation.is_odd && found != wanted && only.is_none_or(|only| only == kind) {
                        println!("# {} {kind} {}: {}", if wanted { "missed" } else { "wrong" }, conversation.name(), turn.text);
                    }
                }
            }
            if folder.ends_with("quiet") {
                quiet[half].1 += conversation.minutes();
            }
        }
    }
    for half in ["odd", "even"] {
        let at = usize::from(half == "even");
        let mut all = Counted::default();
        for kind in KINDS {
            let counted = by_kind.get(&(half, kind.as_str())).copied().unwrap_or_default();
            all = Counted { right: all.right + counted.right, missed: all.missed + counted.missed, wrong: all.wrong + counted.wrong };
            println!("detection.{half}.{kind}: {}", counted.shown());
        }
        println!("detection.{half}.all: {}", all.shown());
        let Counted { right, wrong, .. } = paced[at];
        println!("normal.{half}: precision={:.3} ({right} right, {wrong} wrong)", f64::from(right) / f64::from((right + wrong).max(1)));
        println!(
            "quiet.{half}: {:.2} suggestions in ten minutes ({} in {:.0} minutes)",
            10.0 * f64::from(quiet[at].0) / quiet[at].1.max(0.1),
            quiet[at].0,
            quiet[at].1
        );
    }
    Ok(())
}

impl Conversation {
    fn name(&self) -> String {
        let folder = self.file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        format!("{folder}/{}", self.file.file_name().unwrap_or_default().to_string_lossy())
    }
}
