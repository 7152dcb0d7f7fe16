//! How much of what stays open a member may have: sockets of calls and streams of events, on one server.

use kernel::{Actor, DomainError, Kernel, Result, Share};
use model::{Code, MemberId};

use super::Own as _;

/// More than a program that carries a thousand calls has, and far fewer than the server.
const MOST: usize = 2_000;

/// Counts one more for the caller, until what comes back is dropped.
///
/// # Errors
/// `rate_limited` with as many as they may have; `forbidden` for others than members.
pub(crate) fn hold_open(kernel: &Kernel, actor: &Actor) -> Result<Share<MemberId>> {
    let member = actor.member()?.id;
    kernel.open_counts().take(member, Some(MOST)).ok_or_else(|| {
        let message = format!("You have {MOST} sockets and streams open at once, which is the most. Close some that nobody needs.");
        DomainError::new(Code::RateLimited, message)
    })
}
