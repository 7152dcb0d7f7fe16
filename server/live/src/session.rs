//! One call's timeline.

use std::collections::VecDeque;
use std::sync::Arc;

use model::metrics::{Tally, Words, is_acknowledgement};
use model::wire::Frame;
use model::{Bookmark, Channel, Cue, CueState, Evidence, Metrics, Millis, Partial, Segment, Verbosity, Word};

use crate::coaching::{Coach, Moment};
use crate::detect::{self, Hit};
use crate::echo::{Heard, TimedWord, timed};
use crate::events::{Effect, Event, Settings};
use crate::pacing::Pacing;
use crate::playbook::Playbook;
use crate::tail::{Tail, spans};

/// How long a rep's final may wait for the customer's words that it might repeat.
const HOLD: Millis = Millis(1_200);
/// Rep finals that may wait at once.
const MOST_HELD: usize = 4;
/// Cards that one segment may bring.
const MOST_CUES: usize = 2;
/// Least time between two metrics.
const METRICS_EVERY: u64 = 400;

/// A final on its way to becoming a segment.
#[derive(Debug)]
struct Utterance {
    channel: Channel,
    text: String,
    start: Millis,
    end: Millis,
    confidence: f64,
    words: Vec<Word>,
    analysed: Words,
    timed: Vec<TimedWord>,
}

#[derive(Debug)]
struct Held {
    utterance: Utterance,
    since: Millis,
}

/// A partial that is on screen.
#[derive(Debug)]
struct Shown {
    text: String,
    end: Millis,
    acknowledgement: bool,
}

/// One call.
#[derive(Debug)]
pub struct Session {
    playbook: Arc<Playbook>,
    settings: Settings,
    tally: Tally,
    heard: Heard,
    coach: Coach,
    pacing: Pacing,
    held: VecDeque<Held>,
    shown: [Option<Shown>; 2],
    tails: [Option<Tail>; 2],
    segments: i64,
    bookmarks: i64,
    told: Option<(Millis, Metrics)>,
}

impl Session {
    /// A call from its beginning.
    pub fn new(playbook: Arc<Playbook>, settings: Settings) -> Self {
        Self {
            playbook,
            settings,
            tally: Tally::default(),
            heard: Heard::default(),
            coach: Coach::default(),
            pacing: Pacing::default(),
            held: VecDeque::new(),
            shown: [None, None],
            tails: [None, None],
            segments: 0,
            bookmarks: 0,
            told: None,
        }
    }

    /// A call that goes on after a restart, from what is stored. Nothing is emitted again, numbering goes on, and topics
    /// that were shown stay shown. Talk time before the restart is taken from the segments' times.
    pub fn restore(playbook: Arc<Playbook>, settings: Settings, segments: &[Segment], cues: &[Cue], bookmarks: &[Bookmark]) -> Self {
        let mut session = Self::new(playbook, settings);
        for segment in segments {
            let words = Words::of(&segment.text);
            let timed = timed(&words, &segment.words, segment.start_ms, segment.end_ms);
            session.segments = session.segments.max(segment.number);
            session.take_in(segment, &words, &timed);
        }
        for cue in cues {
            session.pacing.restore(&session.playbook, cue);
        }
        session.bookmarks = bookmarks.iter().map(|bookmark| bookmark.number).max().unwrap_or(0).max(0);
        session
    }

    /// The settings that it runs with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many cards from now on.
    pub fn set_verbosity(&mut self, verbosity: Verbosity) {
        self.settings.verbosity = verbosity;
    }

    /// Takes in a segment that is stored already, and returns the cards that it brings: for making a call's cards anew
    /// after its words were changed. Segments come in the order of their numbers.
    pub fn revisit(&mut self, segment: &Segment) -> Vec<Effect> {
        let words = Words::of(&segment.text);
        let timed = timed(&words, &segment.words, segment.start_ms, segment.end_ms);
        let tail = self.tails[segment.channel.index()].take();
        let tail = tail.filter(|tail| tail.reaches(segment.start_ms));
        let cards = self.cards(segment, &words, tail.as_ref());
        self.segments = self.segments.max(segment.number);
        self.take_in(segment, &words, &timed);
        cards
    }

    /// The numbers so far.
    pub fn metrics(&self) -> Metrics {
        self.tally.metrics()
    }

    /// Takes an event in. `now` is the call time; it may jump.
    pub fn handle(&mut self, event: Event, now: Millis) -> Vec<Effect> {
        let now = within_a_call(now);
        let mut effects = Vec::new();
        self.release(now, &mut effects);
        match event {
            Event::Partial { channel, text, start, end } => self.partial(channel, &text, start, end, &mut effects),
            Event::Final { channel, text, start, end, confidence, words } => {
                if let Some(utterance) = utterance(channel, &text, start, end, confidence, words) {
                    self.hear(utterance, now, &mut effects);
                } else {
                    self.take_partial_back(channel, &mut effects);
                }
            }
            Event::Voice { channel, start, end } => {
                let start = within_a_call(start);
                let end = within_a_call(end).max(start);
                self.tally.push_voice(channel, start, end);
                self.heard.push_voice(channel, start, end);
            }
            Event::Feedback { cue, state } => {
                let changes = self.pacing.feedback(cue, state);
                effects.extend(changes.into_iter().map(|(cue, state)| Effect::CueState { cue, state }));
            }
            Event::Bookmark { at, note } => {
                self.bookmarks += 1;
                let note = one_line(&note);
                effects.push(Effect::Bookmark(Bookmark { number: self.bookmarks, at_ms: within_a_call(at), note }));
            }
            Event::Tick => {
                self.coach(now, &mut effects);
                self.tell(now, false, &mut effects);
            }
            Event::End => {
                self.let_go(&mut effects);
                for channel in Channel::ALL {
                    self.take_partial_back(*channel, &mut effects);
                }
                self.tell(now, true, &mut effects);
            }
        }
        effects
    }

    fn partial(&mut self, channel: Channel, text: &str, start: Millis, end: Millis, effects: &mut Vec<Effect>) {
        let text = one_line(text);
        let start = within_a_call(start);
        let end = within_a_call(end).max(start);
        let words = Words::of(&text);
        let timed = timed(&words, &[], start, end);
        let echo = self.heard.is_echo(channel, &timed);
        if text.is_empty() || echo {
            self.heard.set_partial(channel, Vec::new());
            self.take_partial_back(channel, effects);
            return;
        }
        self.heard.set_partial(channel, timed);
        self.drop_echoes(effects);
        let shown = &mut self.shown[channel.index()];
        if shown.as_ref().is_none_or(|shown| shown.text != text) {
            *shown = Some(Shown { text: text.clone(), end, acknowledgement: is_acknowledgement(&words) });
            effects.push(Effect::Partial(Partial { channel, text, start_ms: start, end_ms: end }));
        }
    }

    fn take_partial_back(&mut self, channel: Channel, effects: &mut Vec<Effect>) {
        if let Some(shown) = self.shown[channel.index()].take() {
            effects.push(Effect::Partial(Partial { channel, text: String::new(), start_ms: shown.end, end_ms: shown.end }));
        }
    }

    /// Decides about a final: an echo is dropped, a rep's that may be one waits, all else becomes a segment.
    fn hear(&mut self, utterance: Utterance, now: Millis, effects: &mut Vec<Effect>) {
        let (channel, end) = (utterance.channel, utterance.end);
        if channel == Channel::Customer {
            if self.is_echo(&utterance) {
                self.drop_echo(utterance, effects);
            } else {
                self.accept(utterance, effects);
            }
            // What waited was said before or with it; now it can be judged.
            self.drop_echoes(effects);
            while self.held.front().is_some_and(|held| held.utterance.end <= end + Millis(500)) {
                self.accept_first(effects);
            }
            return;
        }
        if self.is_echo(&utterance) {
            self.drop_echo(utterance, effects);
        } else if !self.held.is_empty() || self.may_be_echo(&utterance) {
            self.held.push_back(Held { utterance, since: now });
            if self.held.len() > MOST_HELD {
                self.accept_first(effects);
            }
        } else {
            self.accept(utterance, effects);
        }
    }

    fn is_echo(&self, utterance: &Utterance) -> bool {
        !is_acknowledgement(&utterance.analysed) && self.heard.is_echo(utterance.channel, &utterance.timed)
    }

    /// The customer spoke at the same time and their words aren't known yet.
    fn may_be_echo(&self, utterance: &Utterance) -> bool {
        utterance.timed.len() >= 3
            && !is_acknowledgement(&utterance.analysed)
            && self.heard.final_until(Channel::Customer) + Millis(500) < utterance.end
            && self.heard.was_voiced(Channel::Customer, utterance.start - Millis(500), utterance.end)
    }

    /// Lets those go that have waited long enough, or whose wait can't be measured any more.
    fn release(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        while self.held.front().is_some_and(|held| now < held.since || now.since(held.since) >= HOLD) {
            self.accept_first(effects);
        }
    }

    /// All that wait become segments, unless they have turned out to be echoes.
    fn let_go(&mut self, effects: &mut Vec<Effect>) {
        self.drop_echoes(effects);
        while !self.held.is_empty() {
            self.accept_first(effects);
        }
    }

    fn accept_first(&mut self, effects: &mut Vec<Effect>) {
        if let Some(held) = self.held.pop_front() {
            if self.is_echo(&held.utterance) {
                self.drop_echo(held.utterance, effects);
            } else {
                self.accept(held.utterance, effects);
            }
        }
    }

    fn drop_echoes(&mut self, effects: &mut Vec<Effect>) {
        for held in std::mem::take(&mut self.held) {
            if self.is_echo(&held.utterance) {
                self.drop_echo(held.utterance, effects);
            } else {
                self.held.push_back(held);
            }
        }
    }

    fn drop_echo(&mut self, utterance: Utterance, effects: &mut Vec<Effect>) {
        self.heard.set_partial(utterance.channel, Vec::new());
        self.take_partial_back(utterance.channel, effects);
        effects.push(Effect::EchoDropped { channel: utterance.channel, text: utterance.text });
    }

    /// A final becomes a segment, and brings its cards.
    fn accept(&mut self, utterance: Utterance, effects: &mut Vec<Effect>) {
        self.segments += 1;
        let Utterance { channel, text, start, end, confidence, words, analysed, timed } = utterance;
        let segment = Segment { number: self.segments, channel, text, start_ms: start, end_ms: end, confidence, words, corrected: false };
        let tail = self.tails[channel.index()].take();
        let tail = tail.filter(|tail| tail.reaches(start));
        let cards = self.cards(&segment, &analysed, tail.as_ref());
        self.take_in(&segment, &analysed, &timed);
        self.shown[channel.index()] = None;
        effects.push(Effect::Segment(segment));
        effects.extend(cards);
    }

    /// Remembers of a segment what later events need.
    fn take_in(&mut self, segment: &Segment, words: &Words, timed: &[TimedWord]) {
        let (channel, start, end) = (segment.channel, segment.start_ms, segment.end_ms);
        self.tally.push_words(channel, start, end, words);
        self.coach.push(segment.number, channel, start, end, words);
        self.heard.push_final(channel, timed, end);
        self.tails[channel.index()] = Tail::of(segment);
    }

    /// The cards that a segment brings, and the states of those that make room.
    fn cards(&mut self, segment: &Segment, words: &Words, tail: Option<&Tail>) -> Vec<Effect> {
        let playbook = Arc::clone(&self.playbook);
        // A phrase may have been cut in two by the recognizer: read it together with the words before.
        let joined = tail.map(|tail| format!("{} {}", tail.text, segment.text));
        let before = tail.map_or(0, |tail| tail.text.chars().count() as u32 + 1);
        let together = joined.as_deref().map(Words::of);
        let text = joined.as_deref().unwrap_or(&segment.text);
        let words = together.as_ref().unwrap_or(words);
        let ends_here = |hit: &Hit| words.marks().get(hit.words.end.saturating_sub(1)).is_some_and(|mark| mark.start >= before);
        let mut hits = detect::find(&playbook, words, segment.channel);
        hits.retain(ends_here);
        let priority = |hit: &Hit| playbook.entries().get(hit.entry).map_or(0, |entry| entry.priority);
        hits.sort_by_key(|hit| (std::cmp::Reverse(priority(hit)), hit.words.start));
        let mut effects = Vec::new();
        let mut taken: Vec<Hit> = Vec::new();
        for hit in hits {
            let Some(entry) = playbook.entries().get(hit.entry) else { continue };
            let overlaps = |other: &Hit| other.words.start < hit.words.end && hit.words.start < other.words.end;
            if taken.len() >= MOST_CUES || taken.iter().any(overlaps) || !self.pacing.allows(entry, self.settings.verbosity, segment.end_ms)
            {
                continue;
            }
            let range = detect::quote(words, &hit.words, before);
            let quote: String = text.chars().skip(range.start as usize).take(range.len()).collect();
            let Ok(evidence) = Evidence::try_from(spans(&range, before, tail, segment.number)) else { continue };
            self.show(hit.entry, quote, evidence, segment.end_ms, &mut effects);
            taken.push(hit);
        }
        effects
    }

    /// Opens a card.
    fn show(&mut self, entry: usize, quote: String, evidence: Evidence, at: Millis, effects: &mut Vec<Effect>) {
        let Some(entry) = self.playbook.entries().get(entry) else { return };
        let number = self.pacing.next_number();
        if let Some(leaving) = self.pacing.open(entry, number, at) {
            effects.push(Effect::CueState { cue: leaving, state: CueState::Collapsed });
        }
        effects.push(Effect::Cue(Cue {
            number,
            kind: entry.kind,
            topic: entry.id.clone(),
            title: entry.title.clone(),
            quote,
            guidance: entry.guidance.clone(),
            evidence,
            at_ms: at,
            state: CueState::Open,
        }));
    }

    /// Cards about how the rep talks.
    fn coach(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let playbook = Arc::clone(&self.playbook);
        let voiced = self.heard.voiced_until(Channel::Rep).unwrap_or_default();
        let partial = self.shown[Channel::Rep.index()].as_ref().map_or(Millis::ZERO, |shown| shown.end);
        let customer = self.shown[Channel::Customer.index()].as_ref();
        let moment = Moment { now, rep_until: voiced.max(partial), customer_talks: customer.is_some_and(|shown| !shown.acknowledgement) };
        for (index, entry) in playbook.entries().iter().enumerate().filter(|(_, entry)| entry.listens_for.is_some()) {
            if !self.pacing.allows(entry, self.settings.verbosity, now) {
                continue;
            }
            if let Some(finding) = self.coach.check(entry, &self.tally, moment) {
                self.show(index, finding.fact, finding.evidence, now, effects);
            }
        }
    }

    /// The numbers, if they changed and the last ones are old enough.
    fn tell(&mut self, now: Millis, always: bool, effects: &mut Vec<Effect>) {
        let metrics = self.tally.metrics();
        let due = |(at, told): &(Millis, Metrics)| *told != metrics && now.0.abs_diff(at.0) >= METRICS_EVERY;
        if always || self.told.as_ref().is_none_or(due) {
            self.told = Some((now, metrics.clone()));
            effects.push(Effect::Metrics(metrics));
        }
    }
}

/// Checks and analyses a final; none if nothing was said.
fn utterance(channel: Channel, text: &str, start: Millis, end: Millis, confidence: f64, mut words: Vec<Word>) -> Option<Utterance> {
    let text = one_line(text);
    if text.is_empty() {
        return None;
    }
    let start = within_a_call(start);
    let end = within_a_call(end).max(start);
    for word in &mut words {
        word.start = within_a_call(word.start);
        word.end = within_a_call(word.end).max(word.start);
        word.confidence = unit(word.confidence);
    }
    let analysed = Words::of(&text);
    let timed = timed(&analysed, &words, start, end);
    Some(Utterance { channel, text, start, end, confidence: unit(confidence), words, analysed, timed })
}

/// Text without control characters (databases refuse some) and without space around it.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    text.trim().to_owned()
}

fn unit(confidence: f64) -> f64 {
    if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) }
}

fn within_a_call(time: Millis) -> Millis {
    time.clamp(Millis::ZERO, Millis(Frame::MAX_CAPTURED_AT))
}
