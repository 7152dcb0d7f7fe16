//! How much of what stays open a member may have: sockets of calls and streams of events, on one server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Actor, DomainError, Kernel, Result};
use model::{Code, MemberId};

use super::Own as _;

/// More than a program that carries a thousand calls has, and far fewer than the server.
const MOST: usize = 2_000;

/// What each member has open.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenCounts(Arc<Mutex<HashMap<MemberId, usize>>>);

/// Something that is open until this is dropped.
#[derive(Debug)]
pub(crate) struct HeldOpen(OpenCounts, MemberId);

/// Counts one more for the caller.
///
/// # Errors
/// `rate_limited` with as many as they may have; `forbidden` for others than members.
pub(crate) fn hold_open(kernel: &Kernel, actor: &Actor) -> Result<HeldOpen> {
    let member = actor.member()?.id;
    kernel.open_counts().hold(member, MOST).ok_or_else(|| {
        let message = format!("You have {MOST} sockets and streams open at once, which is the most. Close some that nobody needs.");
        DomainError::new(Code::RateLimited, message)
    })
}

impl OpenCounts {
    /// None if the member has as many as they may.
    fn hold(&self, member: MemberId, most: usize) -> Option<HeldOpen> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(member).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(HeldOpen(self.clone(), member))
    }
}

impl Drop for HeldOpen {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_member_has_so_many_and_what_is_closed_makes_room() {
        let (counts, ann, bob) = (OpenCounts::default(), MemberId(uuid::Uuid::from_u128(1)), MemberId(uuid::Uuid::from_u128(2)));
        let mut held = vec![counts.hold(ann, 2).unwrap(), counts.hold(ann, 2).unwrap()];
        assert!(counts.hold(ann, 2).is_none());
        let bobs = counts.hold(bob, 2);
        assert!(bobs.is_some(), "everybody has their own");
        held.pop();
        assert!(counts.hold(ann, 2).is_some());
        drop((held, bobs));
        assert!(counts.0.lock().unwrap().is_empty(), "nobody is remembered who has nothing open");
    }
}
