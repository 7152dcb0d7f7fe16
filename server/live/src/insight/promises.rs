//! Promises and agreed next steps.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use model::{ActionItem, SummaryLine};

use super::Sentence;
use crate::due_dates::{self, Viewpoint};
use crate::playbook::{Effort, Phrase, compile};

/// What somebody promises to do themselves after the call.
const OWN: &[&str] = &[
    "i|we (will|shall|am going to|are going to|would be happy to|can|should be able to) (also|definitely|just|then|try to|make sure to)? (send|email|forward|share|follow up|get back|circle back|come back|put together|prepare|draft|set up|schedule|book|loop in|introduce|check|find out|look into|write|confirm|talk to|talk with|speak to|speak with|discuss|review|bring this|bring it|take this|take it|run this|run it|call|update|provide|ping|reach out|ask|sign|fill|connect|invite|get you|give you|let you know|work on|ship|resend|have that|have it|have something|have an answer)",
    "let me (check|get back|follow up|talk|speak|discuss|find out|look into|send|email|confirm|put together|prepare|set up|schedule|loop in|run this|run it|bring this|take this|introduce|connect you)",
    "i|we (need|have|want) to (check|talk|speak|discuss|run|confirm|get|bring|ask) ..4 (with|to|by|past|from|my|our|legal|boss|team|cfo|ceo)",
    "you (will|are going to) (have|get|receive) ..6 (by|tomorrow|today|next|before|in|monday|tuesday|wednesday|thursday|friday)",
];

/// What somebody asks the other side to do.
const ASKED: &[&str] = &[
    "(can|could|would|will) you (please|also|maybe|just)? (send|email|forward|share|provide|prepare|get|give|put together|check|confirm|introduce|set up|schedule|write|fill|sign|review)",
    "please (send|email|forward|share|provide|prepare|check|confirm|introduce|set up|schedule|fill|sign|review)",
    "(send|email|forward) (me|us)",
];

/// In-call business that looks like a promise.
const NOT_AFTER: &[&str] = &[
    "share my screen",
    "share (the|a) screen",
    "(can|could) you (give|get|send) me (a|an|one|just)? (second|minute|moment|sense|idea|example|overview)",
    "let me check (if|whether|that) (you|i) (can|could)? (hear|see)",
    "let me (confirm|check) (that)? i (heard|understood|got)",
    "ask you (a|some|one|something|about|how|what)",
    "i will ask you",
];

/// Meetings and steps that were agreed.
const STEPS: &[&str] = &[
    "next step|steps (is|are|would be|will be|for)",
    "(let us|let's|we should|shall we|we can|we could|we will|i would like to|happy to|i will|can we|could we) (schedule|book|set up|plan|arrange|reconvene|regroup|meet|talk again|speak again|connect again|catch up|do a|have a|get a|put a) ..5 (call|meeting|demo|session|workshop|time|pilot|trial|again|monday|tuesday|wednesday|thursday|friday|tomorrow|next|week|calendar|follow up)",
    "(let us|let's|we will|we) (talk|speak|meet|connect|reconvene|regroup|start|begin) ..2 (on|next|tomorrow) (monday|tuesday|wednesday|thursday|friday|week|month|the|morning|afternoon)?",
    "(monday|tuesday|wednesday|thursday|friday|tomorrow|next week) ..3 (works|is fine|is good|is great|is perfect|sounds good|would work)",
    "(start|begin|go) with (a|the) ..2 (pilot|trial|proof of concept|poc)",
    "(send|put) ..3 (invite|calendar invite|invitation)",
    "(follow up|kick off|kickoff) (call|meeting|demo|session)",
    "(talk|speak|see you|meet) (on|next|tomorrow|again) (monday|tuesday|wednesday|thursday|friday|week)",
];

struct Phrases {
    own: Vec<Phrase>,
    asked: Vec<Phrase>,
    not_after: Vec<Phrase>,
    steps: Vec<Phrase>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    // A test checks that each of them compiles.
    let all = |list: &[&str]| list.iter().filter_map(|phrase| compile(phrase).ok()).collect();
    Phrases { own: all(OWN), asked: all(ASKED), not_after: all(NOT_AFTER), steps: all(STEPS) }
});

fn position(phrases: &[Phrase], sentence: &Sentence<'_>) -> Option<usize> {
    let words = &sentence.words;
    (0..words.len()).find(|from| phrases.iter().any(|phrase| phrase.matches(words, *from, &mut Effort::of(words.len())).is_some()))
}

/// The promises, in the order of the call. Who says "I will" owes it; who is asked "could you send me" owes it too, if a
/// date or "me" makes the request one.
pub(super) fn action_items(sentences: &[Sentence<'_>], seen: &Viewpoint) -> Vec<ActionItem> {
    let mut items: Vec<ActionItem> = Vec::new();
    // What is promised again in the same words is the same promise.
    let mut known = HashSet::new();
    for sentence in sentences {
        if position(&PHRASES.not_after, sentence).is_some() {
            continue;
        }
        let speaker = sentence.segment.channel;
        let words = &sentence.words;
        let due = due_dates::find(&sentence.text, seen);
        let owner = if let Some(at) = position(&PHRASES.own, sentence) {
            // "What I can send", "if I can check": no promise.
            let before = at.checked_sub(1).map_or("", |index| words.word(index));
            if matches!(before, "what" | "if" | "how" | "when" | "where" | "whether" | "can" | "could" | "should") && due.is_none() {
                continue;
            }
            speaker
        } else if let Some(at) = position(&PHRASES.asked, sentence) {
            let object = (at..at + 6).any(|index| matches!(words.word(index), "me" | "us"));
            if !object && due.is_none() {
                continue;
            }
            speaker.other()
        } else {
            continue;
        };
        let due_words = due.as_ref().map(|due| said(&sentence.text, &due.place));
        let item = ActionItem {
            text: sentence.text.clone(),
            owner,
            due: due.map(|due| due.date),
            due_words,
            evidence: sentence.evidence(),
            done: false,
        };
        if known.insert((item.owner.index(), item.text.to_ascii_lowercase())) {
            items.push(item);
        }
    }
    items
}

/// The agreed next steps, in the order of the call.
pub(super) fn next_steps(sentences: &[Sentence<'_>]) -> Vec<SummaryLine> {
    let mut lines: Vec<SummaryLine> = Vec::new();
    let mut known = HashSet::new();
    for sentence in sentences {
        let negated = (0..sentence.words.len()).any(|index| sentence.words.word(index) == "not");
        if !negated && position(&PHRASES.steps, sentence).is_some() {
            let line = sentence.line();
            if known.insert(line.text.to_ascii_lowercase()) {
                lines.push(line);
            }
        }
    }
    lines
}

/// Some characters of a text.
fn said(text: &str, place: &Range<u32>) -> String {
    text.chars().skip(place.start as usize).take(place.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_compiles() {
        for phrase in [OWN, ASKED, NOT_AFTER, STEPS].concat() {
            assert!(compile(phrase).is_ok(), "{phrase}: {:?}", compile(phrase).err());
        }
    }
}
