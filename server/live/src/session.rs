//! One call's timeline.

use std::collections::VecDeque;
use std::sync::Arc;

use model::metrics::{Tally, Words, is_acknowledgement};
use model::wire::Frame;
use model::{Bookmark, Channel, Cue, Metrics, Millis, Partial, Segment, TrackId, Utterance, Verbosity};

use crate::carry_over::CarryOver;
use crate::coaching::{Coach, Situation};
use crate::detect::Topic;
use crate::echo::{Heard, RecentSpeech, TimedWord, timed};
use crate::events::{Effect, Event, Settings};
use crate::pacing::Pacing;
use crate::playbook::Playbook;
use crate::sentences;

mod cues;
mod finals;
mod judged;

use cues::{Cited, Draft, Spoken};
use finals::{Held, PendingFinal};
use judged::Recent;

/// Least time between two metrics.
const METRICS_EVERY: u64 = 400;

/// A partial that is on screen.
#[derive(Debug)]
struct Shown {
    text: String,
    end: Millis,
    acknowledgement: bool,
    /// The number that its segment will have, if a cue rests on it.
    segment: Option<i64>,
}

/// What is being said on a track.
#[derive(Debug)]
struct TrackState {
    channel: Channel,
    /// Its partial.
    shown: Option<Shown>,
    draft: Draft,
    tail: Option<CarryOver>,
}

/// One call.
#[derive(Debug)]
pub struct Session {
    playbook: Arc<Playbook>,
    settings: Settings,
    tally: Tally,
    heard: RecentSpeech,
    coach: Coach,
    topic: Topic,
    pacing: Pacing,
    held: VecDeque<Held>,
    recent: Recent,
    tracks: Vec<TrackState>,
    segments: i64,
    bookmarks: i64,
    told: Option<(Millis, Metrics)>,
}

impl Session {
    /// A call from its beginning.
    pub fn new(playbook: Arc<Playbook>, settings: Settings) -> Self {
        let track = |channel: &Channel| TrackState { channel: *channel, shown: None, draft: Draft::default(), tail: None };
        Self {
            playbook,
            tracks: settings.tracks.iter().map(track).collect(),
            heard: RecentSpeech::new(&settings.tracks),
            settings,
            tally: Tally::default(),
            coach: Coach::default(),
            topic: Topic::default(),
            pacing: Pacing::default(),
            held: VecDeque::new(),
            recent: Recent::default(),
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
            let words = sentences::words(&segment.text);
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
        let words = sentences::words(&segment.text);
        let timed = timed(&words, &segment.words, segment.start_ms, segment.end_ms);
        let tail = self.tracks.get_mut(segment.track.index()).and_then(|track| track.tail.take());
        let tail = tail.filter(|tail| tail.reaches(segment.start_ms));
        let cues = if segment.is_doubtful() { Vec::new() } else { self.cues(segment, &words, tail.as_ref(), Draft::default()) };
        self.recent.push(segment, &cues);
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
            Event::Partial(track, _) | Event::Final(track, _) | Event::Voice { track, .. } if track.index() >= self.tracks.len() => {}
            Event::Partial(track, said) => self.partial(track, &said, &mut effects),
            Event::Final(track, said) => {
                if let Some(mut pending) = PendingFinal::of(track, said) {
                    pending.draft = std::mem::take(&mut self.tracks[track.index()].draft);
                    self.on_final(pending, now, &mut effects);
                } else {
                    self.retract(track, &mut effects);
                }
            }
            Event::Voice { track, start, end } => {
                let start = within_a_call(start);
                let end = within_a_call(end).max(start);
                self.tally.push_voice(self.channel(track), start, end);
                self.heard.push_voice(track, start, end);
            }
            Event::Judged { segment, moments } => self.judged(segment, &moments, &mut effects),
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
                self.emit_metrics(now, false, &mut effects);
            }
            Event::End => {
                self.let_go(&mut effects);
                for track in TrackId::all(self.tracks.len()) {
                    self.retract(track, &mut effects);
                }
                self.emit_metrics(now, true, &mut effects);
            }
        }
        effects
    }

    /// Whose side a track of this call is on.
    fn channel(&self, track: TrackId) -> Channel {
        self.tracks[track.index()].channel
    }

    fn partial(&mut self, track: TrackId, said: &Utterance, effects: &mut Vec<Effect>) {
        let text = one_line(&said.text);
        let start = within_a_call(said.start);
        let end = within_a_call(said.end).max(start);
        let words = sentences::words(&text);
        let timed = timed(&words, &[], start, end);
        let echo = self.heard.is_echo(track, Heard { words: &timed, start, end });
        if text.is_empty() || echo {
            self.heard.clear_partial(track);
            self.retract(track, effects);
            return;
        }
        let acknowledgement = is_acknowledgement(&words);
        let cues = self.early_cues(&Spoken { track, text: &text, timed: &timed, start, end, doubtful: said.is_doubtful() }, words);
        self.heard.set_partial(track, timed, start, end);
        self.drop_echoes(effects);
        let TrackState { channel, shown, draft, .. } = &mut self.tracks[track.index()];
        let (channel, segment) = (*channel, draft.number);
        if shown.as_ref().is_none_or(|shown| shown.text != text || shown.segment != segment) {
            *shown = Some(Shown { text: text.clone(), end, acknowledgement, segment });
            effects.push(Effect::Partial(Partial { track, channel, text, start_ms: start, end_ms: end, segment }));
        }
        effects.extend(cues);
    }

    /// Takes back what seemed to be said on a track, and the cues that rest on it.
    fn retract(&mut self, track: TrackId, effects: &mut Vec<Effect>) {
        self.retract_partial(track, effects);
        let draft = std::mem::take(&mut self.tracks[track.index()].draft);
        self.discard(draft, effects);
    }

    fn retract_partial(&mut self, track: TrackId, effects: &mut Vec<Effect>) {
        let channel = self.channel(track);
        if let Some(shown) = self.tracks[track.index()].shown.take() {
            let (start_ms, end_ms) = (shown.end, shown.end);
            effects.push(Effect::Partial(Partial { track, channel, text: String::new(), start_ms, end_ms, segment: None }));
        }
    }

    /// Whether finals wait until it is known whether they are echoes. What comes after them is not held up.
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Remembers of a segment what later events need.
    fn take_in(&mut self, segment: &Segment, words: &Words, timed: &[TimedWord]) {
        let (channel, start, end) = (segment.channel, segment.start_ms, segment.end_ms);
        let doubtful = segment.is_doubtful();
        if !doubtful {
            self.tally.push_words(channel, start, end, words);
            self.coach.push(segment.number, channel, start, end, words);
            self.topic.take_in(segment);
        }
        // A line that is stored may be of a track that the call has no more.
        if let Some(track) = self.tracks.get_mut(segment.track.index()) {
            track.tail = if doubtful { None } else { CarryOver::of(segment) };
            self.heard.push_final(segment.track, Heard { words: timed, start, end });
        }
    }

    /// Cues about how the rep talks.
    fn coach(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let playbook = Arc::clone(&self.playbook);
        let voiced = self.heard.voiced_until(Channel::Rep).unwrap_or_default();
        let shown = |channel| self.tracks.iter().filter(move |track| track.channel == channel).filter_map(|track| track.shown.as_ref());
        let partial = shown(Channel::Rep).map(|shown| shown.end).max().unwrap_or_default();
        let customer_talks = shown(Channel::Customer).any(|shown| !shown.acknowledgement);
        let situation = Situation { now, rep_until: voiced.max(partial), customer_talks };
        for (index, entry) in playbook.entries().iter().enumerate().filter(|(_, entry)| entry.listens_for.is_some()) {
            if !self.pacing.allows(entry, self.settings.verbosity, now) {
                continue;
            }
            if let Some(finding) = self.coach.check(entry, &self.tally, situation) {
                let cited = Cited { quote: finding.fact, evidence: finding.evidence, title: None };
                self.show(index, cited, now, effects);
            }
        }
    }

    /// The numbers, if they changed and the last ones are old enough.
    fn emit_metrics(&mut self, now: Millis, always: bool, effects: &mut Vec<Effect>) {
        let metrics = self.tally.metrics();
        let due = |(at, told): &(Millis, Metrics)| *told != metrics && now.0.abs_diff(at.0) >= METRICS_EVERY;
        if always || self.told.as_ref().is_none_or(due) {
            self.told = Some((now, metrics.clone()));
            effects.push(Effect::Metrics(metrics));
        }
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
