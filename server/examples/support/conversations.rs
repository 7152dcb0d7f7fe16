//! Conversations that people labelled (`server/live/tests/moments`): `rep` or `customer`, what was said, labels, between tabs.

use std::path::{Path, PathBuf};

use model::{Channel, CueKind, Millis, Segment, TrackId, Utterance};

/// Kinds that are labelled.
pub const KINDS: [CueKind; 5] = [CueKind::Objection, CueKind::BuyingSignal, CueKind::Question, CueKind::Competitor, CueKind::NextStep];
const WORDS_A_MINUTE: usize = 150;

pub struct Turn {
    pub channel: Channel,
    pub text: String,
    pub labels: Vec<CueKind>,
    pub start: Millis,
    pub end: Millis,
}

pub struct Conversation {
    /// Folder and file, without the ending.
    pub name: String,
    /// Those with odd numbers may be looked at.
    pub is_odd: bool,
    /// Nobody sells.
    pub is_quiet: bool,
    pub turns: Vec<Turn>,
}

/// All conversations below a folder, in order.
pub fn read(folder: &Path) -> Vec<Conversation> {
    let list = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let files = list(folder).into_iter().filter(|path| path.is_dir()).flat_map(|folder| list(&folder));
    files.map(|file| Conversation::read(&file)).collect()
}

impl Conversation {
    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut now = 0;
        let mut turns = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let mut columns = line.split('\t');
            let channel = match columns.next() {
                Some("rep") => Channel::Rep,
                Some("customer") => Channel::Customer,
                _ => panic!("{}: whose turn is `{line}`?", file.display()),
            };
            let text = columns.next().unwrap_or_default().trim().to_owned();
            let labels = columns.next().unwrap_or_default().split(',').map(str::trim).filter(|label| !label.is_empty());
            let labels = labels.map(|label| label.parse().unwrap_or_else(|_| panic!("{}: no label `{label}`", file.display()))).collect();
            let length = 60_000 * words(&text) as i64 / WORDS_A_MINUTE as i64;
            turns.push(Turn { channel, text, labels, start: Millis(now), end: Millis(now + length) });
            now += length + 300;
        }
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let is_odd = stem.parse::<u32>().is_ok_and(|number| number % 2 == 1);
        Self { name: format!("{folder}/{stem}"), is_odd, is_quiet: folder == "quiet", turns }
    }

    pub fn minutes(&self) -> f64 {
        self.turns.iter().map(|turn| words(&turn.text)).sum::<usize>() as f64 / WORDS_A_MINUTE as f64
    }

    /// What the other side had said before a turn; empty if nothing.
    pub fn before(&self, at: usize) -> &str {
        let channel = self.turns[at].channel;
        self.turns[..at].iter().rev().find(|turn| turn.channel != channel).map_or("", |turn| &turn.text)
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[allow(dead_code, reason = "not every example plays them")]
impl Turn {
    pub fn track(&self) -> TrackId {
        TrackId::usual(self.channel)
    }

    pub fn segment(&self, number: i64) -> Segment {
        let Utterance { text, start, end, confidence, words } = self.utterance();
        Segment {
            number,
            track: self.track(),
            channel: self.channel,
            text,
            start_ms: start,
            end_ms: end,
            confidence,
            words,
            corrected: false,
        }
    }

    pub fn utterance(&self) -> Utterance {
        Utterance { text: self.text.clone(), start: self.start, end: self.end, confidence: 1.0, words: Vec::new() }
    }
}
