//! How many of the moments are caught that people labelled: `key=value` lines for `cargo xtask bench`.
//!
//! `cargo run -p server --release --example moments -- server/live/tests/moments [--phrases] [--wrong [KIND]]`
//!
//! Reads the conversations of each folder (see its README). Three measures, for the odd half, which may be looked at (`--wrong` shows its mistakes),
//! and the even one, of which only figures are seen; of the folders where it was made hard (`hard`) and of ordinary calls (`plain`):
//!
//! - `detection`: each turn after all that came before it, without pacing; recall and precision of each kind and of all;
//! - `normal`: the whole conversation with pacing at "normal"; precision of what is shown;
//! - `quiet`: conversations in which nobody sells, at "normal": suggestions in ten minutes of talk at 150 words a minute.
//!
//! With `--phrases` the judge is left out. How somebody talks is no moment; a risk counts as an objection.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for developers"
)]

#[path = "support/conversations.rs"]
mod conversations;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use conversations::{Conversation, KINDS};
use domain::calls::{Judge, SaidSoFar};
use live::{Effect, Event, Moment, Playbook, Session, Settings};
use model::{Channel, CueKind, Millis, Segment, Verbosity};
use providers::classifying::LocalClassifier;

#[derive(Parser)]
struct Arguments {
    /// Folder of the labelled conversations.
    conversations: PathBuf,
    /// Phrases alone.
    #[arg(long)]
    phrases: bool,
    /// Shows mistakes, of one kind if it is named.
    #[arg(long, num_args = 0..=1, default_missing_value = "all")]
    wrong: Option<String>,
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

    fn tell(self, name: &str) {
        let share = |of: u32| f64::from(self.right) / f64::from(of.max(1));
        println!("{name}.recall={:.3}", share(self.right + self.missed));
        println!("{name}.precision={:.3}", share(self.right + self.wrong));
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let judge = (!arguments.phrases).then(|| Judge::new(Arc::new(LocalClassifier::shared())));
    let mut detection: BTreeMap<String, Counted> = BTreeMap::new();
    let mut normal: BTreeMap<String, Counted> = BTreeMap::new();
    let mut quiet: BTreeMap<&str, (u32, f64)> = BTreeMap::new();
    for conversation in conversations::read(&arguments.conversations) {
        let half = if conversation.is_odd { "odd" } else { "even" };
        let set = if ["four/", "five/"].iter().any(|folder| conversation.name.starts_with(folder)) { "plain" } else { "hard" };
        let mut paced = Session::new(Playbook::built_in(), settings(Verbosity::Normal));
        let mut so_far = SaidSoFar::default();
        for (at, turn) in conversation.turns.iter().enumerate() {
            let before = so_far.say(turn.channel, &turn.text);
            let moments = match &judge {
                Some(judge) => so_far.weigh(judge.judge(turn.channel, &turn.text, &before).await),
                None => Vec::new(),
            };
            let shown = kinds(said(&mut paced, &conversation, at, &moments));
            let tells = |kind: CueKind| {
                let wanted = arguments.wrong.as_deref();
                conversation.is_odd && wanted.is_some_and(|wanted| wanted == "all" || wanted == kind.as_str())
            };
            if conversation.is_quiet {
                quiet.entry(half).or_default().0 += shown.len() as u32;
                for kind in shown.iter().filter(|kind| tells(**kind)) {
                    println!("# quiet {kind} {}: {}", conversation.name, turn.text);
                }
                continue;
            }
            let of = format!("{set}.{half}");
            shown.iter().for_each(|kind| normal.entry(of.clone()).or_default().take_in(true, turn.labels.contains(kind)));
            let before: Vec<Segment> = conversation.turns[..at].iter().zip(1..).map(|(turn, number)| turn.segment(number)).collect();
            let mut fresh = Session::restore(Playbook::built_in(), settings(Verbosity::Chatty), &before, &[], &[]);
            let found = kinds(said(&mut fresh, &conversation, at, &moments));
            for kind in KINDS {
                let (found, wanted) = (found.contains(&kind), turn.labels.contains(&kind));
                detection.entry(format!("{of}.{kind}")).or_default().take_in(found, wanted);
                detection.entry(format!("{of}.all")).or_default().take_in(found, wanted);
                if found != wanted && tells(kind) {
                    println!(
                        "# {} {kind} {}: {} / {}",
                        if wanted { "missed" } else { "wrong" },
                        conversation.name,
                        conversation.before(at),
                        turn.text
                    );
                }
            }
        }
        if conversation.is_quiet {
            quiet.entry(half).or_default().1 += conversation.minutes();
        }
    }
    detection.iter().for_each(|(name, counted)| counted.tell(&format!("moments.detection.{name}")));
    for (name, Counted { right, wrong, .. }) in normal {
        println!("moments.normal.{name}.precision={:.3}", f64::from(right) / f64::from((right + wrong).max(1)));
    }
    for (half, (count, minutes)) in quiet {
        println!("moments.quiet.{half}.in_ten_minutes={:.2}", 10.0 * f64::from(count) / minutes.max(0.1));
    }
}

fn settings(verbosity: Verbosity) -> Settings {
    Settings { verbosity, tracks: vec![Channel::Rep, Channel::Customer] }
}

/// A turn as the engine hears it: its final, then what the judge found in it, then time goes by.
fn said(session: &mut Session, conversation: &Conversation, at: usize, moments: &[Moment]) -> Vec<Effect> {
    let turn = &conversation.turns[at];
    let mut effects = session.handle(Event::Final(turn.track(), turn.utterance()), turn.end);
    effects.extend(session.handle(Event::Tick, turn.end + Millis(1_300)));
    let segment = effects.iter().find_map(|effect| if let Effect::Segment(segment) = effect { Some(segment.number) } else { None });
    if let Some(segment) = segment {
        effects.extend(session.handle(Event::Judged { segment, moments: moments.to_vec() }, turn.end + Millis(1_400)));
    }
    effects
}

fn kinds(effects: Vec<Effect>) -> Vec<CueKind> {
    let cues = effects.into_iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue.kind) } else { None });
    let cues = cues.filter(|kind| *kind != CueKind::Coaching);
    let mut kinds: Vec<CueKind> = cues.map(|kind| if kind == CueKind::Risk { CueKind::Objection } else { kind }).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    kinds
}
