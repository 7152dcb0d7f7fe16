//! Frames that the server has not taken yet, kept over a reload: IndexedDB, or memory where there is none.
//!
//! Database `closezly`, store `frames`, key `[call, track, sequence]`, value `{ at, pcm }`. Several tabs may use it at once: each
//! call has one source at a time, and its keys are its own.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use model::wire::Frame;
use model::{CallId, TrackId};
use thiserror::Error;

mod database;
mod memory;

use database::Database;
use memory::Memory;

/// The store does less than it should. `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpoolTrouble {
    /// There is no IndexedDB (a private window, a setting), or it failed.
    #[error("This browser window can't keep audio over a reload. Leave the page open until everything is sent.")]
    Unavailable,
    /// The browser's storage is full.
    #[error("The browser's storage is full. Audio that isn't sent yet is kept in memory: leave the page open until everything is sent.")]
    Full,
    /// Memory has reached its limit, too: from here on, frames that can't be sent are lost.
    #[error("No more audio can be kept on this computer while the server is out of reach. What is said from now on may be missing.")]
    MemoryFull,
}

/// The store. Its methods never fail outright: what IndexedDB can't do, memory does, and the trouble is told once.
pub struct Spool {
    database: RefCell<Option<Database>>,
    memory: RefCell<Memory>,
    told: Cell<bool>,
    told_memory: Cell<bool>,
    trouble: Box<dyn Fn(SpoolTrouble)>,
}

impl Spool {
    /// Opens the store; `trouble` is called when it does less than it should.
    pub async fn open(trouble: impl Fn(SpoolTrouble) + 'static) -> Self {
        let database = Database::open().await;
        let spool = Self {
            database: RefCell::new(database.ok()),
            memory: RefCell::default(),
            told: Cell::new(false),
            told_memory: Cell::new(false),
            trouble: Box::new(trouble),
        };
        if spool.database.borrow().is_none() {
            spool.tell(SpoolTrouble::Unavailable);
        }
        spool
    }

    /// Whether frames outlive a reload.
    pub fn is_durable(&self) -> bool {
        self.database.borrow().is_some() && !self.told.get()
    }

    /// Keeps a frame. It is there for [`Spool::load`] from this call on; when the future ends it outlives a reload, too.
    pub fn put(&self, call: CallId, frame: &Frame) -> impl Future<Output = ()> + '_ {
        let kept = self.memory.borrow_mut().put(call, frame);
        let asked = self.database.borrow().as_ref().map(|database| database.put(call, frame));
        let (track, sequence) = (frame.track, frame.sequence);
        async move {
            match asked {
                Some(asked) => match asked.await {
                    Ok(()) => return self.memory.borrow_mut().remove(call, track, sequence),
                    Err(error) => self.failed(&error),
                },
                None => self.tell(SpoolTrouble::Unavailable),
            }
            if !kept && !self.told_memory.replace(true) {
                (self.trouble)(SpoolTrouble::MemoryFull);
            }
        }
    }

    /// Forgets a track's frames below `next`.
    pub async fn ack(&self, call: CallId, track: TrackId, next: u32) {
        self.memory.borrow_mut().forget(call, track, next);
        let database = self.database.borrow().clone();
        if let Some(database) = database
            && let Err(error) = database.forget(call, track, next).await
        {
            self.failed(&error);
        }
    }

    /// A track's frames with these numbers, in order; fewer where there are fewer.
    pub async fn load(&self, call: CallId, track: TrackId, range: Range<u32>) -> Vec<Frame> {
        let mut frames = Vec::new();
        let database = self.database.borrow().clone();
        if let Some(database) = database {
            match database.load(call, track, range.clone()).await {
                Ok(found) => frames = found,
                Err(error) => self.failed(&error),
            }
        }
        frames.extend(self.memory.borrow().load(call, track, range));
        frames.sort_by_key(|frame| frame.sequence);
        frames.dedup_by_key(|frame| frame.sequence);
        frames
    }

    /// A track's frames from `from` on, in order.
    pub async fn pending(&self, call: CallId, track: TrackId, from: u32) -> Vec<Frame> {
        self.load(call, track, from..u32::MAX).await
    }

    /// Numbers of a track's first and last frame, for [`crate::link::Outbox::new`].
    pub async fn ends(&self, call: CallId, track: TrackId) -> Option<(u32, u32)> {
        let mut ends = self.memory.borrow().ends(call, track);
        let database = self.database.borrow().clone();
        if let Some(database) = database {
            match database.ends(call, track).await {
                Ok(found) => ends = widest(ends, found),
                Err(error) => self.failed(&error),
            }
        }
        ends
    }

    /// Forgets a call.
    pub async fn clear(&self, call: CallId) {
        for track in TrackId::CAPTURED {
            self.ack(call, track, u32::MAX).await;
        }
    }

    /// A full store still gives and forgets; any other failure means that it is gone.
    fn failed(&self, error: &database::Failure) {
        if *error == database::Failure::Full {
            self.tell(SpoolTrouble::Full);
        } else {
            *self.database.borrow_mut() = None;
            self.tell(SpoolTrouble::Unavailable);
        }
    }

    fn tell(&self, trouble: SpoolTrouble) {
        if !self.told.replace(true) {
            (self.trouble)(trouble);
        }
    }
}

fn widest(a: Option<(u32, u32)>, b: Option<(u32, u32)>) -> Option<(u32, u32)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}
