//! How many promises of a labelled set are understood: `cargo run -p live --example promises -- ../shared/data/conversations`.
//!
//! Reads the sets whose lines say whether somebody commits to something (`mrda_questions_commitments`: `text_asr`, `commitment`) and whether
//! something is to be done (`email_intent_action_items`: `text`, `action`). Each line is told as a call of its own. Prints `key=value` lines of
//! each set and its two halves, told apart by a hash of the conversation or of the text (the half `even` may be looked at, with `--wrong`;
//! `odd` isn't).
//!
//! A commitment is found if its speaker owes an action item; something to be done, if anybody does.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use live::due_dates::Viewpoint;
use live::{Effect, Event, Playbook, Session, Settings, insight};
use model::{Channel, Millis, TrackId, Utterance, Verbosity};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    conv: Option<String>,
    text: String,
    text_asr: Option<String>,
    commitment: Option<bool>,
    action: Option<bool>,
}

#[derive(Clone, Copy, Default)]
struct Counted {
    right: u32,
    missed: u32,
    wrong: u32,
}

impl Row {
    fn is_odd(&self) -> bool {
        let hash = self
            .conv
            .as_ref()
            .unwrap_or(&self.text)
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash ^ (hash >> 32)) & 1 == 1
    }

    /// Whether an action item is made of the line.
    fn is_found(&self, playbook: &Arc<Playbook>, seen: &Viewpoint) -> bool {
        let settings = Settings { verbosity: Verbosity::Chatty, tracks: Channel::ALL.to_vec() };
        let mut session = Session::new(Arc::clone(playbook), settings);
        let said = Utterance::new(self.text_asr.as_ref().unwrap_or(&self.text), Millis(0), Millis(6_000));
        let mut segments = Vec::new();
        for event in [Event::Final(TrackId::MICROPHONE, said), Event::End] {
            let effects = session.handle(event, Millis(6_000));
            segments
                .extend(effects.into_iter().filter_map(|effect| if let Effect::Segment(segment) = effect { Some(segment) } else { None }));
        }
        let items = insight::write(playbook, &segments, &[], &[], seen).action_items;
        items.iter().any(|item| self.commitment.is_none() || item.owner == Channel::Rep)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: promises FOLDER [--wrong]")?;
    let tells_wrong = arguments.next().as_deref() == Some("--wrong");
    let (playbook, seen) = (Playbook::built_in(), Viewpoint::of("2026-12-01".parse()?, "en-US"));
    for set in ["mrda_questions_commitments/public/utterances.jsonl", "email_intent_action_items/public/sentences.jsonl"] {
        let mut halves = [Counted::default(); 2];
        for line in std::fs::read_to_string(Path::new(&folder).join(set))?.lines() {
            let row: Row = serde_json::from_str(line)?;
            let (found, wanted) = (row.is_found(&playbook, &seen), row.commitment.or(row.action).unwrap_or_default());
            let half = &mut halves[usize::from(row.is_odd())];
            match (found, wanted) {
                (true, true) => half.right += 1,
                (false, true) => half.missed += 1,
                (true, false) => half.wrong += 1,
                (false, false) => {}
            }
            if tells_wrong && found != wanted && !row.is_odd() {
                println!("# {} {}", if wanted { "missed" } else { "wrong" }, row.text);
            }
        }
        let name = set.split('/').next().unwrap_or(set);
        for (half, Counted { right, missed, wrong }) in ["even", "odd"].into_iter().zip(halves) {
            let share = |of: u32| f64::from(right) / f64::from(of.max(1));
            let f1 = 2.0 * f64::from(right) / f64::from((2 * right + missed + wrong).max(1));
            println!(
                "{name}_{half}: precision={:.3} recall={:.3} f1={f1:.3} ({right} right, {missed} missed, {wrong} wrong)",
                share(right + wrong),
                share(right + missed)
            );
        }
    }
    Ok(())
}
