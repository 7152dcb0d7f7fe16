//! How a call comes to its end: last words, all stored, review written. Each step is told when it is done, and tried again while the
//! database is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use live::Event;
use model::wire::{CallEvent, NoticeLevel, ServerMessage};
use model::{Code, Problem, TrackId};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::actor::{CallActor, Phase};
use super::inbox::Input;
use super::persist::{PersistInput, WriteStatus};
use super::transcription::TrackInput;
use super::write_op::WriteOp;
use crate::calls::finish;

/// Longest wait for the recognizers' next words after the end of the call; each has a shorter one of its own.
const LAST_WORDS: Duration = Duration::from_secs(300);
/// How long the recording may take to be stored before the end is: pages wait for it.
const SEALING_BEFORE_THE_END: Duration = Duration::from_secs(10);
/// How long the last parts of the recording may take to be stored; what isn't then is stored by the server that has it, when it is asked for.
const SEALING_AT_THE_END: Duration = Duration::from_secs(30);
/// Between two tries where the shared storage is waited for.
const SEALED_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// Pauses before the review is tried again, the last one for all further tries.
const AGAIN: [Duration; 4] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(60)];
/// After so many tries the actor gives up; the call is looked after every minute from then on.
const TRIES: usize = 10;

/// What a call's end waits for.
#[derive(Default)]
pub(super) struct Ending {
    /// Who waits for the call's end.
    wanted: Vec<oneshot::Sender<()>>,
    /// When the call ended, or the last words since came; none while it is live.
    since: Option<Instant>,
    /// Tracks that have said their last words.
    finished: Vec<bool>,
    /// Frames that the transcribers were given out of the recording: as long as there are more of them, nothing hangs.
    caught_up: Arc<AtomicU32>,
    caught_up_before: u32,
    review_tries: usize,
    review_again: Option<Instant>,
}

impl Ending {
    /// Of a call that had ended before this actor was there, or has not.
    pub(super) fn new(is_finishing: bool, tracks: usize) -> Self {
        Self { since: is_finishing.then(Instant::now), finished: vec![false; tracks], ..Self::default() }
    }

    pub(super) fn caught_up(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.caught_up)
    }

    pub(super) fn wanted_by(&mut self, answer: oneshot::Sender<()>) {
        self.wanted.push(answer);
    }

    /// Last words came; more may follow.
    pub(super) fn goes_on(&mut self) {
        self.since = self.since.map(|_| Instant::now());
    }

    /// Whoever waits for the end goes on: the call has ended, or takes long to be.
    pub(super) fn answer(&mut self) {
        for answer in self.wanted.drain(..) {
            let _ = answer.send(());
        }
    }
}

impl CallActor {
    /// The call is over: no more audio; the transcribers say their last words.
    pub(super) async fn end(&mut self) {
        if self.phase != Phase::Live {
            return;
        }
        if !self.clock.runs() {
            // Ended before it began: there is nothing to wait for.
            if let Err(error) = self.start().await {
                tracing::error!(call = %self.call.id, error = %error.into_problem(), "a call could not be started to be ended");
            }
        }
        // Once the end is stored pages forget what they have kept, and no server takes it from them: then it must outlive this one.
        if tokio::time::timeout(SEALING_BEFORE_THE_END, self.intake.written()).await.is_err() {
            tracing::warn!(call = %self.call.id, "the last frames of a recording are not written yet");
        }
        if !self.seal(SEALING_BEFORE_THE_END, true).await {
            let message = "The storage that the servers share takes nothing right now. The last seconds of this call are recorded on one server only, \
                           until it does.";
            self.notice(NoticeLevel::Warning, message.to_owned());
        }
        self.phase = Phase::Finishing;
        self.ending.since = Some(Instant::now());
        // Stored before it is said: a page that goes to the review finds it being written.
        self.store(WriteOp::End(self.kernel.now()));
        self.finish_tracks().await;
    }

    /// Brings all that is recorded to the shared storage, or leaves it after a while; once, or again and again for that long. Whether it is
    /// there; it is without such a storage.
    pub(super) async fn seal(&self, within: Duration, again: bool) -> bool {
        let Some(sealer) = &self.sealer else { return true };
        let asked = async {
            loop {
                let (answer, sealed) = oneshot::channel();
                if sealer.send(answer).await.is_err() {
                    return false;
                }
                match sealed.await {
                    Ok(false) if again => tokio::time::sleep(SEALED_AGAIN_AFTER).await,
                    sealed => return sealed.unwrap_or(false),
                }
            }
        };
        let is_sealed = tokio::time::timeout(within, asked).await.unwrap_or(false);
        if !is_sealed {
            tracing::warn!(call = %self.call.id, "the end of a recording could not be brought to the shared storage yet");
        }
        is_sealed
    }

    /// Tells the tracks that nothing comes after the frames that are on their way.
    pub(super) async fn finish_tracks(&mut self) {
        if !self.intake.after_frames(|| TrackInput::Finish) {
            self.ending.finished.fill(true);
            self.close_if_done().await;
        }
    }

    pub(super) async fn track_finished(&mut self, track: TrackId) {
        self.ending.finished[track.index()] = true;
        self.close_if_done().await;
    }

    /// Gives up on last words that don't come.
    pub(super) async fn wait_for_last_words(&mut self) {
        let caught_up = self.ending.caught_up.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.ending.caught_up_before, caught_up) != caught_up {
            // Hours of sound, perhaps of silence, take long to be heard.
            self.ending.goes_on();
        }
        let overdue = self.ending.since.is_some_and(|since| since.elapsed() > LAST_WORDS);
        if self.phase == Phase::Finishing && overdue {
            tracing::warn!(call = %self.call.id, "the recognizers did not say their last words in time");
            self.tracks.cancel();
            self.ending.finished.fill(true);
            self.close_if_done().await;
        }
        if self.ending.review_again.is_some_and(|at| at <= Instant::now()) {
            self.write_review();
        }
    }

    /// All is said: what is on its way is stored before the review is written from it.
    async fn close_if_done(&mut self) {
        if self.phase != Phase::Finishing || self.ending.finished.contains(&false) {
            return;
        }
        self.phase = Phase::Storing;
        self.feed(Event::End);
        self.take_last_judged().await;
        self.take_last_passages().await;
        self.store(WriteOp::Length(self.length()));
        if self.persister.send(PersistInput::ReportAllStored).is_err() {
            tracing::error!(call = %self.call.id, "the persister is gone");
            self.phase = Phase::Closed;
        }
    }

    /// How the database takes what is to be stored.
    pub(super) async fn on_write_status(&mut self, status: WriteStatus) {
        match status {
            WriteStatus::Waiting => {
                self.writes_wait = true;
                // Who waits for the call's end can't have it for now.
                self.ending.answer();
                let message = if self.phase == Phase::Live {
                    "The database takes nothing right now. What is heard waits on the server and is stored as soon as it can be."
                } else {
                    "The database takes nothing right now. The end of the call waits on the server and is stored as soon as it can be."
                };
                self.notice(NoticeLevel::Warning, message.to_owned());
            }
            WriteStatus::Many(rows) => {
                let message =
                    format!("The database still takes nothing: {rows} lines and suggestions wait on the server. Tell your administrator.");
                self.notice(NoticeLevel::Error, message);
            }
            WriteStatus::CaughtUp => {
                self.writes_wait = false;
                self.notice(NoticeLevel::Info, "The database is back. Everything is stored.".to_owned());
            }
            WriteStatus::EndStored => self.publish(CallEvent::Finishing),
            WriteStatus::Noted(page, number) => self.connections.reply(page, ServerMessage::Noted { number }),
            WriteStatus::AllStored => self.on_all_stored().await,
            WriteStatus::Durable(false) => {
                let message =
                    "The storage that the servers share takes nothing right now. The recording goes on; this browser keeps it too.";
                self.notice(NoticeLevel::Warning, message.to_owned());
            }
            WriteStatus::Durable(true) => {
                self.notice(NoticeLevel::Info, "The shared storage is back. Nothing of the recording is missing.".to_owned());
            }
            WriteStatus::Missing(until) => {
                let until = until.clock();
                let message = format!(
                    "Some seconds of the recording before {until} could not be fetched from the storage that the servers share. They are \
                     silent until it has them again; everything else goes on."
                );
                self.notice(NoticeLevel::Warning, message);
            }
            WriteStatus::Lost => self.lose("it is another server's, or deleted"),
        }
    }

    /// Nothing of the call is only in memory any more.
    async fn on_all_stored(&mut self) {
        if self.phase != Phase::Storing {
            return;
        }
        self.phase = Phase::Reviewing;
        self.intake.sync().await;
        self.seal(SEALING_AT_THE_END, false).await;
        self.write_review();
    }

    /// Writes the review beside the actor, which goes on answering pages and saying that it is there.
    fn write_review(&mut self) {
        self.ending.review_again = None;
        self.ending.review_tries += 1;
        let (kernel, organization, id, myself) = (self.kernel.clone(), self.call.organization_id, self.call.id, self.myself.clone());
        let hold = self.place.hold.clone();
        tokio::spawn(async move {
            let written = tokio::spawn(async move { finish::write_review(&kernel, organization, id, &hold).await });
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

    pub(super) fn on_reviewed(&mut self, written: Result<(), Problem>) {
        if self.phase != Phase::Reviewing {
            return;
        }
        self.ending.answer();
        let Err(problem) = written else {
            self.publish(CallEvent::Ended);
            self.phase = Phase::Closed;
            return;
        };
        if problem.code == Code::Conflict {
            return self.lose("another one finishes it");
        }
        let tries = self.ending.review_tries;
        tracing::error!(call = %self.call.id, %problem, tries, "the review could not be written");
        if tries >= TRIES {
            // The call stays as it is: recover() takes it up again.
            self.phase = Phase::Closed;
            return;
        }
        if tries == 1 {
            let message = "The call has ended and everything is stored. Its review can't be written yet; it is tried again.";
            self.notice(NoticeLevel::Warning, message.to_owned());
        }
        let pause = AGAIN[(tries - 1).min(AGAIN.len() - 1)];
        self.ending.review_again = Some(Instant::now() + pause);
    }
}
