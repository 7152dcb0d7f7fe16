//! The live calls of this server, each with its actor.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{CallId, Code, OrganizationId};
use tokio::sync::{mpsc, oneshot};

use super::actor::CallActor;
use super::committer::Committer;
use super::inbox::Input;
use super::ownership::Ownership;
use super::pressure::Pressure;
use super::restarts;
use super::writer::{Writer, seconds};
use crate::calls::CallsKernel as _;
use kernel::{DomainError, Kernel, Result};
use store::LivingServer;

/// The live calls of this server.
#[derive(Default)]
pub struct CallRegistry {
    calls: Mutex<HashMap<CallId, mpsc::Sender<Input>>>,
    /// One at a time makes an actor, so that a call never has two.
    opening: tokio::sync::Mutex<()>,
    writer: std::sync::OnceLock<Writer>,
    committer: std::sync::OnceLock<Committer>,
    pressure: Arc<Pressure>,
    /// So many are heard at once, whether more would be in time or not.
    most: Option<usize>,
    closing: AtomicBool,
}

impl CallRegistry {
    /// Hears this many calls at once; none: as many as it hears in time.
    pub(in crate::calls) fn new(most: Option<usize>) -> Self {
        Self { most, ..Self::default() }
    }

    /// Whether the server stops: what takes long ends early then.
    pub(crate) fn is_stopping(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Whether a call that has not begun would be too much: there are as many as there may be, or frames were late a moment ago.
    pub(super) fn is_full_for(&self, call: CallId) -> bool {
        let others = self.lock().keys().filter(|other| **other != call).count();
        self.most.is_some_and(|most| others >= most) || self.pressure.is_too_much(seconds())
    }

    /// How many calls have an actor now.
    pub fn live_count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, mpsc::Sender<Input>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, call: CallId) -> Option<mpsc::Sender<Input>> {
        self.lock().get(&call).filter(|sender| !sender.is_closed()).cloned()
    }

    fn writer(&self) -> Writer {
        self.writer.get_or_init(|| Writer::start(&self.pressure)).clone()
    }

    fn committer(&self) -> Committer {
        self.committer.get_or_init(Committer::start).clone()
    }

    /// An actor has ended. Its successor, if there is one already, stays.
    fn remove(&self, call: CallId, actor: &mpsc::Sender<Input>) {
        let mut calls = self.lock();
        if calls.get(&call).is_some_and(|known| known.same_channel(actor)) {
            calls.remove(&call);
        }
    }
}

/// Where a call is run.
pub(super) enum Run {
    /// By this actor.
    Here(mpsc::Sender<Input>),
    /// By another server, which is there.
    Elsewhere(LivingServer),
}

/// Where a call is run; here, by a new actor, if nobody runs it.
pub(super) async fn actor_of(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<Run> {
    let calls = kernel.call_registry();
    if let Some(actor) = calls.get(call) {
        return Ok(Run::Here(actor));
    }
    let _one_at_a_time = calls.opening.lock().await;
    if let Some(actor) = calls.get(call) {
        return Ok(Run::Here(actor));
    }
    if calls.is_stopping() {
        return Err(restarts());
    }
    let taken = match Ownership::take(kernel, organization, call).await? {
        Ownership::Here(hold, folder) => (hold, folder),
        Ownership::Elsewhere(server) => return Ok(Run::Elsewhere(server)),
    };
    let (actor, sender, inboxes) = CallActor::open(kernel, organization, call, (calls.writer(), calls.committer()), taken).await?;
    calls.lock().insert(call, sender.clone());
    metrics::gauge!("closezly_live_calls").set(calls.live_count() as f64);
    let (kernel, id, ended_actor) = (kernel.clone(), call, sender.clone());
    tokio::spawn(async move {
        // A panic is one failed call: its actor goes, its page connects again and gets a new one.
        let ended = tokio::spawn(actor.run(inboxes)).await;
        if let Err(error) = ended {
            tracing::error!(call = %id, %error, "a call's actor failed");
        }
        kernel.call_registry().remove(id, &ended_actor);
        metrics::gauge!("closezly_live_calls").set(kernel.call_registry().live_count() as f64);
    });
    Ok(Run::Here(sender))
}

/// Ends a live call from outside its page, and waits until its actor has closed it, or can't for now. One that has ended
/// already is finished: its last words are heard, its review is written.
pub(in crate::calls) async fn end(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    let actor = match actor_of(kernel, organization, call).await {
        Err(DomainError::Problem(problem)) if problem.code == Code::CallEnded => return Ok(()),
        run => match run? {
            Run::Here(actor) => actor,
            Run::Elsewhere(_) => {
                return Err(DomainError::new(
                    Code::Conflict,
                    "Another server of this installation runs this call. End it on its own page, or try again in a moment.",
                ));
            }
        },
    };
    let (answer, ended) = oneshot::channel();
    if actor.send(Input::EndNow { answer }).await.is_ok() {
        let _ = ended.await;
    }
    Ok(())
}

/// Stops a call's actor, if it has one, without ending the call: it is about to be deleted.
pub(in crate::calls) async fn stop(kernel: &Kernel, call: CallId) {
    if let Some(actor) = kernel.call_registry().get(call) {
        let (answer, closed) = oneshot::channel();
        if actor.send(Input::Shutdown { answer }).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Tells the pages of a call about something that was changed elsewhere (a cue's state, the verbosity).
pub(in crate::calls) async fn notify(kernel: &Kernel, call: CallId, input: Input) {
    if let Some(actor) = kernel.call_registry().get(call) {
        let _ = actor.send(input).await;
    }
}

/// Tells every page to connect again, and waits until every actor has stored what it has.
pub async fn shutdown(kernel: &Kernel) {
    let calls = kernel.call_registry();
    calls.closing.store(true, Ordering::Relaxed);
    let all: Vec<_> = calls.lock().values().cloned().collect();
    let closing = all.into_iter().map(|actor| async move {
        let (answer, closed) = oneshot::channel();
        if actor.send(Input::Shutdown { answer }).await.is_ok() {
            let _ = closed.await;
        }
    });
    futures::future::join_all(closing).await;
}
