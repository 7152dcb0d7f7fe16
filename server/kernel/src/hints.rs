//! Waking the other servers on the same database. Without it they look by themselves, seconds later.

use std::time::Duration;

use store::Hints;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{DomainError, Result};
use crate::kernel::Kernel;

/// Hints are gathered for so long.
const EVERY: Duration = Duration::from_millis(50);
/// How long to wait before listening again.
const PAUSE: Duration = Duration::from_secs(30);

/// Tells the other servers what happened here, and wakes workers here for what happened there, until `stop`.
pub async fn share_hints(kernel: &Kernel, stop: &CancellationToken) {
    if !kernel.untold().shared {
        return;
    }
    let both = async { futures::join!(tell(kernel), listen(kernel)) };
    tokio::select! {
        _ = both => {}
        () = stop.cancelled() => {}
    }
}

async fn tell(kernel: &Kernel) {
    loop {
        kernel.untold().some.notified().await;
        let sent = Instant::now();
        let rung = kernel.untold().take();
        if rung.is_empty() {
            continue;
        }
        let words: Vec<&str> = std::iter::once(kernel.server()).chain(rung.iter().map(String::as_str)).collect();
        if let Err(error) = kernel.store().hint(&words.join(" ")).await {
            DomainError::from(error).log("other servers could not be told");
        }
        // The first one goes at once, those that follow go together.
        tokio::time::sleep_until(sent + EVERY).await;
    }
}

async fn listen(kernel: &Kernel) {
    loop {
        if let Err(error) = listen_while_it_lasts(kernel).await {
            tracing::warn!(error = %error.chain(), "other servers can't be heard; this one looks by itself, which takes seconds longer");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_while_it_lasts(kernel: &Kernel) -> Result<()> {
    let Some(mut hints): Option<Hints> = kernel.store().hints().await? else { return Ok(()) };
    loop {
        match hints.next().await? {
            Some(words) => {
                let mut words = words.split(' ');
                if words.next() != Some(kernel.server()) {
                    words.for_each(|bell| kernel.ring_here(bell));
                }
            }
            // The connection broke and is there again; nobody knows what was missed.
            None => kernel.ring_all_here(),
        }
    }
}
