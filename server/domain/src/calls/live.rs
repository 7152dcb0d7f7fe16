//! A call while it is live: one task per call (`host`) that takes audio in, has it recognized, feeds the engine, and
//! tells every page what happens.
//!
//! A card's way goes on beside it: host → `retrieval` (the passage that speaks to its words) → host → scribe and pages.
//!
//! A frame's way: page → [`attach`] → host → writing thread → host (ack to the page; voice detector; ear) → recognizer →
//! host → engine → effects → scribe (database) and pages.

mod ear;
mod gate;
mod host;
mod journal;
mod retrieval;
mod scribe;
mod voice;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{ClientMessage, Hello, Part, ServerMessage};
use model::{Call, CallId, CallState, Code, Problem};
use tokio::sync::{mpsc, oneshot};

pub(crate) use ear::{Ear, FromEar, ToEar};
pub(crate) use gate::Piece;
pub(crate) use voice::VoiceDetector;

use self::host::{Host, Input, Joined};
use self::writer::Writer;
use crate::error::{DomainError, Result};
use crate::scope::Scope;
use crate::services::Services;

/// Messages that wait for a page. One that is further behind than this is let go; it comes back and gets a snapshot.
const PAGE_QUEUE: usize = 1_024;
/// Inputs that wait for a host. Pages are held back beyond it, and keep their frames meanwhile.
const HOST_QUEUE: usize = 512;
/// A live call without a page for longer than this is ended.
const ABANDONED_AFTER: chrono::TimeDelta = chrono::TimeDelta::minutes(30);

/// The live calls of this server.
#[derive(Default)]
pub struct Hosts {
    hosts: Mutex<HashMap<CallId, mpsc::Sender<Input>>>,
    /// One at a time makes a host, so that a call never has two.
    making: tokio::sync::Mutex<()>,
    writer: std::sync::OnceLock<Writer>,
    closing: AtomicBool,
}

impl Hosts {
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
async fn host_of(services: &Services, call: &Call) -> Result<mpsc::Sender<Input>> {
    let hosts = services.hosts();
    if let Some(host) = hosts.get(call.id) {
        return Ok(host);
    }
    let _one_at_a_time = hosts.making.lock().await;
    if let Some(host) = hosts.get(call.id) {
        return Ok(host);
    }
    let (sender, inbox) = mpsc::channel(HOST_QUEUE);
    let host = Host::open(services.clone(), call.organization_id, call.id, hosts.writer(), sender.clone()).await?;
    hosts.lock().insert(call.id, sender.clone());
    metrics::gauge!("closezly_live_calls").set(hosts.live_count() as f64);
    let (services, id, ended_host) = (services.clone(), call.id, sender.clone());
    tokio::spawn(async move {
        // A panic is one failed call: its host goes, its page connects again and gets a new one.
        let ended = tokio::spawn(host.run(inbox)).await;
        if let Err(error) = ended {
            tracing::error!(call = %id, %error, "a call's host failed");
        }
        services.hosts().remove(id, &ended_host);
        metrics::gauge!("closezly_live_calls").set(services.hosts().live_count() as f64);
    });
    Ok(sender)
}

/// Connects a page or a program to a live call. Never fails: what can't be answered is said as
/// [`ServerMessage::Refused`], and the stream ends.
///
/// The first message must be [`ClientMessage::Hello`]. An `Err` in `messages` is something that could not be read; it
/// is answered with [`ServerMessage::Rejected`].
pub async fn attach(
    services: &Services,
    scope: &Scope,
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
    match join(services, scope, hello, sender).await {
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

async fn join(services: &Services, scope: &Scope, hello: Hello, sender: mpsc::Sender<ServerMessage>) -> Result<(mpsc::Sender<Input>, u64)> {
    if services.hosts().closing.load(Ordering::Relaxed) {
        return Err(DomainError::new(
            Code::Unavailable,
            "The server restarts. Your recording waits here; the page connects again by itself.",
        ));
    }
    if hello.page.is_empty() || hello.page.len() > 100 {
        return Err(DomainError::new(Code::Invalid, "The page's name must have 1 to 100 bytes."));
    }
    let call = super::get(services, scope, hello.call).await?;
    if hello.part == Part::Source {
        if call.member_id != scope.member {
            return Err(DomainError::new(Code::Forbidden, "Only the person who started this call can send its audio."));
        }
        match call.state {
            CallState::Prepared | CallState::Live => {}
            CallState::Finishing | CallState::Ended => return Err(ended()),
        }
        if call.consent_at.is_none() {
            return Err(consent_missing());
        }
    } else if call.state == CallState::Ended {
        return Err(ended());
    }
    let host = host_of(services, &call).await?;
    let (answer, joined) = oneshot::channel();
    let join = Input::Join { hello, sender, answer };
    let gone = || DomainError::new(Code::Unavailable, "The call is being closed. Try again in a moment.");
    host.send(join).await.map_err(|_| gone())?;
    match joined.await.map_err(|_| gone())? {
        Joined::As(page) => Ok((host, page)),
        Joined::Refused(problem) => Err(problem.into()),
    }
}

fn ended() -> DomainError {
    DomainError::new(Code::CallEnded, "This call has ended. Its review is on the call's page.")
}

fn consent_missing() -> DomainError {
    DomainError::new(Code::ConsentMissing, "Say first who was told that the call is recorded, and how. Until then no audio is taken.")
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

/// Ends a live call from outside its page, and waits until its host has closed it.
pub(super) async fn end(services: &Services, call: &Call) -> Result<()> {
    let host = host_of(services, call).await?;
    let (answer, ended) = oneshot::channel();
    if host.send(Input::EndNow { answer }).await.is_ok() {
        let _ = ended.await;
    }
    Ok(())
}

/// Stops a call's host, if it has one, without ending the call: it is about to be deleted.
pub(super) async fn stop(services: &Services, call: CallId) {
    if let Some(host) = services.hosts().get(call) {
        let (answer, closed) = oneshot::channel();
        if host.send(Input::Shutdown { answer }).await.is_ok() {
            let _ = closed.await;
        }
    }
}

/// Tells the pages of a call about something that was changed elsewhere (a cue's state, the verbosity).
pub(super) async fn tell(services: &Services, call: CallId, input: Input) {
    if let Some(host) = services.hosts().get(call) {
        let _ = host.send(input).await;
    }
}

pub(super) use self::host::Input as HostInput;

/// Ends live calls that nobody came back to, and finishes what a stopped server left unfinished. Called at the start and
/// every minute.
///
/// # Errors
/// When the database fails.
pub async fn recover(services: &Services) -> Result<()> {
    for call in services.store().unfinished_calls().await? {
        if services.hosts().get(call.id).is_some() {
            continue;
        }
        match call.state {
            CallState::Finishing => super::finish::write_review(services, call.organization_id, call.id).await?,
            CallState::Live if services.now() - call.updated_at > ABANDONED_AFTER => {
                tracing::info!(call = %call.id, "ending a call that nobody came back to");
                end(services, &call).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Tells every page to connect again, and waits until every host has stored what it has.
pub async fn shutdown(services: &Services) {
    let hosts = services.hosts();
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

/// Built once: the triggers of the sales playbook.
pub(crate) fn playbook() -> Arc<::live::Playbook> {
    static PLAYBOOK: std::sync::OnceLock<Arc<::live::Playbook>> = std::sync::OnceLock::new();
    Arc::clone(PLAYBOOK.get_or_init(::live::Playbook::built_in))
}
