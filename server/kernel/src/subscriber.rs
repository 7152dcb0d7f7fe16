//! What areas do about what others tell.

use crate::job::JobEntry;

/// What another area does when something happens: a job that is enqueued when the event gets its place, once.
#[derive(Clone, Copy)]
pub struct Subscriber {
    /// The event's name.
    pub event: &'static str,
    /// The job, whose payload is the event as delivered.
    pub job: JobEntry,
}
