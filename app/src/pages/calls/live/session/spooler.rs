//! The store of frames, one thing after the other, so that what is forgotten stays forgotten.

use std::ops::Range;

use capture::Spool;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use leptos::task::spawn_local;
use model::wire::Frame;
use model::{CallId, TrackId};

use super::Input;

enum Job {
    Put(Frame),
    Forget(TrackId, u32),
    Load(TrackId, Range<u32>),
    Clear,
}

/// The way into the store of one call.
pub struct Spooler {
    jobs: UnboundedSender<Job>,
    forgotten: [u32; 2],
}

impl Spooler {
    /// Works until it is dropped and everything asked for is done. What was loaded goes to `inbox`.
    pub fn start(spool: Spool, call: CallId, inbox: UnboundedSender<Input>) -> Self {
        let (jobs, mut asked) = unbounded();
        spawn_local(async move {
            while let Some(job) = asked.next().await {
                match job {
                    Job::Put(frame) => spool.put(call, &frame).await,
                    Job::Forget(track, next) => spool.ack(call, track, next).await,
                    Job::Load(track, range) => {
                        let frames = spool.load(call, track, range.clone()).await;
                        let _ = inbox.unbounded_send(Input::Loaded(track, range, frames));
                    }
                    Job::Clear => spool.clear(call).await,
                }
            }
        });
        Self { jobs, forgotten: [0; 2] }
    }

    /// Keeps a frame.
    pub fn put(&self, frame: Frame) {
        self.ask(Job::Put(frame));
    }

    /// Forgets what is below `next`.
    pub fn forget(&mut self, track: TrackId, next: u32) {
        if std::mem::replace(&mut self.forgotten[track.index()], next) != next {
            self.ask(Job::Forget(track, next));
        }
    }

    /// Loads a range.
    pub fn load(&self, track: TrackId, range: Range<u32>) {
        self.ask(Job::Load(track, range));
    }

    /// Forgets the call.
    pub fn clear(&self) {
        self.ask(Job::Clear);
    }

    fn ask(&self, job: Job) {
        // The worker lives as long as this does.
        let _ = self.jobs.unbounded_send(job);
    }
}
