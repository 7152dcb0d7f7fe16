//! Who is connected to a live call: the page that sends its sound, and those that watch.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::wire::{CallEvent, Hello, Part, ServerMessage, Snapshot, Welcome};
use model::{Code, Problem, TrackId};
use tokio::sync::mpsc;

use super::replay::ReplayBuffer;

/// A connection's way out. One that is too far behind is let go; it comes back and gets a snapshot.
#[derive(Clone)]
struct Outlet {
    sender: mpsc::Sender<ServerMessage>,
    is_behind: Arc<AtomicBool>,
}

impl Outlet {
    fn send(&self, message: ServerMessage) {
        if self.sender.try_send(message).is_err() {
            self.is_behind.store(true, Ordering::Relaxed);
        }
    }

    fn is_open(&self) -> bool {
        !self.is_behind.load(Ordering::Relaxed) && !self.sender.is_closed()
    }
}

/// Where acks go: to the page that is the call's source now. The writing threads send them without asking the call's actor.
#[derive(Clone)]
pub(super) struct AckLine {
    source: Arc<Mutex<Option<Outlet>>>,
    /// Of each track, the first frame that does not outlive this server.
    durable: Arc<[AtomicU32]>,
}

impl AckLine {
    fn new(tracks: usize) -> Self {
        Self { source: Arc::default(), durable: (0..tracks).map(|_| AtomicU32::new(0)).collect() }
    }

    /// Every frame of the track before `next` is in the recording.
    pub(super) fn ack(&self, track: TrackId, next: u32) {
        if let Some(source) = &*self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            source.send(ServerMessage::Ack { track, next });
        }
    }

    /// Every frame of the track before `next` outlives this server.
    pub(super) fn durable(&self, track: TrackId, next: u32) {
        self.durable[track.index()].store(next, Ordering::Relaxed);
        if let Some(source) = &*self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            source.send(ServerMessage::Durable { track, next });
        }
    }

    /// Of each track, the first frame that does not outlive this server.
    pub(super) fn durable_until(&self) -> Vec<u32> {
        self.durable.iter().map(|next| next.load(Ordering::Relaxed)).collect()
    }

    fn lead_to(&self, source: Option<Outlet>) {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = source;
    }
}

struct Connection {
    id: u64,
    name: String,
    part: Part,
    outlet: Outlet,
}

/// A call's connections, and the events that one which comes back has missed.
pub(super) struct Connections {
    open: Vec<Connection>,
    next_id: u64,
    replay: ReplayBuffer,
    acks: AckLine,
}

impl Connections {
    pub(super) fn new(replay: ReplayBuffer, tracks: usize) -> Self {
        Self { open: Vec::new(), next_id: 1, replay, acks: AckLine::new(tracks) }
    }

    pub(super) fn acks(&self) -> &AckLine {
        &self.acks
    }

    /// Makes room for a new source: one at a time. A page that went away without a word still holds its place until its socket is found
    /// dead; the same page may come back at once, another one only by taking over.
    ///
    /// # Errors
    /// Another page is the source.
    pub(super) fn make_room(&mut self, hello: &Hello) -> Result<(), Problem> {
        let held = self.open.iter().position(|page| page.part == Part::Source && page.outlet.is_open());
        if let Some(index) = held {
            if self.open[index].name != hello.page && !hello.take_over {
                return Err(Problem::new(
                    Code::CallOpenElsewhere,
                    "This call is open in another tab or window. Go on there, or take it over here.",
                ));
            }
            let gone = self.open.remove(index);
            gone.outlet.send(ServerMessage::Refused(Problem::new(
                Code::CallOpenElsewhere,
                "This call goes on in another tab or window. You can take it back here.",
            )));
        }
        self.open.retain(|page| page.part != Part::Source);
        self.acks.lead_to(None);
        Ok(())
    }

    /// Whether a page that has seen the events up to this one has missed more than is kept: it needs a snapshot.
    pub(super) fn misses_too_much(&self, last_event: u64) -> bool {
        self.replay.since(last_event).is_none()
    }

    /// Lets a page in: it is welcomed, and gets a snapshot, or the events that it has missed.
    pub(super) fn admit(&mut self, hello: Hello, sender: mpsc::Sender<ServerMessage>, welcome: Welcome, snapshot: Option<Snapshot>) -> u64 {
        let outlet = Outlet { sender, is_behind: Arc::default() };
        outlet.send(ServerMessage::Welcome(welcome));
        match snapshot {
            Some(snapshot) => outlet.send(ServerMessage::Snapshot(Box::new(snapshot))),
            None => self.replay.since(hello.last_event).into_iter().flatten().for_each(|event| outlet.send(event)),
        }
        if hello.part == Part::Source {
            self.acks.lead_to(Some(outlet.clone()));
        }
        let id = self.next_id;
        self.next_id += 1;
        self.open.push(Connection { id, name: hello.page, part: hello.part, outlet });
        id
    }

    /// A page goes, and nothing keeps its way out open any more: its socket ends.
    pub(super) fn remove(&mut self, id: u64) {
        self.keep(|page| page.id != id);
    }

    /// Lets others go. Nothing leads to them any more, so their sockets end: one that is behind comes back.
    fn keep(&mut self, kept: impl Fn(&Connection) -> bool) {
        if self.open.iter().any(|page| page.part == Part::Source && !kept(page)) {
            self.acks.lead_to(None);
        }
        self.open.retain(kept);
    }

    /// Forgets those that are gone. Whether anybody is left.
    pub(super) fn forget_closed(&mut self) -> bool {
        self.keep(|page| page.outlet.is_open());
        !self.open.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// What a page does in the call; none if it is not connected any more.
    pub(super) fn part_of(&self, id: u64) -> Option<Part> {
        self.open.iter().find(|page| page.id == id).map(|page| page.part)
    }

    /// Number of the newest event.
    pub(super) fn last_event(&self) -> u64 {
        self.replay.last()
    }

    /// Numbers an event, and sends it to every page.
    pub(super) fn publish(&mut self, event: CallEvent) {
        let message = self.replay.push(event);
        self.broadcast(&message);
    }

    pub(super) fn broadcast(&mut self, message: &ServerMessage) {
        self.keep(|page| page.outlet.is_open());
        for page in &self.open {
            page.outlet.send(message.clone());
        }
    }

    /// Has one page come back: it says again what it keeps.
    pub(super) fn turn_away(&mut self, id: u64) {
        self.reply(id, ServerMessage::Restarting);
        self.remove(id);
    }

    /// Answers one page.
    pub(super) fn reply(&self, id: u64, message: ServerMessage) {
        if let Some(page) = self.open.iter().find(|page| page.id == id) {
            page.outlet.send(message);
        }
    }
}
