//! The files that are being sent, two at a time. The queue belongs to the browser's page: it goes on while the person is
//! elsewhere in the area.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{CollectionId, DocumentId, Given, Problem, Upload, UploadId};

use super::files::{self, LocalFile};
use super::send::send;
use crate::pages::knowledge::api;

/// How many files are sent at once.
const AT_ONCE: usize = 2;

/// What becomes of the files that are given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// The collection that they go to; none for the first one.
    pub collection: Option<CollectionId>,
    /// The document whose next version they are.
    pub replaces: Option<DocumentId>,
    /// Words for them.
    pub tags: Vec<String>,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub enum Sending {
    /// Others come first.
    Waiting,
    /// So many bytes have arrived.
    Running { received: u64 },
    /// So many bytes have arrived; it goes on by itself.
    Paused { received: u64, why: String },
    /// All has arrived.
    Finishing,
    /// It is a document; none if the answer was lost on its way.
    Done(Option<Given>),
    /// It was not taken; the sentence says why.
    Failed(String),
}

impl Sending {
    const fn is_active(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Paused { .. } | Self::Finishing)
    }

    /// Whether nothing more comes of it by itself.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }

    /// What a person wants to see first.
    const fn rank(&self) -> u8 {
        match self {
            Self::Failed(_) => 0,
            Self::Running { .. } | Self::Paused { .. } | Self::Finishing => 1,
            Self::Waiting => 2,
            Self::Done(_) => 3,
        }
    }
}

/// A file of the queue.
#[derive(Clone)]
pub struct Row {
    /// Tells rows apart.
    pub number: u32,
    /// The file's name.
    pub name: String,
    /// The folder that it was given with.
    pub folder: String,
    /// Its length.
    pub bytes: u64,
    /// What becomes of it.
    pub order: Order,
    /// How far it is.
    pub state: ArcRwSignal<Sending>,
    /// What the server calls it, once it was begun.
    pub upload: ArcRwSignal<Option<UploadId>>,
    stop: ArcStoredValue<Option<AbortHandle>>,
    /// Whether it was taken out of the queue.
    gone: Arc<AtomicBool>,
}

impl Row {
    /// Whether it was taken out of the queue.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Whether there is more to tell of it than that it went well.
    pub fn is_worth_a_line(&self) -> bool {
        self.state.with_untracked(|state| !matches!(state, Sending::Done(None | Some(Given { duplicate: false, .. }))))
    }
}

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    rows: ArcRwSignal<Vec<Row>>,
    /// Grows when a row changes its state, but not with each piece.
    moved: ArcRwSignal<u32>,
    /// Grows when a file has become a document.
    pub arrived: ArcRwSignal<u32>,
    /// What was thrown away here: a list that the server wrote before it knew shows nothing of it.
    thrown: ArcRwSignal<Vec<UploadId>>,
    next: Arc<AtomicU32>,
}

impl Queue {
    fn new() -> Self {
        Self {
            rows: ArcRwSignal::new(Vec::new()),
            moved: ArcRwSignal::new(0),
            arrived: ArcRwSignal::new(0),
            thrown: ArcRwSignal::new(Vec::new()),
            next: Arc::new(AtomicU32::new(1)),
        }
    }

    /// The one queue of this browser's page; on the server an empty one.
    pub fn of_this_browser() -> Self {
        #[cfg(feature = "hydrate")]
        {
            thread_local! {
                static QUEUE: Queue = Queue::new();
            }
            QUEUE.with(Self::clone)
        }
        #[cfg(not(feature = "hydrate"))]
        Self::new()
    }

    /// Adds files. One that is in the queue already is not added again; one that was begun before goes on where it stopped.
    pub fn add(&self, given: Vec<LocalFile>, order: &Order, unfinished: &[Upload]) {
        for file in given {
            let (name, folder, bytes) = (file.name(), file.folder().to_owned(), file.bytes());
            let queued = |row: &Row| {
                row.name == name
                    && row.folder == folder
                    && row.bytes == bytes
                    && row.order == *order
                    && !row.state.with_untracked(Sending::is_settled)
            };
            if self.rows.with_untracked(|rows| rows.iter().any(queued)) {
                continue;
            }
            let stamp = file.stamp();
            let begun = unfinished.iter().find(|upload| {
                upload.file_name == name
                    && upload.folder == folder
                    && upload.bytes.unsigned_abs() == bytes
                    && upload.replaces == order.replaces
                    && order.collection.is_none_or(|collection| collection == upload.collection_id)
                    && !self.rows.with_untracked(|rows| rows.iter().any(|row| row.upload.get_untracked() == Some(upload.id)))
                    && files::remembered(upload.id).as_ref() == Some(&stamp)
            });
            let row = Row {
                number: self.next.fetch_add(1, Ordering::Relaxed),
                name,
                folder,
                bytes,
                order: order.clone(),
                state: ArcRwSignal::new(Sending::Waiting),
                upload: ArcRwSignal::new(begun.map(|upload| upload.id)),
                stop: ArcStoredValue::new(None),
                gone: Arc::new(AtomicBool::new(false)),
            };
            files::keep(row.number, file);
            self.rows.update(|rows| rows.push(row));
        }
        self.go_on();
    }

    /// Whether an upload is the queue's own matter: it is being sent, or was thrown away.
    pub fn has(&self, upload: UploadId) -> bool {
        self.thrown.with(|thrown| thrown.contains(&upload))
            || self.rows.with(|rows| rows.iter().any(|row| row.upload.get() == Some(upload)))
    }

    /// The rows of new documents, or of a document's next version, those first that a person wants to see first.
    pub fn shown(&self, replaces: Option<DocumentId>) -> Vec<Row> {
        self.moved.track();
        let mut rows: Vec<Row> = self.rows.with(|rows| rows.iter().filter(|row| row.order.replaces == replaces).cloned().collect());
        rows.sort_by_key(|row| row.state.with_untracked(Sending::rank));
        rows
    }

    /// Sends a file again that failed, from where it stopped.
    pub fn retry(&self, number: u32) {
        if let Some(row) = self.row(number) {
            row.state.set(Sending::Waiting);
            self.go_on();
        }
    }

    /// Takes a file out of the queue and throws away what has arrived of it.
    pub fn cancel(&self, number: u32) {
        let Some(row) = self.row(number) else { return };
        row.gone.store(true, Ordering::Relaxed);
        // A file that is just being begun goes on until the server has said what it calls it: else nobody could throw it away.
        if let Some(stop) = row.stop.try_get_value().flatten().filter(|_| row.upload.with_untracked(Option::is_some)) {
            stop.abort();
        }
        self.rows.update(|rows| rows.retain(|row| row.number != number));
        files::forget(number);
        if let Some(upload) = row.upload.get_untracked()
            && !matches!(row.state.get_untracked(), Sending::Done(_))
        {
            self.throw_away(upload);
        }
        self.go_on();
    }

    /// Throws away what has arrived of an upload. Where that fails, it is shown again as not finished, and goes by itself after
    /// some days.
    fn throw_away(&self, upload: UploadId) {
        files::remember(upload, None);
        self.thrown.update(|thrown| thrown.push(upload));
        let thrown = self.thrown.clone();
        spawn_local(async move {
            if api::cancel_upload(upload).await.is_err() {
                thrown.update(|thrown| thrown.retain(|thrown| *thrown != upload));
            }
        });
    }

    /// Takes the rows away that are done.
    pub fn clear(&self, replaces: Option<DocumentId>) {
        self.rows.update(|rows| {
            rows.retain(|row| row.order.replaces != replaces || !matches!(row.state.get_untracked(), Sending::Done(_)));
        });
    }

    fn row(&self, number: u32) -> Option<Row> {
        self.rows.with_untracked(|rows| rows.iter().find(|row| row.number == number).cloned())
    }

    /// Begins with as many files as may run.
    fn go_on(&self) {
        let rows = self.rows.get_untracked();
        let active = rows.iter().filter(|row| row.state.with_untracked(Sending::is_active)).count();
        let waiting = rows.into_iter().filter(|row| row.state.with_untracked(|state| *state == Sending::Waiting));
        for row in waiting.take(AT_ONCE.saturating_sub(active)) {
            row.state.set(Sending::Running { received: 0 });
            let (task, stop) = abortable(run(self.clone(), row.clone()));
            row.stop.set_value(Some(stop));
            spawn_local(async move {
                // That it was stopped was told to whoever stopped it.
                let _ = task.await;
            });
        }
        self.moved.update(|moved| *moved = moved.wrapping_add(1));
    }
}

async fn run(queue: Queue, row: Row) {
    let sent = match files::kept(row.number) {
        Some(file) => send(&row, &file).await,
        None => Err(Problem::internal()),
    };
    match sent {
        Ok(given) => {
            files::forget(row.number);
            row.state.set(Sending::Done(given));
            queue.arrived.update(|arrived| *arrived = arrived.wrapping_add(1));
        }
        Err(problem) => {
            row.state.set(Sending::Failed(problem.message));
            // Taken out while the server was being told of it.
            if let Some(upload) = row.upload.get_untracked().filter(|_| row.is_gone()) {
                queue.throw_away(upload);
            }
        }
    }
    queue.go_on();
}
