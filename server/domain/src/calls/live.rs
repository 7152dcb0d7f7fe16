//! A call while it is live: one task per call (`host`) that takes audio in, has it recognized, feeds the engine, and
//! tells every page what happens.
//!
//! A card's way goes on beside it: host → `retrieval` (the passage that speaks to its words) → host → scribe and pages.
//!
//! A frame's way: page → [`attach`] → host → writing thread → host (ack to the page; voice detector; ear) → recognizer →
//! host → engine → effects → scribe (database) and pages.

mod catch_up;
mod ear;
mod gate;
mod host;
mod journal;
mod liveness;
mod retrieval;
mod scribe;
mod voice;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{ClientMessage, Hello, Part, ServerMessage};
use model::{CallId, CallState, Code, OrganizationId, Problem};
use store::UnfinishedCall;
use tokio::sync::{mpsc, oneshot};

pub(crate) use ear::{Ear, FromEar, ToEar};
pub(crate) use gate::Piece;
pub(crate) use voice::VoiceDetector;

use self::host::{Host, Input, Joined};
pub(super) use self::liveness::SILENT_AFTER;
use self::liveness::{Myself, Rescue};
use self::writer::Writer;
use crate::calls::CallsKernel as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};
use ports::Consent;

/// Messages that wait for a page. One that is further behind than this is let go; it comes back and gets a snapshot.
const PAGE_QUEUE: usize = 1_024;
/// Inputs that wait for a host. Pages are held back beyond it, and keep their frames meanwhile.
const HOST_QUEUE: usize = 512;
/// Calls that are looked after at once, when a server starts or nobody came back to them.
const RESCUED_AT_ONCE: usize = 4;
/// One that takes longer goes on by itself, and the next one has its turn.
const RESCUE: Duration = Duration::from_secs(30);

/// The live calls of this server.
pub struct Hosts {
    myself: Myself,
    hosts: Mutex<HashMap<CallId, mpsc::Sender<Input>>>,
    /// One at a time makes a host, so that a call never has two.
    making: tokio::sync::Mutex<()>,
    writer: std::sync::OnceLock<Writer>,
    closing: AtomicBool,
}

impl Hosts {
    /// None yet. `owner` is this server process's name to others on the same database: another one at each start.
    pub fn new(owner: String, started: DateTime<Utc>) -> Self {
        Self {
            myself: Myself { owner, started },
            hosts: Mutex::default(),
            making: tokio::sync::Mutex::default(),
            writer: std::sync::OnceLock::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// Whether the server stops: what takes long ends early then.
    pub(crate) fn is_stopping(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// How many calls have a host now.
    pub fn live_count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CallId, mpsc::Sender<Input>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, call: CallId) -> Option<mpsc::Sender<Input>> {
        self.lock().get(&call).filter(|sender| !sender.is_closed()).cloned()
    }

    fn writer(&self) -> Writer {
        self.writer.get_or_init(Writer::start).clone()
    }

    /// A host has ended. Its successor, if there is one already, stays.
    fn remove(&self, call: CallId, host: &mpsc::Sender<Input>) {
        let mut hosts = self.lock();
        if hosts.get(&call).is_some_and(|known| known.same_channel(host)) {
            hosts.remove(&call);
        }
    }
}

/// The host of a call; makes one if there is none.
async fn host_of(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<mpsc::Sender<Input>> {
    let hosts = kernel.hosts();
    if let Some(host) = hosts.get(call) {
        return Ok(host);
    }
    let _one_at_a_time = hosts.making.lock().await;
    if let Some(host) = hosts.get(call) {
        return Ok(host);
    }
    if hosts.is_stopping() {
        return Err(restarts());
    }
    let (sender, inbox) = mpsc::channel(HOST_QUEUE);
    let host = Host::open(kernel.clone(), organization, call, hosts.writer(), sender.clone()).await?;
    hosts.lock().insert(call, sender.clone());
    metrics::gauge!("closezly_live_calls").set(hosts.live_count() as f64);
    let (kernel, id, ended_host) = (kernel.clone(), call, sender.clone());
    tokio::spawn(async move {
        // A panic is one failed call: its host goes, its page connects again and gets a new one.
        let ended = tokio::spawn(host.run(inbox)).await;
        if let Err(error) = ended {
            tracing::error!(call = %id, %error, "a call's host failed");
        }
        kernel.hosts().remove(id, &ended_host);
        metrics::gauge!("closezly_live_calls").set(kernel.hosts().live_count() as f64);
    });
    Ok(sender)
}

/// Connects a page or a program to a live call. Never fails: what can't be answered is said as
/// [`ServerMessage::Refused`], and the stream ends.
///
/// The first message must be [`ClientMessage::Hello`]. An `Err` in `messages` is something that could not be read; it
/// is answered with [`ServerMessage::Rejected`].
pub async fn attach(
    kernel: &Kernel,
    actor: &Actor,
    mut messages: BoxStream<'static, Result<ClientMessage, Problem>>,
) -> BoxStream<'static, ServerMessage> {
    let refused = |problem: Problem| futures::stream::iter([ServerMessage::Refused(problem)]).boxed();
    let hello = match messages.next().await {
        Some(Ok(ClientMessage::Hello(hello))) => hello,
        Some(Ok(_)) => return refused(Problem::new(Code::Invalid, "The first message of a call must say which call it is.")),
        Some(Err(problem)) => return refused(problem),
        None => return futures::stream::empty().boxed(),
    };
    let (sender, receiver) = mpsc::channel(PAGE_QUEUE);
    match join(kernel, actor, hello, sender).await {
        Ok((host, page)) => {
            tokio::spawn(forward(host, page, messages));
        }
        Err(error) => return refused(error.into_problem()),
    }
    tokio_stream(receiver).boxed()
}

fn tokio_stream(receiver: mpsc::Receiver<ServerMessage>) -> impl futures::Stream<Item = ServerMessage> {
    futures::stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|message| (message, receiver)) })
}

async fn join(kernel: &Kernel, actor: &Actor, hello: Hello, sender: mpsc::Sender<ServerMessage>) -> Result<(mpsc::Sender<Input>, u64)> {
    if kernel.hosts().is_stopping() {
        return Err(restarts());
    }
    if hello.page.is_empty() || hello.page.len() > 100 {
        return Err(DomainError::new(Code::Invalid, "The page's name must have 1 to 100 bytes."));
    }
    let call = super::get(kernel, actor, hello.call).await?;
    if hello.part == Part::Source {
        if call.member_id != actor.member()?.id {
            return Err(DomainError::new(Code::Forbidden, "Only the person who started this call can send its audio."));
        }
        match call.state {
            CallState::Prepared | CallState::Live => {}
            CallState::Finishing | CallState::Ended => return Err(ended()),
        }
        Consent::of(&call).map_err(Problem::from)?;
    } else if call.state == CallState::Ended {
        return Err(ended());
    }
    if call.state == CallState::Finishing && kernel.hosts().get(call.id).is_none() {
        let unfinished = kernel.store().unfinished_call(call.organization_id, call.id).await?;
        if unfinished.is_some_and(|call| kernel.hosts().myself.is_elsewhere(&call, kernel.now())) {
            return Err(DomainError::new(Code::Unavailable, "Another server finishes this call. Its review will be on the call's page."));
        }
    }
    let host = host_of(kernel, call.organization_id, call.id).await?;
    let (answer, joined) = oneshot::channel();
    let join = Input::Join { hello, call: Box::new(call), sender, answer };
    let gone = || DomainError::new(Code::Unavailable, "The call is being closed. Try again in a moment.");
    host.send(join).await.map_err(|_| gone())?;
    match joined.await.map_err(|_| gone())? {
        Joined::As(page) => Ok((host, page)),
        Joined::Refused(problem) => Err(problem.into()),
    }
}

fn restarts() -> DomainError {
    DomainError::new(Code::Unavailable, "The server restarts. Your recording waits here; the page connects again by itself.")
}

fn ended() -> DomainError {
    DomainError::new(Code::CallEnded, "This call has ended. Its review is on the call's page.")
}

/// Passes a page's messages to the host.
async fn forward(host: mpsc::Sender<Input>, page: u64, mut messages: BoxStream<'static, Result<ClientMessage, Problem>>) {
    loop {
        let input = tokio::select! {
            message = messages.next() => match message {
                Some(Ok(message)) => Input::Message { page, message },
                Some(Err(problem)) => Input::Unreadable { page, problem },
                None => break,
            },
            () = host.closed() => return,
        };
        if host.send(input).await.is_err() {
            return;
        }
    }
    let _ = host.send(Input::Leave { page }).await;
}

/// Ends a live call from outside its page, and waits until its host has closed it, or can't for now. One that has ended
/// already is finished: its last words are heard, its review is written.
pub(super) async fn end(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    if kernel.hosts().get(call).is_none() {
        let unfinished = kernel.store().unfinished_call(organization, call).await?;
        if unfinished.is_some_and(|call| kernel.hosts().myself.is_elsewhere(&call, kernel.now())) {
            return Err(DomainError::new(
                Code::Conflict,
                "Another server of this installation runs this call. End it on its own page, or try again in a moment.",
            ));
        }
    }
    let host = match host_of(kernel, organization, call).await {
        Err(DomainError::Problem(problem)) if problem.code == Code::CallEnded => return Ok(()),
        host => host?,
    };
    let (answer, ended) = oneshot::channel();
    if host.send(Input::EndNow { answer }).await.is_ok() {
        let _ = ended.await;
    }
    Ok(())
}

/// Stops a call's host, if it has one, without ending the call: it is about to be deleted.
pub(super) async fn stop(kernel: &Kernel, call: CallId) {
    if let Some(host) = kernel.hosts().get(call) {
        let (answer, closed) = oneshot::channel();
        if host.send(Input::Shutdown { answer }).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Tells the pages of a call about something that was changed elsewhere (a cue's state, the verbosity).
pub(super) async fn tell(kernel: &Kernel, call: CallId, input: Input) {
    if let Some(host) = kernel.hosts().get(call) {
        let _ = host.send(input).await;
    }
}

pub(super) use self::host::Input as HostInput;

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
pub(super) async fn rescue(kernel: &Kernel, call: &UnfinishedCall) -> Result<()> {
    if kernel.hosts().get(call.id).is_some() {
        return Ok(());
    }
    match kernel.hosts().myself.rescue(call, kernel.now()) {
        Rescue::Leave => Ok(()),
        Rescue::End => {
            tracing::info!(call = %call.id, "ending a call that nobody came back to");
            end(kernel, call.organization_id, call.id).await
        }
        Rescue::Finish => end(kernel, call.organization_id, call.id).await,
    }
}

/// Tells every page to connect again, and waits until every host has stored what it has.
pub async fn shutdown(kernel: &Kernel) {
    let hosts = kernel.hosts();
    hosts.closing.store(true, Ordering::Relaxed);
    let all: Vec<_> = hosts.lock().values().cloned().collect();
    let closing = all.into_iter().map(|host| async move {
        let (answer, closed) = oneshot::channel();
        if host.send(Input::Shutdown { answer }).await.is_ok() {
            let _ = closed.await;
        }
    });
    futures::future::join_all(closing).await;
}
