//! What a call's tracks say: voice, words, how their recognizers do.

use live::Event;
use model::wire::{NoticeLevel, RecognizerHealth};
use model::{TrackId, Utterance};

use super::actor::CallActor;
use super::transcription::TrackEvent;

impl CallActor {
    pub(super) async fn on_track(&mut self, track: TrackId, event: TrackEvent) {
        match event {
            TrackEvent::Voice(start, end) => {
                self.hearing.voice(track, start, end);
                self.feed(Event::Voice { track, start, end });
            }
            TrackEvent::Partial(said) => {
                self.hearing.words(track, said.end, self.now());
                self.feed(Event::Partial(track, said));
            }
            TrackEvent::Final(said) => {
                self.ending.goes_on();
                self.hearing.words(track, said.end, self.now());
                self.feed(Event::Final(track, said));
            }
            TrackEvent::Status(status) => {
                if status.health == RecognizerHealth::Failed {
                    // The final of what it was saying won't come from it.
                    self.retract_partial(track);
                }
                self.set_status(track, status);
            }
            TrackEvent::Behind => {
                let message = if self.call.keep_audio {
                    "The recognizer can't keep up. The recording is complete; its words come later."
                } else {
                    "The recognizer can't keep up, and no recording is kept: some words will be missing."
                };
                self.notice(NoticeLevel::Warning, message.to_owned());
            }
            TrackEvent::Stopped => self.retract_partial(track),
            TrackEvent::Finished => self.track_finished(track).await,
        }
    }

    fn retract_partial(&mut self, track: TrackId) {
        let now = self.now();
        self.feed(Event::Partial(track, Utterance::new("", now, now)));
    }
}
