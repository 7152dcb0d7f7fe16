//! Which sentences stand for a call.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use model::{ActionItem, Bookmark, Channel, Cue, CueKind, CueState, Millis};

use super::Sentence;

/// Lines of a summary.
const MOST_LINES: usize = 8;
const FEWEST_LINES: usize = 5;
/// Sentences per line, between those two.
const SENTENCES_PER_LINE: usize = 8;
/// Words of a sentence that can stand alone.
const WORDS: std::ops::RangeInclusive<u32> = 5..=60;
/// Share of common words from which two sentences say the same.
const SAME: f64 = 0.5;

/// Words that tell nothing about a topic.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "back",
    "be",
    "because",
    "been",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "for",
    "from",
    "get",
    "go",
    "going",
    "good",
    "got",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "him",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "just",
    "know",
    "let",
    "like",
    "look",
    "lot",
    "make",
    "maybe",
    "me",
    "mean",
    "more",
    "much",
    "my",
    "no",
    "not",
    "now",
    "of",
    "okay",
    "on",
    "one",
    "or",
    "other",
    "our",
    "out",
    "really",
    "right",
    "said",
    "say",
    "see",
    "she",
    "should",
    "so",
    "some",
    "something",
    "sort",
    "sure",
    "take",
    "than",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "things",
    "think",
    "this",
    "those",
    "to",
    "too",
    "up",
    "us",
    "very",
    "want",
    "was",
    "way",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "will",
    "with",
    "would",
    "yeah",
    "yes",
    "you",
    "your",
    "kind",
    "great",
    "hello",
    "hi",
    "bye",
    "today",
    "nice",
    "hear",
    "only",
    "even",
    "still",
    "over",
    "down",
    "off",
    "come",
    "give",
    "put",
];

static STOP: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.iter().copied().collect());

/// The indices of the chosen sentences, in the order of the call.
///
/// A sentence scores the mean weight of its words, weight = ln(1 + sentences of the call that hold the word) × ln(sentences ÷
/// those), so that the call's own topics count and what everybody says always doesn't; times a factor for cues that rest on
/// it, marks beside it, promises, numbers and the customer's voice. The best that isn't said yet is taken, again and again.
pub(super) fn choose(sentences: &[Sentence<'_>], cues: &[Cue], bookmarks: &[Bookmark], promises: &[ActionItem]) -> Vec<usize> {
    let words: Vec<Vec<&str>> = sentences.iter().map(content).collect();
    let mut holders: HashMap<&str, u32> = HashMap::new();
    for word in words.iter().flatten() {
        *holders.entry(word).or_default() += 1;
    }
    let all = sentences.len().max(2) as f64;
    let weight = |word: &str| {
        let held = f64::from(holders.get(word).copied().unwrap_or(1));
        held.ln_1p() * (1.0 + all / held).ln()
    };
    let mut by_segment: HashMap<i64, Vec<&Cue>> = HashMap::new();
    for cue in cues {
        for span in cue.evidence.spans() {
            by_segment.entry(span.segment).or_default().push(cue);
        }
    }
    let mut marks: Vec<Millis> = bookmarks.iter().map(|bookmark| bookmark.at_ms).collect();
    marks.sort_unstable();
    let promised: HashSet<(i64, u32)> =
        promises.iter().flat_map(|item| item.evidence.spans()).map(|span| (span.segment, span.start)).collect();
    let mut scored: Vec<(usize, f64)> = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let Some(content) = words.get(index) else { continue };
        if !WORDS.contains(&sentence.words.spoken()) || content.len() < 2 {
            continue;
        }
        // Short sentences shouldn't win by one rare word: at least six count.
        let mean = content.iter().map(|word| weight(word)).sum::<f64>() / content.len().max(6) as f64;
        let boost = boost(sentence, by_segment.get(&sentence.segment.number).map_or(&[], Vec::as_slice), &marks, &promised);
        scored.push((index, mean * boost));
    }
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let most = (sentences.len() / SENTENCES_PER_LINE).clamp(FEWEST_LINES, MOST_LINES);
    let mut chosen: Vec<usize> = Vec::new();
    for (index, _) in scored {
        let says_the_same = |other: &usize| words.get(*other).zip(words.get(index)).is_some_and(|(a, b)| similar(a, b));
        if chosen.len() < most && !chosen.iter().any(says_the_same) {
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The words of a topic, each once, in alphabetical order: weights are added in the same order each time.
fn content<'a>(sentence: &'a Sentence<'_>) -> Vec<&'a str> {
    let words = &sentence.words;
    let mut content: Vec<&str> =
        (0..words.len()).map(|index| words.word(index)).filter(|word| word.len() > 1 && !STOP.contains(word)).collect();
    content.sort_unstable();
    content.dedup();
    content
}

fn similar(a: &[&str], b: &[&str]) -> bool {
    let common = a.iter().filter(|word| b.binary_search(word).is_ok()).count();
    common as f64 >= SAME * a.len().min(b.len()).max(1) as f64
}

fn boost(sentence: &Sentence<'_>, cues: &[&Cue], marks: &[Millis], promised: &HashSet<(i64, u32)>) -> f64 {
    let mut boost = if sentence.segment.channel == Channel::Customer { 1.2 } else { 1.0 };
    let resting = cues.iter().filter(|cue| {
        let mut spans = cue.evidence.spans().iter();
        spans.any(|span| span.segment == sentence.span.segment && span.start < sentence.span.end && sentence.span.start < span.end)
    });
    let best = resting.map(|cue| match (cue.kind, cue.state) {
        (CueKind::Coaching, _) | (_, CueState::Dismissed) => 1.0,
        (CueKind::Question, CueState::Kept) => 1.6,
        (CueKind::Question, _) => 1.2,
        (_, CueState::Kept) => 2.5,
        _ => 1.8,
    });
    boost *= best.fold(1.0, f64::max);
    if promised.contains(&(sentence.span.segment, sentence.span.start)) {
        // It has its own list.
        boost *= 0.7;
    }
    // A mark comes a moment after what it marks.
    let first = marks.partition_point(|at| *at + Millis(2_000) < sentence.segment.start_ms);
    if marks.get(first).is_some_and(|at| at.since(sentence.segment.end_ms) <= Millis(10_000)) {
        boost *= 1.8;
    }
    let words = &sentence.words;
    if (0..words.len()).any(|index| words.word(index).contains(|character: char| character.is_ascii_digit())) {
        boost *= 1.15;
    }
    boost
}
