//! A call's frames on their way to the disk: which one is expected, how many are on their way, and what follows when one is written.
//!
//! What is written goes on from the writing thread: the ack to the page, the sound to the track's task. Only what went wrong comes back to
//! the call's actor.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::wire::Frame;
use model::{Call, Millis, TrackId};
use store::RecordingError;
use tokio::sync::{Semaphore, mpsc};

use super::connections::AckLine;
use super::in_flight::{InFlight, MAX_IN_FLIGHT};
use super::opened_track::OpenedTrack;
use super::transcription::TrackInput;
use super::writer::{SharedLog, Writer, Written};

/// What went wrong at the writer, or goes well again.
#[derive(Debug)]
pub(super) enum StorageEvent {
    /// Frames can't be written any more. They aren't acked: the page keeps them and sends them again.
    Blocked(TrackId, RecordingError),
    /// A frame was not the expected one; the page was told which is.
    OutOfOrder(TrackId),
    /// Frames are written again.
    Recovered,
}

/// What the writing thread tells of a track's frames.
pub(super) struct TrackSink {
    track: TrackId,
    log: SharedLog,
    acks: AckLine,
    task: mpsc::UnboundedSender<TrackInput>,
    /// Unbounded, as `task` is, so that the writing threads never wait for a call; [`MAX_IN_FLIGHT`] bounds both.
    actor: mpsc::UnboundedSender<StorageEvent>,
    /// The log takes nothing; the page holds the frames back.
    is_blocked: AtomicBool,
}

impl TrackSink {
    pub(super) fn log(&self) -> &SharedLog {
        &self.log
    }

    pub(super) fn on_written(&self, frame: Frame, written: Result<Written, RecordingError>, in_flight: InFlight) {
        match written {
            Ok(Written::At { captured_at, next }) => {
                if self.is_blocked.swap(false, Ordering::Relaxed) {
                    let _ = self.actor.send(StorageEvent::Recovered);
                }
                self.acks.ack(self.track, next);
                let _ = self.task.send(TrackInput::Recorded(frame, captured_at, in_flight));
            }
            Ok(Written::OutOfOrder { next }) => {
                // Behind one that could not be written: asked for again when there may be space.
                if !self.is_blocked.load(Ordering::Relaxed) {
                    self.acks.ack(self.track, next);
                }
                let _ = self.actor.send(StorageEvent::OutOfOrder(self.track));
            }
            Err(error) => {
                let is_new = !self.is_blocked.swap(true, Ordering::Relaxed);
                let event = if is_new { StorageEvent::Blocked(self.track, error) } else { StorageEvent::OutOfOrder(self.track) };
                let _ = self.actor.send(event);
            }
        }
    }
}

/// What becomes of a frame that comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// It is on its way to the disk.
    Yes,
    /// It is not the one that is expected; `Some` is to be told to the page, which goes back there.
    No(Option<u32>),
    /// The call has no such track.
    NoSuchTrack,
    /// There is nobody to write it.
    WriterGone,
}

struct TrackIntake {
    sink: Arc<TrackSink>,
    /// The next frame to be handed to the writer.
    expected: u32,
}

/// A call's way to the disk.
pub(super) struct Intake {
    tracks: Vec<TrackIntake>,
    writer: Writer,
    shard: usize,
    places: Arc<Semaphore>,
}

impl Intake {
    /// `tracks` are in order, each with where its recorded sound goes. What goes wrong comes to `actor`.
    pub(super) fn new(
        call: &Call,
        writer: Writer,
        acks: &AckLine,
        tracks: Vec<(OpenedTrack, mpsc::UnboundedSender<TrackInput>)>,
        actor: &mpsc::UnboundedSender<StorageEvent>,
    ) -> Self {
        let take = |(id, (opened, task)): (TrackId, (OpenedTrack, mpsc::UnboundedSender<TrackInput>))| {
            let sink = TrackSink {
                track: id,
                log: opened.log,
                acks: acks.clone(),
                task,
                actor: actor.clone(),
                is_blocked: AtomicBool::new(false),
            };
            TrackIntake { sink: Arc::new(sink), expected: opened.recorded }
        };
        let tracks = TrackId::all(tracks.len()).zip(tracks).map(take).collect();
        Self { tracks, writer, shard: usize::from(call.id.0.as_bytes()[15]), places: Arc::new(Semaphore::new(MAX_IN_FLIGHT)) }
    }

    /// Where a frame's place is to be taken before it is sent here.
    pub(super) fn places(&self) -> Arc<Semaphore> {
        Arc::clone(&self.places)
    }

    fn in_flight(&self) -> usize {
        MAX_IN_FLIGHT - self.places.available_permits()
    }

    /// Number of the frame that is expected next, of each track.
    pub(super) fn expected(&self) -> Vec<u32> {
        self.tracks.iter().map(|track| track.expected).collect()
    }

    /// Begins again where the disk stands: another page sends now.
    pub(super) fn rewind(&mut self) {
        for track in &mut self.tracks {
            track.expected = track.sink.log.with(|log| log.next());
        }
    }

    /// How much of the call is recorded.
    pub(super) fn length(&self) -> Millis {
        self.tracks.iter().map(|track| track.sink.log.with(|log| log.end())).max().unwrap_or_default()
    }

    /// Whether this is the frame to be taken now; if not, what its page is to be told.
    pub(super) fn check(&self, frame: &Frame) -> Accepted {
        let Some(track) = self.tracks.get(frame.track.index()) else { return Accepted::NoSuchTrack };
        if frame.sequence == track.expected {
            return Accepted::Yes;
        }
        // A duplicate or a gap: the next expected number is told again, so that the page rewinds. A duplicate's is not if acks that say the
        // same are still to come.
        let next = track.sink.log.with(|log| log.next());
        Accepted::No((frame.sequence > track.expected || next == track.expected).then_some(next))
    }

    /// Hands a frame to the writer that [`Self::check`] has accepted.
    pub(super) fn write(&mut self, frame: Frame, in_flight: InFlight) -> Accepted {
        let track = &mut self.tracks[frame.track.index()];
        track.expected += 1;
        if self.writer.append(self.shard, Arc::clone(&track.sink), frame, in_flight) { Accepted::Yes } else { Accepted::WriterGone }
    }

    /// A track's frames are not to be written for now. Whether that is new.
    pub(super) fn block(&self, track: TrackId) -> bool {
        !self.tracks[track.index()].sink.is_blocked.swap(true, Ordering::Relaxed)
    }

    /// A frame is not on disk: what the disk has next is expected.
    pub(super) fn expect_again(&mut self, track: TrackId) {
        let track = &mut self.tracks[track.index()];
        track.expected = track.sink.log.with(|log| log.next());
    }

    /// Asks the page again for what could not be written.
    pub(super) fn ask_again(&self) {
        if self.in_flight() > 0 {
            return;
        }
        for track in self.tracks.iter().filter(|track| track.sink.is_blocked.load(Ordering::Relaxed)) {
            track.sink.acks.ack(track.sink.track, track.sink.log.with(|log| log.next()));
        }
    }

    /// Tells every track something, after all frames that were taken before. False if there is nobody to write them.
    pub(super) fn after_frames(&self, input: fn() -> TrackInput) -> bool {
        let tracks: Vec<_> = self.tracks.iter().map(|track| track.sink.task.clone()).collect();
        self.writer.then(self.shard, move || {
            for track in tracks {
                let _ = track.send(input());
            }
        })
    }

    /// Waits until the frames that were taken before are in the recording, or were refused.
    pub(super) async fn written(&self) {
        let (done, written) = tokio::sync::oneshot::channel();
        let told = self.writer.then(self.shard, move || {
            let _ = done.send(());
        });
        if told {
            let _ = written.await;
        }
    }

    /// Brings all that is written to the disk itself.
    pub(super) async fn sync(&self) {
        for track in &self.tracks {
            let log = track.sink.log.clone();
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || log.with(|log| log.sync())).await {
                tracing::error!(%error, "a recording could not be flushed");
            }
        }
    }

    /// Lets every track recognize what is recorded from now on.
    pub(super) fn consent(&self, consent: ports::Consent) {
        for track in &self.tracks {
            let _ = track.sink.task.send(TrackInput::Consent(consent));
        }
    }
}
