//! Threads that append frames to recordings, so that a slow disk delays acks and nothing else.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use model::Millis;
use model::wire::Frame;
use store::{Appended, RecordingError, RecordingLog};

use super::in_flight::InFlight;
use super::intake::TrackSink;
use super::pressure::Pressure;

/// Writing threads. Two keep one slow file system call from stopping every call.
const THREADS: usize = 2;
/// A log is flushed to the disk itself this often.
const SYNC_EVERY: Duration = Duration::from_secs(2);
/// Frames that are written before the first of them is told of, if so many wait.
const BATCH: usize = 32;

/// A log that one call appends to, through the writing threads.
#[derive(Clone)]
pub(super) struct SharedLog(Arc<Mutex<Entry>>);

struct Entry {
    log: RecordingLog,
    synced: Instant,
    /// It waits to be flushed, or is being flushed.
    is_flushing: bool,
}

impl SharedLog {
    pub(super) fn new(log: RecordingLog) -> Self {
        #[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
        Self(Arc::new(Mutex::new(Entry { log, synced: Instant::now(), is_flushing: false })))
    }

    /// Looks at the log.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut RecordingLog) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).log)
    }

    fn append(&self, frame: &Frame) -> Result<Written, RecordingError> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let appended = entry.log.append(frame)?;
        let next = entry.log.next();
        Ok(match appended {
            Appended::Written => Written::At { captured_at: entry.log.last_start(), next },
            Appended::Duplicate | Appended::Gap { .. } => Written::OutOfOrder { next },
        })
    }

    /// Whether it is time to flush it to the disk: it waits for that from now on, once, however slow the disk is.
    fn is_due(&self) -> bool {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = !entry.is_flushing && entry.synced.elapsed() >= SYNC_EVERY;
        entry.is_flushing |= is_due;
        is_due
    }

    /// Brings it to the disk itself, without keeping anybody from appending meanwhile.
    #[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
    fn flush(&self) {
        let file = self.with(|log| log.file());
        let flushed = file.and_then(|file| file.map_or(Ok(()), |file| file.sync_data().map_err(RecordingError::from)));
        if let Err(error) = flushed {
            tracing::error!(%error, "a recording could not be flushed to the disk");
        }
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (entry.synced, entry.is_flushing) = (Instant::now(), false);
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is in the log, at this call time; frame `next` comes next.
    At { captured_at: Millis, next: u32 },
    /// It is not the one that the log expects, which is `next`.
    OutOfOrder { next: u32 },
}

/// For a writing thread, in order.
enum Work {
    /// Append this, and tell the sink.
    Frame(Arc<TrackSink>, Frame, InFlight, Instant),
    /// Everything before it is appended: do this.
    Then(Box<dyn FnOnce() + Send>),
}

/// The writing threads. They end when the last handle is gone.
#[derive(Clone)]
pub(super) struct Writer(Arc<[mpsc::Sender<Work>]>);

impl Writer {
    /// Starts them; `pressure` is told how long frames take.
    pub(super) fn start(pressure: &Arc<Pressure>) -> Self {
        let (flush, logs) = mpsc::channel();
        start_thread("recording-flush".to_owned(), move || flush_all(&logs));
        let senders = (0..THREADS).map(|index| {
            let (sender, work) = mpsc::channel::<Work>();
            let (flush, pressure) = (flush.clone(), Arc::clone(pressure));
            start_thread(format!("recording-{index}"), move || write_all(&work, &flush, &pressure));
            sender
        });
        Self(senders.collect())
    }

    /// Appends a frame, and tells the sink from the writing thread; in order for one `shard`. False if the threads are gone.
    #[allow(clippy::disallowed_methods, reason = "how long a write takes, not call time")]
    pub(super) fn append(&self, shard: usize, sink: Arc<TrackSink>, frame: Frame, in_flight: InFlight) -> bool {
        self.send(shard, Work::Frame(sink, frame, in_flight, Instant::now()))
    }

    /// Does something, on the writing thread, when all that was given to the shard before is appended. False if the threads are gone.
    pub(super) fn then(&self, shard: usize, act: impl FnOnce() + Send + 'static) -> bool {
        self.send(shard, Work::Then(Box::new(act)))
    }

    fn send(&self, shard: usize, work: Work) -> bool {
        self.0[shard % self.0.len()].send(work).is_ok()
    }
}

fn start_thread(name: String, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name).spawn(work) {
        tracing::error!(%error, "a recording thread did not start");
    }
}

fn write_all(work: &mpsc::Receiver<Work>, flush: &mpsc::Sender<SharedLog>, pressure: &Pressure) {
    let (mut batch, mut told) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut seconds_taken = None;
    while let Ok(first) = work.recv() {
        batch.push(first);
        batch.extend(work.try_iter().take(BATCH - 1));
        // All are written before any of them is told: both sides of a call wake their page once.
        for work in batch.drain(..) {
            match work {
                Work::Frame(sink, frame, in_flight, taken) => {
                    let written = sink.log().append(&frame);
                    let seconds_taken = seconds_taken.get_or_insert_with(|| metrics::histogram!("closezly_frame_write_seconds"));
                    seconds_taken.record(taken.elapsed().as_secs_f64());
                    if let Some(took) = in_flight.took() {
                        pressure.count(took, seconds());
                    }
                    told.push((sink, frame, written, in_flight));
                }
                Work::Then(act) => {
                    tell(&mut told, flush);
                    act();
                }
            }
        }
        tell(&mut told, flush);
    }
}

/// A frame that was, or could not be, written.
type WrittenFrame = (Arc<TrackSink>, Frame, Result<Written, RecordingError>, InFlight);

fn tell(told: &mut Vec<WrittenFrame>, flush: &mpsc::Sender<SharedLog>) {
    for (sink, frame, written, in_flight) in told.drain(..) {
        if sink.log().is_due() {
            let _ = flush.send(sink.log().clone());
        }
        sink.on_written(frame, written, in_flight);
    }
}

/// Seconds of a steady clock.
#[allow(clippy::disallowed_methods, reason = "how long frames take, not call time")]
pub(super) fn seconds() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    // Never the first window: none of it was overloaded.
    START.get_or_init(Instant::now).elapsed().as_secs() + 10
}

/// Brings logs to the disk itself, one after the other, beside the writing: a flush takes up to tens of milliseconds. It rests as long as it
/// worked: with very many calls the disk is left to those that write, and to the database, half of the time.
///
/// Not the whole file system at once (`syncfs`), though a thousand files are on the disk in a fifth of the time: whoever appends meanwhile waits
/// for all of it, and of the frames of 1,000 calls 98 % were late instead of a few.
#[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
fn flush_all(logs: &mpsc::Receiver<SharedLog>) {
    while let Ok(log) = logs.recv() {
        let begun = Instant::now();
        log.flush();
        thread::sleep(begun.elapsed());
    }
}
