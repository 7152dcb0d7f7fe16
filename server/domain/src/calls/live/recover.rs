//! Looks after calls that nobody looks after.

use std::time::Duration;

use futures::StreamExt;
use store::UnfinishedCall;

use super::ownership::{Rescue, runner_of};
use super::registry::end;
use crate::calls::CallsKernel as _;
use kernel::{Kernel, Result};

/// Calls that are looked after at once, when a server starts or nobody came back to them.
const RESCUED_AT_ONCE: usize = 4;
/// One that takes longer goes on by itself, and the next one has its turn.
const RESCUE: Duration = Duration::from_secs(30);

/// Ends live calls that nobody came back to, and finishes what a stopped server left unfinished. Called at the start and
/// every minute. One call that can't be helped is logged, and the others are helped all the same.
///
/// # Errors
/// When the database can't say which calls there are.
pub async fn recover(kernel: &Kernel) -> Result<()> {
    let unfinished = kernel.store().unfinished_calls().await?;
    futures::stream::iter(unfinished)
        .for_each_concurrent(RESCUED_AT_ONCE, |call| async move {
            match tokio::time::timeout(RESCUE, rescue(kernel, &call)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(call = %call.id, error = %error.into_problem(), "a call could not be recovered"),
                Err(_) => tracing::info!(call = %call.id, "a call takes long to be finished; it goes on"),
            }
        })
        .await;
    Ok(())
}

/// Looks after one call that is live or finishing, if nobody else does.
pub(in crate::calls) async fn rescue(kernel: &Kernel, call: &UnfinishedCall) -> Result<()> {
    if kernel.call_registry().get(call.id).is_some() {
        return Ok(());
    }
    let elsewhere = runner_of(kernel, call.owner.as_deref()).await?.is_some();
    match Rescue::of(call, elsewhere, kernel.started_at(), kernel.now()) {
        Rescue::Leave => Ok(()),
        Rescue::End => {
            tracing::info!(call = %call.id, "ending a call that nobody came back to");
            end(kernel, call.organization_id, call.id).await
        }
        Rescue::Finish => end(kernel, call.organization_id, call.id).await,
    }
}
