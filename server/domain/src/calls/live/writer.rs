//! Threads that append frames to recordings, so that a slow disk delays acks and nothing else.

use std::fs::File;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use model::Millis;
use model::wire::Frame;
use store::{Appended, RecordingError, RecordingLog};

/// Writing threads. Two keep one slow file system call from stopping every call.
const THREADS: usize = 2;
/// A log is flushed to the disk itself this often.
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
    fn append(&self, frame: &Frame) -> Result<Written, RecordingError> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let appended = entry.log.append(frame)?;
        // Of this frame: by the time the host hears of it, others may have been written behind it.
        let next = entry.log.next();
        Ok(match appended {
            Appended::Written => Written::At { captured_at: entry.log.end() - frame.duration(), next },
            Appended::Duplicate | Appended::Gap { .. } => Written::NotTheNext,
        })
    }
}

impl SharedLog {
    /// The file, if it is time to flush it to the disk.
    fn due(&self) -> Option<File> {
        let mut entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entry.synced.elapsed() < SYNC_EVERY {
            return None;
        }
        #[allow(clippy::disallowed_methods, reason = "spacing of disk flushes, not call time")]
        let now = Instant::now();
        entry.synced = now;
        entry.log.file().ok().flatten()
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is in the log, at this call time; this one comes next.
    At { captured_at: Millis, next: u32 },
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
        let (flush, files) = mpsc::channel();
        start_thread("recording-flush".to_owned(), move || flush_all(&files));
        let senders = (0..THREADS).map(|index| {
            let (sender, work) = mpsc::channel::<Work>();
            let flush = flush.clone();
            start_thread(format!("recording-{index}"), move || write_all(&work, &flush));
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

fn start_thread(name: String, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name).spawn(work) {
        tracing::error!(%error, "a recording thread did not start");
    }
}

fn write_all(work: &mpsc::Receiver<Work>, flush: &mpsc::Sender<File>) {
    while let Ok(Work { log, frame, done }) = work.recv() {
        let result = log.append(&frame);
        done(frame, result);
        if let Some(file) = log.due() {
            let _ = flush.send(file);
        }
    }
}

/// Brings files to the disk itself, one after the other, beside the writing: a flush takes tens of milliseconds.
fn flush_all(files: &mpsc::Receiver<File>) {
    while let Ok(file) = files.recv() {
        if let Err(error) = file.sync_data() {
            tracing::error!(%error, "a recording could not be flushed to the disk");
        }
    }
}
