//! Makes the heads that tell moments, of the lines in `server/moments/lines`: `cargo xtask train moments`.
//!
//! `train --conversations FOLDER --heads FILE [--cache FILE] [--wrong KIND]`
//!
//! The least score of each kind is the lowest at which, in ordinary conversations with odd numbers, [`PRECISION`] of what is believed is right, and in
//! those where nobody sells no more than [`QUIET`] are believed in ten minutes. Printed is, for both halves, how much is found then; `--wrong` shows
//! what was missed and wrongly believed of a kind, in the odd half.

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

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use conversations::{Conversation, KINDS};
use model::{Channel, CueKind};
use moments::train::{Example, heads};
use moments::{Features, Heads, before, lines, windows};
use ports::{Embedder, Redaction};
use providers::embedding::LocalModel;

/// Share of what is believed that is right, of each kind, in ordinary calls.
const PRECISION: f64 = 0.82;
/// What may be believed in ten minutes of talk without sales, of each kind. Friends promise each other things too.
const QUIET: f64 = 1.0;

#[derive(Parser)]
struct Arguments {
    /// Folder of the labelled conversations.
    #[arg(long)]
    conversations: PathBuf,
    /// Where the heads go.
    #[arg(long)]
    heads: PathBuf,
    /// Vectors that were made before; they take minutes.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Shows mistakes of this kind.
    #[arg(long)]
    wrong: Option<CueKind>,
}

type Vectors = HashMap<String, Vec<f32>>;

/// A turn with the score of each kind.
struct Scored<'a> {
    conversation: &'a Conversation,
    at: usize,
    scores: Vec<f32>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let conversations = conversations::read(&arguments.conversations);
    let mut texts: Vec<String> = lines::all().flat_map(|line| [whole(line.text), before(line.before)]).collect();
    for conversation in &conversations {
        for (at, turn) in conversation.turns.iter().enumerate() {
            texts.extend(windows(&turn.text).into_iter().map(|window| window.text));
            texts.push(before(conversation.before(at)));
        }
    }
    let vectors = embed(texts, arguments.cache.as_deref()).await;
    let features =
        |text: &str, said_before: &str| Features::new(text, vectors[text].clone(), vectors.get(said_before).cloned().unwrap_or_default());
    let examples: Vec<Example> =
        lines::all().map(|line| Example { class: line.class, features: features(&whole(line.text), &before(line.before)) }).collect();
    println!("train.lines={}", examples.len());
    let raw = heads(&examples, |_| 0.0);
    let scored: Vec<Scored<'_>> = conversations
        .iter()
        .flat_map(|conversation| (0..conversation.turns.len()).map(move |at| (conversation, at)))
        .map(|(conversation, at)| {
            let said_before = before(conversation.before(at));
            let windows = windows(&conversation.turns[at].text);
            let all: Vec<Features> = windows.iter().map(|window| features(&window.text, &said_before)).collect();
            Scored { conversation, at, scores: raw.scores(&all) }
        })
        .collect();
    let least: Vec<(CueKind, f32)> = KINDS.iter().enumerate().map(|(column, kind)| (*kind, least(&scored, *kind, column))).collect();
    for (column, (kind, least)) in least.iter().enumerate() {
        for (half, is_odd) in [("odd", true), ("even", false)] {
            for set in ["hard", "plain"] {
                tell(&scored, *kind, column, *least, half, is_odd, set);
            }
        }
        if arguments.wrong == Some(*kind) {
            mistakes(&scored, *kind, column, *least);
        }
    }
    let heads = heads(&examples, |kind| least.iter().find(|(known, _)| known.as_str() == kind).map_or(0.0, |(_, least)| *least));
    let bytes = heads.write().unwrap();
    assert_eq!(Heads::read(&bytes).unwrap(), heads);
    println!("train.heads_bytes={}", bytes.len());
    std::fs::write(&arguments.heads, bytes).unwrap();
}

/// A line as one window, which is how an encoder is given it.
fn whole(text: &str) -> String {
    windows(text).into_iter().next().map(|window| window.text).unwrap_or_default()
}

fn is_heard(turn: &conversations::Turn, kind: CueKind) -> bool {
    turn.channel == Channel::Customer || kind == CueKind::NextStep
}

/// The lowest score that keeps to [`PRECISION`] and [`QUIET`].
fn least(scored: &[Scored<'_>], kind: CueKind, column: usize) -> f32 {
    let mut odd: Vec<(f32, bool, bool)> = scored
        .iter()
        .filter(|scored| scored.conversation.is_odd && (scored.conversation.is_quiet || is_plain(scored.conversation)))
        .filter(|scored| is_heard(&scored.conversation.turns[scored.at], kind))
        .map(|scored| {
            let turn = &scored.conversation.turns[scored.at];
            (scored.scores[column], turn.labels.contains(&kind), scored.conversation.is_quiet)
        })
        .collect();
    let mut minutes = 0.0;
    let mut last = "";
    for scored in scored.iter().filter(|scored| scored.conversation.is_odd && scored.conversation.is_quiet) {
        if scored.conversation.name != last {
            (last, minutes) = (&scored.conversation.name, minutes + scored.conversation.minutes());
        }
    }
    odd.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut right, mut wrong, mut quiet, mut least) = (0.0, 0.0, 0.0, f32::MAX);
    for (score, is, is_quiet) in odd {
        match (is_quiet, is) {
            (true, _) => quiet += 1.0,
            (false, true) => right += 1.0,
            (false, false) => wrong += 1.0,
        }
        if right / (right + wrong) >= PRECISION && quiet * 10.0 / minutes <= QUIET {
            least = score;
        }
    }
    least
}

/// Ordinary calls; in the others it was made hard.
fn is_plain(conversation: &Conversation) -> bool {
    ["four", "five"].iter().any(|folder| conversation.name.starts_with(folder))
}

fn tell(scored: &[Scored<'_>], kind: CueKind, column: usize, least: f32, half: &str, is_odd: bool, set: &str) {
    let (mut right, mut wrong, mut missed, mut quiet, mut minutes) = (0, 0, 0, 0, 0.0);
    for scored in scored.iter().filter(|scored| scored.conversation.is_odd == is_odd) {
        let (conversation, turn) = (scored.conversation, &scored.conversation.turns[scored.at]);
        let is_believed = is_heard(turn, kind) && scored.scores[column] >= least;
        if conversation.is_quiet {
            minutes += if scored.at == 0 { conversation.minutes() } else { 0.0 };
            quiet += i32::from(is_believed);
        } else if is_plain(conversation) == (set == "plain") {
            match (is_believed, turn.labels.contains(&kind)) {
                (true, true) => right += 1,
                (true, false) => wrong += 1,
                (false, true) => missed += 1,
                (false, false) => {}
            }
        }
    }
    let share = |of: i32| f64::from(right) / f64::from(of.max(1));
    println!(
        "train.{set}.{half}.{kind}: recall={:.3} precision={:.3} ({right} right, {missed} missed, {wrong} wrong), quiet {:.2} in ten minutes, least {least:.2}",
        share(right + missed),
        share(right + wrong),
        f64::from(quiet) * 10.0 / f64::max(minutes, 0.1)
    );
}

fn mistakes(scored: &[Scored<'_>], kind: CueKind, column: usize, least: f32) {
    for scored in scored.iter().filter(|scored| scored.conversation.is_odd) {
        let turn = &scored.conversation.turns[scored.at];
        let is_believed = is_heard(turn, kind) && scored.scores[column] >= least;
        let is = turn.labels.contains(&kind);
        if is_believed != is {
            let name = &scored.conversation.name;
            println!(
                "# {} {:.2} {name}: {} / {}",
                if is { "missed" } else { "wrong" },
                scored.scores[column],
                scored.conversation.before(scored.at),
                turn.text
            );
        }
    }
}

/// The vector of each text.
async fn embed(mut texts: Vec<String>, cache: Option<&Path>) -> Vectors {
    texts.sort_unstable_by_key(|text| (text.len(), text.clone()));
    texts.dedup();
    texts.retain(|text| !text.is_empty());
    let mut vectors: Vectors = cache.and_then(|file| postcard::from_bytes(&std::fs::read(file).ok()?).ok()).unwrap_or_default();
    vectors.retain(|text, _| texts.binary_search_by_key(&(text.len(), text), |known| (known.len(), known)).is_ok());
    texts.retain(|text| !vectors.contains_key(text));
    let model = LocalModel::bundled();
    let embedder = model.questions();
    for some in texts.chunks(256) {
        let made = embedder.embed(&Redaction::default().texts(some)).await.unwrap();
        vectors.extend(some.iter().cloned().zip(made));
    }
    if let Some(file) = cache {
        std::fs::write(file, postcard::to_stdvec(&vectors).unwrap()).unwrap();
    }
    vectors
}
