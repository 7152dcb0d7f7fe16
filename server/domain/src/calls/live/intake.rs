//! A call's frames on their way to the disk: which one is expected, how many are on their way, and what follows when one is written.
//!
//! What is written goes on from the writing thread: the ack to the page, the sound to the track's task. Only what went wrong comes back to
//! the call's actor.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kernel::{DomainError, Kernel, Result};
use model::wire::Frame;
use model::{Call, Code, Millis, Segment, TrackId};
use store::{RecordingError, RecordingLog, RecordingPart, RecordingReader};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

use super::connections::AckLine;
use super::ownership::Folder;
use super::sealing;
use super::transcription::TrackInput;
use super::writer::{SharedLog, Writer, Written};
use crate::calls::{fetch, recording};

/// Frames between a page's socket and the tracks; while there are more, sockets aren't read, so that pages hold their frames back.
const MAX_IN_FLIGHT: usize = 512;

/// While more of a call's frames are on their way its page may be sending what it has kept, or this server is far behind.
const FEW: usize = 16;
/// A page that sends more than this in a second sends what it has kept: two channels have twenty, and a network holds some up.
const SPOKEN: u32 = 50;

/// Whether a page's frames come at the pace of speech. What it sends faster is late for its own reasons, and says nothing of this server.
#[derive(Debug, Default)]
pub(super) struct Pace {
    since: Option<Instant>,
    frames: u32,
    was_faster: bool,
}

impl Pace {
    /// A frame comes now: whether those of this second and of the one before came as they were spoken.
    fn is_spoken(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            *self = Self { since: Some(now), frames: 0, was_faster: self.frames > SPOKEN };
        }
        self.frames += 1;
        !self.was_faster && self.frames <= SPOKEN
    }
}

/// The place of a frame that is on its way; free when this is dropped.
#[derive(Debug)]
pub(in crate::calls) struct InFlight {
    _place: OwnedSemaphorePermit,
    received: Instant,
    is_spoken: bool,
}

impl InFlight {
    /// Waits for a place.
    pub(super) async fn take(places: &Arc<Semaphore>, pace: &mut Pace) -> Option<Self> {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        let received = Instant::now();
        let is_spoken = pace.is_spoken(received) || places.available_permits() + FEW >= MAX_IN_FLIGHT;
        Some(Self { _place: place, received, is_spoken })
    }

    /// How long its frame has been on its way; none if that says nothing of this server.
    pub(super) fn took(&self) -> Option<Duration> {
        self.is_spoken.then(|| self.received.elapsed())
    }
}

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

/// A track's recording as it is when the call's actor opens.
pub(super) struct OpenedTrack {
    log: SharedLog,
    /// Number of the frame after the last recorded one.
    pub(super) recorded: u32,
    /// The first frame whose words are not known; the first of all if that is not known yet.
    pub(super) unheard: u32,
    /// Until then words are stored.
    pub(super) heard_until: Millis,
}

impl OpenedTrack {
    pub(super) fn log(&self) -> &SharedLog {
        &self.log
    }

    /// Opens a track's recording. `segments` are the call's words so far. If its end is in another server's folder, it goes on behind what
    /// is sealed in `parts`, which is fetched beside the call.
    ///
    /// # Errors
    /// The recording can't be written.
    pub(super) async fn open(
        kernel: &Kernel,
        call: &Call,
        track: TrackId,
        segments: &[Segment],
        folder: Folder,
        parts: &[RecordingPart],
    ) -> Result<Self> {
        let path = recording::path(kernel, call, track);
        let keep = call.keep_audio;
        if folder == Folder::Own {
            fetch::fill_before(kernel, call, track).await?;
        }
        let sealed = sealing::sealed(parts, track);
        let heard_until = segments.iter().filter(|segment| segment.track == track).map(|segment| segment.end_ms).max();
        let heard_until = heard_until.unwrap_or_default();
        let open = move || {
            if folder == Folder::Own {
                let log = open_log(&path, keep)?;
                // Shorter than what is sealed: it was put aside for another server's, which this one had taken over and not gone on with.
                if log.next() >= sealed.next {
                    return Ok((log, first_unheard(&path, heard_until)));
                }
            }
            fetch::open_behind(&path, keep, sealed).map(|log| (log, Some(0)))
        };
        let opened = tokio::task::spawn_blocking(open).await.map_err(|error| DomainError::Internal(error.to_string()))?;
        let (log, unheard) = opened.map_err(|error| {
            tracing::error!(call = %call.id, %error, "a recording can't be opened");
            let why =
                if matches!(error, RecordingError::Full(_)) { "The server's disk is full." } else { "The server can't write recordings." };
            DomainError::new(Code::StorageFull, format!("{why} The call can't start; tell your administrator."))
        })?;
        let recorded = log.next();
        Ok(Self { log: SharedLog::new(log), recorded, unheard: unheard.filter(|_| keep).unwrap_or(recorded), heard_until })
    }
}

/// The actor that had the log before may be just closing.
fn open_log(path: &Path, keep_audio: bool) -> Result<RecordingLog, RecordingError> {
    for _ in 0..30 {
        match RecordingLog::open(path, keep_audio) {
            Err(RecordingError::InUse) => std::thread::sleep(Duration::from_millis(100)),
            opened => return opened,
        }
    }
    RecordingLog::open(path, keep_audio)
}

/// The first frame after the last words that were heard. Nothing in a call that begins.
fn first_unheard(path: &Path, heard_until: Millis) -> Option<u32> {
    RecordingReader::open(path).ok().map(|reader| reader.first_after(heard_until))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many frames a second, for five seconds, count as spoken.
    fn spoken(pace: &mut Pace, from: Instant, a_second: u32) -> usize {
        let times = (0..a_second * 5).map(|frame| from + Duration::from_secs(5) * frame / (a_second * 5));
        times.filter(|at| pace.is_spoken(*at)).count()
    }

    #[tokio::test]
    async fn what_is_sent_faster_than_speech_says_nothing_of_the_server() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(spoken(&mut pace, now, 20), 100, "however many of them still wait here");
        assert_eq!(spoken(&mut pace, now + Duration::from_secs(5), 1_000), 50, "the first ones of a replay");
        assert_eq!(spoken(&mut pace, now + Duration::from_secs(11), 20), 80, "a second later it is known that it is over");
    }
}
