//! One call's timeline.

use std::collections::VecDeque;
use std::sync::Arc;

use model::metrics::{Tally, Words, is_acknowledgement};
use model::wire::Frame;
use model::{Bookmark, Channel, Cue, Metrics, Millis, Partial, Segment, Utterance, Verbosity};

use crate::coaching::{Coach, Moment};
use crate::echo::{RecentSpeech, TimedWord, timed};
use crate::events::{Effect, Event, Settings};
use crate::pacing::Pacing;
use crate::playbook::Playbook;
use crate::tail::Tail;

mod cues;

use cues::{Draft, Spoken};

/// How long a rep's final may wait for the customer's words that it might repeat.
const HOLD: Millis = Millis(1_200);
/// Rep finals that may wait at once.
const MOST_HELD: usize = 4;
/// Least time between two metrics.
const METRICS_EVERY: u64 = 400;

/// A final on its way to becoming a segment.
#[derive(Debug)]
struct PendingFinal {
    channel: Channel,
    said: Utterance,
    analysed: Words,
    timed: Vec<TimedWord>,
    /// Its partials.
    draft: Draft,
}

#[derive(Debug)]
struct Held {
    pending: PendingFinal,
    since: Millis,
}

/// A partial that is on screen.
#[derive(Debug)]
struct Shown {
    text: String,
    end: Millis,
    acknowledgement: bool,
    /// The number that its segment will have, if a cue rests on it.
    segment: Option<i64>,
}

/// One call.
#[derive(Debug)]
pub struct Session {
    playbook: Arc<Playbook>,
    settings: Settings,
    tally: Tally,
    heard: RecentSpeech,
    coach: Coach,
    pacing: Pacing,
    held: VecDeque<Held>,
    shown: [Option<Shown>; 2],
    drafts: [Draft; 2],
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
            heard: RecentSpeech::default(),
            coach: Coach::default(),
            pacing: Pacing::default(),
            held: VecDeque::new(),
            shown: [None, None],
            drafts: [Draft::default(), Draft::default()],
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
            let last = cue.evidence.spans().last();
            let said = last.and_then(|span| segments.iter().rev().find(|segment| segment.number == span.segment));
            session.pacing.restore(&session.playbook, cue, said.map_or(cue.at_ms, |segment| segment.end_ms.max(cue.at_ms)));
        }
        session.bookmarks = bookmarks.iter().map(|bookmark| bookmark.number).max().unwrap_or(0).max(0);
        session
    }

    /// The settings that it runs with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many cues from now on.
    pub fn set_verbosity(&mut self, verbosity: Verbosity) {
        self.settings.verbosity = verbosity;
    }

    /// Takes in a segment that is stored already, and returns the cues that it brings: for making a call's cues anew
    /// after its words were changed. Segments come in the order of their numbers.
    pub fn revisit(&mut self, segment: &Segment) -> Vec<Effect> {
        let words = Words::of(&segment.text);
        let timed = timed(&words, &segment.words, segment.start_ms, segment.end_ms);
        let tail = self.tails[segment.channel.index()].take();
        let tail = tail.filter(|tail| tail.reaches(segment.start_ms));
        let cues = self.cues(segment, &words, tail.as_ref(), Draft::default());
        self.segments = self.segments.max(segment.number);
        self.take_in(segment, &words, &timed);
        cues
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
            Event::Partial(channel, said) => self.partial(channel, &said.text, said.start, said.end, &mut effects),
            Event::Final(channel, said) => {
                if let Some(mut pending) = PendingFinal::of(channel, said) {
                    pending.draft = std::mem::take(&mut self.drafts[channel.index()]);
                    self.hear(pending, now, &mut effects);
                } else {
                    self.take_back(channel, &mut effects);
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
                    self.take_back(*channel, &mut effects);
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
            self.take_back(channel, effects);
            return;
        }
        let acknowledgement = is_acknowledgement(&words);
        let cues = self.early_cues(&Spoken { channel, text: &text, timed: &timed, start, end }, words);
        self.heard.set_partial(channel, timed);
        self.drop_echoes(effects);
        let segment = self.drafts[channel.index()].number;
        let shown = &mut self.shown[channel.index()];
        if shown.as_ref().is_none_or(|shown| shown.text != text || shown.segment != segment) {
            *shown = Some(Shown { text: text.clone(), end, acknowledgement, segment });
            effects.push(Effect::Partial(Partial { channel, text, start_ms: start, end_ms: end, segment }));
        }
        effects.extend(cues);
    }

    /// Takes back what a channel seemed to say, and the cues that rest on it.
    fn take_back(&mut self, channel: Channel, effects: &mut Vec<Effect>) {
        self.take_partial_back(channel, effects);
        let draft = std::mem::take(&mut self.drafts[channel.index()]);
        self.discard(draft, effects);
    }

    fn take_partial_back(&mut self, channel: Channel, effects: &mut Vec<Effect>) {
        if let Some(shown) = self.shown[channel.index()].take() {
            let (start_ms, end_ms) = (shown.end, shown.end);
            effects.push(Effect::Partial(Partial { channel, text: String::new(), start_ms, end_ms, segment: None }));
        }
    }

    /// Decides about a final: an echo is dropped, a rep's that may be one waits, all else becomes a segment.
    fn hear(&mut self, pending: PendingFinal, now: Millis, effects: &mut Vec<Effect>) {
        let (channel, end) = (pending.channel, pending.said.end);
        if channel == Channel::Customer {
            if self.is_echo(&pending) {
                self.drop_echo(pending, effects);
            } else {
                self.accept(pending, effects);
            }
            // What waited was said before or with it; now it can be judged.
            self.drop_echoes(effects);
            while self.held.front().is_some_and(|held| held.pending.said.end <= end + Millis(500)) {
                self.accept_first(effects);
            }
            return;
        }
        if self.is_echo(&pending) {
            self.drop_echo(pending, effects);
        } else if !self.held.is_empty() || self.may_be_echo(&pending) {
            self.held.push_back(Held { pending, since: now });
            if self.held.len() > MOST_HELD {
                self.accept_first(effects);
            }
        } else {
            self.accept(pending, effects);
        }
    }

    fn is_echo(&self, pending: &PendingFinal) -> bool {
        !is_acknowledgement(&pending.analysed) && self.heard.is_echo(pending.channel, &pending.timed)
    }

    /// The customer spoke at the same time and their words aren't known yet.
    fn may_be_echo(&self, pending: &PendingFinal) -> bool {
        !is_acknowledgement(&pending.analysed) && self.is_ahead_of_customer(&pending.timed, pending.said.start, pending.said.end)
    }

    /// Words of the rep that came before the customer's of the same time.
    fn is_ahead_of_customer(&self, timed: &[TimedWord], start: Millis, end: Millis) -> bool {
        timed.len() >= 3
            && self.heard.final_until(Channel::Customer) + Millis(500) < end
            && self.heard.was_voiced(Channel::Customer, start - Millis(500), end)
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
            if self.is_echo(&held.pending) {
                self.drop_echo(held.pending, effects);
            } else {
                self.accept(held.pending, effects);
            }
        }
    }

    fn drop_echoes(&mut self, effects: &mut Vec<Effect>) {
        for held in std::mem::take(&mut self.held) {
            if self.is_echo(&held.pending) {
                self.drop_echo(held.pending, effects);
            } else {
                self.held.push_back(held);
            }
        }
    }

    fn drop_echo(&mut self, pending: PendingFinal, effects: &mut Vec<Effect>) {
        self.heard.set_partial(pending.channel, Vec::new());
        self.take_partial_back(pending.channel, effects);
        self.discard(pending.draft, effects);
        effects.push(Effect::EchoDropped { channel: pending.channel, text: pending.said.text });
    }

    /// A final becomes a segment, and brings its cues.
    fn accept(&mut self, pending: PendingFinal, effects: &mut Vec<Effect>) {
        let PendingFinal { channel, said, analysed, timed, draft } = pending;
        let Utterance { text, start, end, confidence, words } = said;
        let number = draft.number.unwrap_or_else(|| {
            self.segments += 1;
            self.segments
        });
        let segment = Segment { number, channel, text, start_ms: start, end_ms: end, confidence, words, corrected: false };
        let tail = self.tails[channel.index()].take();
        let tail = tail.filter(|tail| tail.reaches(start));
        let cues = self.cues(&segment, &analysed, tail.as_ref(), draft);
        self.take_in(&segment, &analysed, &timed);
        self.shown[channel.index()] = None;
        effects.push(Effect::Segment(segment));
        effects.extend(cues);
    }

    /// Remembers of a segment what later events need.
    fn take_in(&mut self, segment: &Segment, words: &Words, timed: &[TimedWord]) {
        let (channel, start, end) = (segment.channel, segment.start_ms, segment.end_ms);
        self.tally.push_words(channel, start, end, words);
        self.coach.push(segment.number, channel, start, end, words);
        self.heard.push_final(channel, timed, end);
        self.tails[channel.index()] = Tail::of(segment);
    }

    /// Cues about how the rep talks.
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

impl PendingFinal {
    /// Checks and analyses a final; none if nothing was said.
    fn of(channel: Channel, mut said: Utterance) -> Option<Self> {
        said.text = one_line(&said.text);
        if said.text.is_empty() {
            return None;
        }
        said.start = within_a_call(said.start);
        said.end = within_a_call(said.end).max(said.start);
        said.confidence = unit(said.confidence);
        for word in &mut said.words {
            word.start = within_a_call(word.start);
            word.end = within_a_call(word.end).max(word.start);
            word.confidence = unit(word.confidence);
        }
        let analysed = Words::of(&said.text);
        let timed = timed(&analysed, &said.words, said.start, said.end);
        Some(Self { channel, said, analysed, timed, draft: Draft::default() })
    }
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
