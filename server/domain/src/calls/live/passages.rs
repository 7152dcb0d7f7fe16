//! Passages and cues: what is looked up for a cue, and what becomes of what is found.

use std::time::Duration;

use model::wire::CallEvent;
use model::{Channel, Cue, CueState};
use tokio::time::{Instant, timeout_at};

use super::actor::CallActor;
use super::assist::Lookup;
use super::write_op::WriteOp;
use crate::calls::cue_passages;

/// Longest wait for passages of the last cues, after the end of the call.
pub(super) const LAST_PASSAGES: Duration = Duration::from_secs(1);

impl CallActor {
    /// Looks for the passage that speaks to a cue's words. The cue is on its way to the pages already.
    pub(super) fn find_passage(&mut self, cue: &Cue, speaker: Option<Channel>) {
        if speaker.is_some_and(|speaker| cue_passages::may_have(cue, speaker)) {
            self.assist.retrieve(cue);
        }
    }

    /// The last actor of this call may have died before it found something for the cues on screen.
    pub(super) fn find_missing_passages(&mut self) {
        for cue in self.engine.cues.all() {
            if cue.state == CueState::Open && cue.source.is_none() {
                self.find_passage(&cue, self.engine.speaker_of(&cue));
            }
        }
    }

    /// Adds to a cue what was found for it, or takes away what was found for words that weren't said.
    pub(super) fn on_passage(&mut self, lookup: Lookup) {
        let Lookup { cue, found, .. } = lookup;
        let Some(known) = self.engine.cues.get(cue) else { return };
        let last = known.evidence.spans().last().map(|span| span.segment);
        let is_final = last.is_some_and(|last| self.engine.segments.get(last).is_some());
        let source = found.as_ref().map(|found| Box::new(found.citation.clone()));
        let changed = known.source != source;
        let used = found.and_then(|found| self.assist.shows(&known, found, is_final));
        if let Some(used) = used {
            self.store(WriteOp::Use(used));
        }
        if changed {
            self.engine.cues.update(cue, |known| known.source.clone_from(&source));
            self.store(WriteOp::CueSource(cue, source.clone()));
            self.publish(CallEvent::CueSource { cue, source });
        }
    }

    /// The call is over: what is being looked up may still come, but nobody waits for it long.
    pub(super) async fn take_last_passages(&mut self) {
        let until = Instant::now() + LAST_PASSAGES;
        while let Ok(Some(lookup)) = timeout_at(until, self.assist.next()).await {
            self.on_passage(lookup);
        }
    }
}
