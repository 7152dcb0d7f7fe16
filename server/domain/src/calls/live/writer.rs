//! Threads that append frames to recordings, so that a slow disk delays acks and nothing else.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use model::Millis;
use model::wire::Frame;
use store::{Appended, RecordingError, RecordingLog};

/// Writing threads. Two keep one slow file system call from stopping every call.
const THREADS: usize = 2;
/// A log is flushed to the disk itself this often, when nothing waits.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// A log that one host appends to, through the writing threads.
#[derive(Clone)]
pub(super) struct SharedLog(Arc<Mutex<Entry>>);

struct Entry {
    log: RecordingLog,
    synced: Instant,
}

impl SharedLog {
    pub(super) fn new(log: RecordingLog) -> Self {
        #[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
        Self(Arc::new(Mutex::new(Entry { log, synced: Instant::now() })))
    }

    /// Looks at the log.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut RecordingLog) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).log)
    }

    #[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
    fn append(&self, frame: &Frame, idle: bool) -> Result<Written, RecordingError> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match entry.log.append(frame)? {
            Appended::Written => Written::At(entry.log.end() - frame.duration()),
            Appended::Duplicate | Appended::Gap { .. } => Written::NotTheNext,
        };
        if idle && entry.synced.elapsed() >= SYNC_EVERY {
            entry.log.sync()?;
            entry.synced = Instant::now();
        }
        Ok(written)
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is in the log, at this call time.
    At(Millis),
    /// It is not the one that the log expects next.
    NotTheNext,
}

type Done = Box<dyn FnOnce(Frame, Result<Written, RecordingError>) + Send>;

struct Work {
    log: SharedLog,
    frame: Frame,
    done: Done,
}

/// The writing threads. They end when the last handle is gone.
#[derive(Clone)]
pub(super) struct Writer(Arc<[mpsc::Sender<Work>]>);

impl Writer {
    pub(super) fn start() -> Self {
        let senders = (0..THREADS).map(|index| {
            let (sender, work) = mpsc::channel::<Work>();
            let spawned = thread::Builder::new().name(format!("recording-{index}")).spawn(move || write_all(&work));
            if let Err(error) = spawned {
                tracing::error!(%error, "a recording thread did not start");
            }
            sender
        });
        Self(senders.collect())
    }

    /// Appends a frame; `done` is called from the writing thread, in order for one `lane`. False if the threads are gone.
    pub(super) fn append(
        &self,
        lane: usize,
        log: SharedLog,
        frame: Frame,
        done: impl FnOnce(Frame, Result<Written, RecordingError>) + Send + 'static,
    ) -> bool {
        self.0[lane % self.0.len()].send(Work { log, frame, done: Box::new(done) }).is_ok()
    }
}

fn write_all(work: &mpsc::Receiver<Work>) {
    let mut next = None;
    loop {
        let Some(Work { log, frame, done }) = next.take().or_else(|| work.recv().ok()) else { return };
        next = work.try_recv().ok();
        let result = log.append(&frame, next.is_none());
        done(frame, result);
    }
}
