//! The live engine in a call: what goes into it, and what becomes of what comes out.

use live::{Effect, Event, Session, Settings};
use model::wire::CallEvent;
use model::{Bookmark, Call, Channel, Cue, CueState, Segment};

use super::actor::CallActor;
use super::rows::Rows;
use super::said::Said;
use super::write_op::{DecidedBy, WriteOp};
use crate::playbooks::CompiledPlaybook;

/// The engine, and what it has said so far.
pub(super) struct Engine {
    pub(super) session: Session,
    /// Which version of the playbook it listens with; none is the built-in one.
    pub(super) playbook_version: Option<i64>,
    pub(super) segments: Said,
    /// In order of appearance.
    pub(super) cues: Rows<Cue>,
    /// In order of number.
    pub(super) bookmarks: Vec<Bookmark>,
}

impl Engine {
    /// Goes on after what is stored.
    pub(super) fn restore(
        call: &Call,
        playbook: CompiledPlaybook,
        segments: Vec<Segment>,
        cues: Vec<Cue>,
        bookmarks: Vec<Bookmark>,
    ) -> Self {
        let settings = Settings { verbosity: call.verbosity, tracks: call.channels() };
        let session = Session::restore(playbook.playbook, settings, &segments, &cues, &bookmarks);
        Self {
            session,
            playbook_version: playbook.version,
            segments: segments.into_iter().collect(),
            cues: cues.into_iter().collect(),
            bookmarks,
        }
    }

    /// Whose final words a cue rests on; none while they aren't final.
    pub(super) fn speaker_of(&self, cue: &Cue) -> Option<Channel> {
        self.segments.get(cue.evidence.first_segment()).map(|segment| segment.channel)
    }
}

impl CallActor {
    /// Gives the engine an event, and carries out what follows: stored, shown, looked up.
    pub(super) fn feed(&mut self, event: Event) {
        let decided_by = match &event {
            Event::Feedback { cue, .. } => Some(*cue),
            _ => None,
        };
        let speaker = match &event {
            Event::Partial(track, _) => self.call.channel_of(*track),
            _ => None,
        };
        let now = self.now();
        for effect in self.engine.session.handle(event, now) {
            match effect {
                Effect::Partial(partial) => {
                    if partial.channel == Channel::Customer {
                        self.assist.prefetch(&partial.text);
                    }
                    self.publish(CallEvent::Partial(partial));
                }
                Effect::Segment(segment) => {
                    if segment.channel == Channel::Customer {
                        self.assist.prefetch("");
                    }
                    self.store(WriteOp::Segment(segment.clone()));
                    self.engine.segments.push(segment.clone());
                    self.judging.judge(&segment);
                    self.publish(CallEvent::Segment(segment));
                }
                Effect::Cue(cue) => self.on_cue(cue),
                // Not stored before the segment that it rests on: whatever happens meanwhile, no stored cue lacks its words.
                Effect::EarlyCue(cue) => {
                    self.show(cue.clone());
                    self.find_passage(&cue, speaker);
                }
                Effect::CueWithdrawn { cue } => {
                    self.assist.forget(cue);
                    self.engine.cues.remove(cue);
                    self.publish(CallEvent::CueWithdrawn { cue });
                }
                Effect::CueState { cue, state } => {
                    let by = if decided_by == Some(cue) { DecidedBy::Person } else { DecidedBy::Engine };
                    self.on_cue_state(cue, state, by);
                }
                Effect::Metrics(metrics) => self.publish(CallEvent::Metrics(metrics)),
                Effect::Bookmark(bookmark) => {
                    self.store(WriteOp::Bookmark(bookmark.clone()));
                    self.engine.bookmarks.push(bookmark.clone());
                    self.publish(CallEvent::Bookmark(bookmark));
                }
                Effect::EchoDropped { track, text } => {
                    tracing::debug!(call = %self.call.id, %track, characters = text.len(), "echo dropped");
                }
            }
        }
    }

    fn on_cue(&mut self, mut cue: Cue) {
        // One that is told again keeps what was found for it, until its final words lead elsewhere.
        cue.source = self.engine.cues.get(cue.number).and_then(|known| known.source);
        self.store(WriteOp::Cue(cue.clone()));
        self.show(cue.clone());
        self.find_passage(&cue, self.engine.speaker_of(&cue));
        if let Some(used) = self.assist.confirm(&cue) {
            self.store(WriteOp::Use(used));
        }
    }

    fn on_cue_state(&mut self, cue: i64, state: CueState, by: DecidedBy) {
        self.store(WriteOp::CueState(cue, state, by));
        self.engine.cues.update(cue, |known| known.state = state);
        self.publish(CallEvent::CueState { cue, state });
    }

    /// Shows a cue, or shows it again with other words.
    fn show(&mut self, cue: Cue) {
        if !self.engine.cues.update(cue.number, |known| known.clone_from(&cue)) {
            metrics::counter!("closezly_cues_total").increment(1);
            self.engine.cues.push(cue.clone());
        }
        self.publish(CallEvent::Cue(cue));
    }
}
