//! How a call comes to its end: last words, all rows stored, review written. Each step is told when it is done, and tried
//! again while the database is away.

use std::sync::atomic::Ordering;
use std::time::Duration;

use model::wire::{CallEvent, NoticeLevel};
use model::{Channel, Problem};
use tokio::time::Instant;

use super::{Host, Input, LAST_WORDS, Phase};
use crate::calls::finish;
use crate::calls::live::ToEar;
use crate::calls::live::scribe::{Row, ToScribe};
use live::Event;

/// Pauses before the review is tried again, the last one for all further tries.
const AGAIN: [Duration; 4] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(60)];
/// After so many tries the host gives up; the call is looked after every minute from then on.
const TRIES: usize = 10;

impl Host {
    /// The call is over: no more audio; the ears say their last words.
    pub(super) async fn end(&mut self) {
        if self.phase != Phase::Live {
            return;
        }
        if self.epoch.is_none() {
            // Ended before it began: there is nothing to wait for.
            if let Err(error) = self.start().await {
                tracing::error!(call = %self.call.id, error = %error.into_problem(), "a call could not be started to be ended");
            }
        }
        self.phase = Phase::Finishing;
        self.finishing_since = Some(Instant::now());
        // Stored before it is said: a page that goes to the review finds it being written.
        self.store(Row::End(self.kernel.now()));
        self.finish_ears();
        self.close_if_done().await;
    }

    /// Tells the ears that have been given everything that nothing more comes.
    pub(super) fn finish_ears(&mut self) {
        if self.phase != Phase::Finishing || self.writing > 0 {
            return;
        }
        for side in self.sides.iter_mut().filter(|side| !side.catching_up && !side.told_to_finish) {
            let Some(ear) = side.ear.clone() else { continue };
            side.told_to_finish = true;
            tokio::spawn(async move {
                let _ = ear.send(ToEar::Finish).await;
            });
        }
    }

    /// Gives up on last words that don't come.
    pub(super) async fn wait_for_last_words(&mut self) {
        let passed = self.passed.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.passed_before, passed) != passed {
            // Hours of sound, perhaps of silence, take long to be heard.
            self.finishing_since = self.finishing_since.map(|_| Instant::now());
        }
        if self.phase != Phase::Finishing || self.finishing_since.is_none_or(|since| since.elapsed() <= LAST_WORDS) {
            return;
        }
        tracing::warn!(call = %self.call.id, "the recognizers did not say their last words in time");
        for side in &mut self.sides {
            side.ear = None;
            side.catching_up = false;
        }
        self.writing = 0;
        self.close_if_done().await;
    }

    /// All is said: what is on its way is stored before the review is written from it.
    pub(super) async fn close_if_done(&mut self) {
        let busy = self.sides.iter().any(|side| side.ear.is_some() || side.catching_up);
        if self.phase != Phase::Finishing || self.writing > 0 || busy {
            return;
        }
        self.phase = Phase::Storing;
        self.feed(Event::End);
        self.take_last_passages().await;
        self.store(Row::Duration(self.length()));
        if self.scribe.send(ToScribe::TellAllStored).is_err() {
            tracing::error!(call = %self.call.id, "the scribe is gone");
            self.phase = Phase::Closed;
        }
    }

    /// The call's end is stored.
    pub(super) fn end_stored(&mut self) {
        self.publish(CallEvent::Finishing);
    }

    /// Nothing of the call is only in memory any more.
    pub(super) async fn all_stored(&mut self) {
        if self.phase != Phase::Storing {
            return;
        }
        self.phase = Phase::Reviewing;
        self.sync_recordings().await;
        self.write_review();
    }

    /// Writes the review beside the host, which goes on answering pages and saying that it is there.
    pub(super) fn write_review(&mut self) {
        self.review_again = None;
        self.review_tries += 1;
        let (kernel, organization, id, myself) = (self.kernel.clone(), self.call.organization_id, self.call.id, self.myself.clone());
        tokio::spawn(async move {
            let written = tokio::spawn(async move { finish::write_review(&kernel, organization, id).await });
            let written = match written.await {
                Ok(written) => written.map_err(kernel::DomainError::into_problem),
                Err(error) => {
                    tracing::error!(call = %id, %error, "writing a review failed");
                    Err(Problem::internal())
                }
            };
            let _ = myself.send(Input::Reviewed(written)).await;
        });
    }

    pub(super) fn reviewed(&mut self, written: Result<(), Problem>) {
        if self.phase != Phase::Reviewing {
            return;
        }
        self.answer_end();
        let Err(problem) = written else {
            self.publish(CallEvent::Ended);
            self.phase = Phase::Closed;
            return;
        };
        tracing::error!(call = %self.call.id, %problem, tries = self.review_tries, "the review could not be written");
        if self.review_tries >= TRIES {
            // The call stays as it is: recover() takes it up again.
            self.phase = Phase::Closed;
            return;
        }
        if self.review_tries == 1 {
            let message = "The call has ended and everything is stored. Its review can't be written yet; it is tried again.";
            self.notice(NoticeLevel::Warning, message.to_owned());
        }
        let pause = AGAIN[(self.review_tries - 1).min(AGAIN.len() - 1)];
        self.review_again = Some(Instant::now() + pause);
    }

    /// Whoever waits for the end goes on: the call has ended, or takes long to be.
    pub(super) fn answer_end(&mut self) {
        for answer in self.end_wanted.drain(..) {
            let _ = answer.send(());
        }
    }

    /// Gives the ears what was recorded but not recognized before this host was there.
    pub(super) async fn take_up(&mut self) {
        for channel in [Channel::Rep, Channel::Customer] {
            let side = &self.sides[channel.index()];
            if side.given < side.seen {
                self.listen(channel);
            }
        }
        self.finish_ears();
        self.close_if_done().await;
    }
}
