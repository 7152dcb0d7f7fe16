//! The page's end of the transport, without a socket: what to send next, what is on disk at the server, what waits.
//!
//! The page owns the socket, the [`crate::spool::Spool`] and one [`Outbox`] per track, and moves frames between them:
//!
//! 1. a captured frame → [`Outbox::on_frame`] → what it returns goes into the spool;
//! 2. `Welcome` → [`Outbox::on_durable`], [`Outbox::on_connected`] → what it numbered goes into the spool, which forgets what is below
//!    [`Outbox::kept_from`]; a lost socket → [`Outbox::on_disconnected`];
//! 3. `Ack` → [`Outbox::on_ack`], `Durable` → [`Outbox::on_durable`] → the spool forgets what is below [`Outbox::kept_from`];
//! 4. after each of these: send while [`Outbox::next_to_send`] gives frames, and when [`Outbox::missing`] names a range, load
//!    it from the spool and give it to [`Outbox::on_loaded`].
//!
//! There is no timer: captured frames are the clock of retries. Only so much is kept in memory; the rest is in the spool.

use std::collections::VecDeque;
use std::ops::Range;

use model::wire::{FRAME_SAMPLES, Frame};
use model::{Millis, TrackId};

#[cfg(test)]
mod tests;

/// Frames that may be sent and not acked: 6.4 s. The server's own queue holds 2,048.
pub const WINDOW: u32 = 64;
/// Frames of a track that are kept in memory: a minute, 2 MB.
pub const IN_MEMORY: usize = 600;
/// Captured frames without progress after which the window is sent again: after a repeated ack, and without any sign.
const RETRY_AFTER_REPEAT: u32 = 20;
const RETRY_IN_SILENCE: u32 = 100;
/// Length of a whole frame in ms.
const FRAME_MS: i64 = 100;

/// What waits for the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Frames that are not on the server's disk, as far as the page knows.
    pub frames: u32,
    /// How long they are.
    pub audio: Millis,
}

/// What a connection brought to light.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connected {
    /// Frames that were captured before the first connection and have their numbers now: put them into the spool.
    pub numbered: Vec<Frame>,
    /// Frames that the server once acked and no longer has (a restored disk). What the spool still has is sent again, the
    /// rest as silence, so that time stays right.
    pub forgotten: u32,
    /// Frames that the server has and this page did not make: another page sent them.
    pub foreign: u32,
}

/// One track's frames on their way to the server.
#[derive(Debug)]
pub struct Outbox {
    track: TrackId,
    /// Number of the next captured frame; none before the first connection, as only the server knows it.
    next: Option<u32>,
    /// Captured before that.
    unnumbered: VecDeque<Frame>,
    /// The frame that the server expects: all below are on its disk.
    acked: u32,
    /// Where several servers share their calls: the first frame that does not outlive the server that has taken it.
    durable: Option<u32>,
    /// The frame to send next on this connection.
    cursor: u32,
    /// Frames from `acked` on, without gaps, at most [`IN_MEMORY`] and those that a load brought.
    held: VecDeque<Frame>,
    connected: bool,
    /// A repeated ack was answered by going back; more of them say nothing new.
    recovering: bool,
    /// Frames captured since the last progress or going back.
    ticks: u32,
    /// Frames that were neither in memory nor in the spool and went as silence.
    lost: u32,
}

impl Outbox {
    /// An outbox of a page that has just been opened. `spooled`: numbers of the first and last frame of this call and track in
    /// the spool, if there are any.
    pub fn new(track: TrackId, spooled: Option<(u32, u32)>) -> Self {
        let (first, end) = spooled.map_or((0, 0), |(first, last)| (first, last + 1));
        Self {
            track,
            next: spooled.map(|_| end),
            unnumbered: VecDeque::new(),
            acked: first,
            durable: None,
            cursor: first,
            held: VecDeque::new(),
            connected: false,
            recovering: false,
            ticks: 0,
            lost: 0,
        }
    }

    /// Takes a captured frame and returns it with its number, for the spool; nothing before the first connection of a page that
    /// found nothing in the spool ([`Outbox::on_connected`] returns those).
    pub fn on_frame(&mut self, captured_at: Millis, pcm: Vec<u8>) -> Option<Frame> {
        let frame = Frame { track: self.track, sequence: self.next.unwrap_or(0), captured_at, pcm };
        self.tick();
        if self.next.is_none() {
            self.unnumbered.push_back(frame);
            return None;
        }
        Some(self.append(frame))
    }

    /// The server said which frame it expects.
    pub fn on_connected(&mut self, expected: u32) -> Connected {
        let mut result = Connected::default();
        let next = *self.next.get_or_insert(expected);
        if expected > next {
            // Frames below `expected` are there, whoever sent them. The next captured one follows them.
            result.foreign = expected - next;
            self.next = Some(expected);
        }
        if expected < self.acked {
            result.forgotten = self.acked - expected;
            self.held.clear();
            self.acked = expected;
        }
        self.forget_below(expected);
        (self.connected, self.recovering, self.cursor, self.ticks) = (true, false, self.acked, 0);
        for mut frame in std::mem::take(&mut self.unnumbered) {
            frame.sequence = self.end();
            result.numbered.push(self.append(frame));
        }
        result
    }

    /// The socket is gone; what was sent and not acked will be sent again.
    pub fn on_disconnected(&mut self) {
        self.connected = false;
    }

    /// Every frame below `next` is on disk. The same number again means that a frame came out of order: go back to it.
    pub fn on_ack(&mut self, next: u32) {
        let next = next.min(self.end());
        if next > self.acked {
            self.forget_below(next);
            self.cursor = self.cursor.max(next);
            (self.recovering, self.ticks) = (false, 0);
        } else if next == self.acked && !self.recovering {
            self.recovering = true;
            self.go_back();
        }
    }

    /// Every frame below this outlives the server that has taken it; none where what is acked is safe.
    pub fn on_durable(&mut self, next: Option<u32>) {
        self.durable = next;
    }

    /// The next frame to send now, counted as sent; none when not connected, when [`WINDOW`] frames are not acked, when there is
    /// nothing, or when it must be loaded first ([`Outbox::missing`]).
    pub fn next_to_send(&mut self) -> Option<Frame> {
        if !self.connected || self.cursor - self.acked >= WINDOW {
            return None;
        }
        let frame = self.held.get((self.cursor - self.acked) as usize)?.clone();
        self.cursor += 1;
        Some(frame)
    }

    /// Frames to load from the spool, when memory has run low while more wait there.
    pub fn missing(&self) -> Option<Range<u32>> {
        let from = self.held_end();
        let low = self.held.len() < 2 * WINDOW as usize;
        (self.connected && low && from < self.end()).then(|| from..self.end().min(from + 4 * WINDOW))
    }

    /// What the spool had of a range that [`Outbox::missing`] named, in order. What it had not goes as silence and is counted in
    /// [`Outbox::lost`]: numbers have no gaps, and time must stay right.
    pub fn on_loaded(&mut self, range: Range<u32>, frames: Vec<Frame>) {
        let mut frames = frames.into_iter().filter(|frame| frame.track == self.track && frame.check().is_ok()).peekable();
        for sequence in range.start.max(self.acked)..range.end.min(self.end()) {
            if sequence != self.held_end() {
                continue;
            }
            while frames.next_if(|frame| frame.sequence < sequence).is_some() {}
            let frame = match frames.next_if(|frame| frame.sequence == sequence) {
                Some(frame) => frame,
                None => {
                    self.lost += 1;
                    self.silence(sequence, frames.peek())
                }
            };
            self.held.push_back(frame);
        }
    }

    /// Every frame below this number is on the server's disk.
    pub fn acked(&self) -> u32 {
        self.acked
    }

    /// Every frame below this number is safe whatever happens to a server: the spool may forget it.
    pub fn kept_from(&self) -> u32 {
        self.durable.map_or(self.acked, |durable| durable.min(self.acked))
    }

    /// Frames that went as silence because neither memory nor the spool had them.
    pub fn lost(&self) -> u32 {
        self.lost
    }

    /// What the server doesn't have yet, as far as the page knows.
    pub fn waiting(&self) -> Waiting {
        let frames = self.end().saturating_sub(self.acked) + self.unnumbered.len() as u32;
        Waiting { frames, audio: Millis(i64::from(frames) * FRAME_MS) }
    }

    /// One past the last numbered frame.
    fn end(&self) -> u32 {
        self.next.unwrap_or(self.acked)
    }

    /// One past the last frame in memory.
    fn held_end(&self) -> u32 {
        self.acked + self.held.len() as u32
    }

    /// Keeps a numbered frame in memory if those before it are there and there is room; the spool has it anyway.
    fn append(&mut self, frame: Frame) -> Frame {
        if frame.sequence == self.held_end() && self.held.len() < IN_MEMORY {
            self.held.push_back(frame.clone());
        }
        self.next = Some(frame.sequence + 1);
        frame
    }

    fn forget_below(&mut self, next: u32) {
        let gone = (next.saturating_sub(self.acked) as usize).min(self.held.len());
        self.held.drain(..gone);
        self.acked = self.acked.max(next);
    }

    fn go_back(&mut self) {
        (self.cursor, self.ticks) = (self.acked, 0);
    }

    fn tick(&mut self) {
        self.ticks += 1;
        let patience = if self.recovering { RETRY_AFTER_REPEAT } else { RETRY_IN_SILENCE };
        if self.connected && self.cursor > self.acked && self.ticks >= patience {
            self.go_back();
        }
    }

    /// A silent frame, timed by its neighbours.
    fn silence(&self, sequence: u32, after: Option<&Frame>) -> Frame {
        let captured_at = match (after, self.held.back()) {
            (Some(after), _) => after.captured_at.0 - i64::from(after.sequence - sequence) * FRAME_MS,
            (None, Some(before)) => before.captured_at.0 + FRAME_MS,
            (None, None) => i64::from(sequence) * FRAME_MS,
        };
        Frame { track: self.track, sequence, captured_at: Millis(captured_at.max(0)), pcm: vec![0; 2 * FRAME_SAMPLES] }
    }
}
