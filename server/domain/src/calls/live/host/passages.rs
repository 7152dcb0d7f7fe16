//! Passages and cards: what is looked up for a card, and what becomes of what is found.

use std::time::Duration;

use model::wire::CallEvent;
use model::{Channel, Cue, CueState};
use tokio::time::{Instant, timeout_at};

use super::Host;
use crate::calls::live::retrieval::Looked;
use crate::calls::live::scribe::Row;
use crate::calls::sources;

/// Longest wait for passages of the last cards, after the end of the call.
const LAST_PASSAGES: Duration = Duration::from_secs(1);

impl Host {
    /// Looks for the passage that speaks to a card's words. The card is on its way to the pages already.
    pub(super) fn look_up(&mut self, cue: &Cue, speaker: Option<Channel>) {
        if speaker.is_some_and(|speaker| sources::may_have(cue, speaker)) {
            self.retrieval.look_up(cue);
        }
    }

    /// Whose final words a card rests on.
    pub(super) fn speaker_of(&self, cue: &Cue) -> Option<Channel> {
        let number = cue.evidence.first_segment();
        self.segments.iter().rev().find(|segment| segment.number == number).map(|segment| segment.channel)
    }

    /// The last host may have died before it found something for the cards on screen.
    pub(super) fn look_up_again(&mut self) {
        for cue in self.cues.clone() {
            if cue.state == CueState::Open && cue.source.is_none() {
                self.look_up(&cue, self.speaker_of(&cue));
            }
        }
    }

    /// Adds to a card what was found for it, or takes away what was found for words that weren't said.
    pub(super) fn take_passage(&mut self, looked: Looked) {
        let Looked { cue, found, .. } = looked;
        let Some(known) = self.cues.iter_mut().find(|known| known.number == cue) else { return };
        let last = known.evidence.spans().last().map(|span| span.segment);
        let is_final = self.segments.iter().rev().any(|segment| Some(segment.number) == last);
        let source = found.as_ref().map(|found| Box::new(found.citation.clone()));
        let changed = known.source != source;
        known.source.clone_from(&source);
        let used = found.and_then(|found| self.retrieval.shows(known, found, is_final));
        if let Some(used) = used {
            self.store(Row::Use(used));
        }
        if changed {
            self.store(Row::CueSource(cue, source.clone()));
            self.publish(CallEvent::CueSource { cue, source });
        }
    }

    /// The call is over: what is being looked up may still come, but nobody waits for it long.
    pub(super) async fn take_last_passages(&mut self) {
        let until = Instant::now() + LAST_PASSAGES;
        while let Ok(Some(looked)) = timeout_at(until, self.retrieval.next()).await {
            self.take_passage(looked);
        }
    }
}
