//! Connects pages and programs to live calls.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{ClientMessage, Hello, Part, ServerMessage};
use model::{CallState, Code, Problem};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::in_flight::{InFlight, Pace};
use super::inbox::{Input, Joined};
use super::registry::{Run, actor_of};
use super::relay::relay;
use super::talk::Talk;
use super::{ended, overloaded, restarts};
use crate::calls::CallsKernel as _;
use kernel::{Actor, DomainError, Kernel, Result};
use ports::Consent;
use store::LivingServer;

/// Messages that wait for a page. One that is further behind than this is let go; it comes back and gets a snapshot.
const PAGE_QUEUE: usize = 1_024;

/// Connects a page or a program to a live call, on whichever server it is. Never fails: what can't be answered is said as
/// [`ServerMessage::Refused`], and the stream ends.
///
/// The first message must be [`ClientMessage::Hello`]. An `Err` in `messages` is something that could not be read; it
/// is answered with [`ServerMessage::Rejected`].
pub async fn attach(kernel: &Kernel, actor: &Actor, messages: Messages) -> BoxStream<'static, ServerMessage> {
    connect(kernel, actor, messages, true).await
}

/// As [`attach`], for a client that another server carries here: a call that is not here is refused.
pub async fn attach_here(kernel: &Kernel, actor: &Actor, messages: Messages) -> BoxStream<'static, ServerMessage> {
    connect(kernel, actor, messages, false).await
}

/// What a client says.
type Messages = BoxStream<'static, Result<ClientMessage, Problem>>;

async fn connect(kernel: &Kernel, actor: &Actor, mut messages: Messages, may_relay: bool) -> BoxStream<'static, ServerMessage> {
    let refused = |problem: Problem| futures::stream::iter([ServerMessage::Refused(problem)]).boxed();
    let hello = match messages.next().await {
        Some(Ok(ClientMessage::Hello(hello))) => hello,
        Some(Ok(_)) => return refused(Problem::new(Code::Invalid, "The first message of a call must say which call it is.")),
        Some(Err(problem)) => return refused(problem),
        None => return futures::stream::empty().boxed(),
    };
    let (sender, receiver) = mpsc::channel(PAGE_QUEUE);
    let only_watches = actor.reads_only();
    match join(kernel, actor, hello.clone(), sender).await {
        Ok(Place::Here(actor, page, places)) => {
            let messages = if only_watches { watching(messages) } else { messages };
            tokio::spawn(forward(actor, page, places, messages));
            tokio_stream(receiver).boxed()
        }
        Ok(Place::Elsewhere(server)) if may_relay => match relay(kernel, actor, &server, hello, messages).await {
            Ok(answers) => answers,
            Err(error) => refused(error.into_problem()),
        },
        Ok(Place::Elsewhere(_)) => refused(Problem::new(Code::Unavailable, "This call has just gone to another server. Connect again.")),
        Err(error) => refused(error.into_problem()),
    }
}

/// What somebody says who came with a token for reading only: nothing that changes the call.
fn watching(messages: Messages) -> Messages {
    let refused = || Problem::new(Code::Forbidden, "This API token is for reading only: it may watch the call.");
    messages
        .map(move |message| {
            message.and_then(|message| matches!(message, ClientMessage::Ping { .. }).then_some(message).ok_or_else(refused))
        })
        .boxed()
}

/// Where a client has found its call.
enum Place {
    /// At this actor, as this page; a frame is sent with a place of these.
    Here(mpsc::Sender<Input>, u64, Arc<Semaphore>),
    Elsewhere(LivingServer),
}

fn tokio_stream(receiver: mpsc::Receiver<ServerMessage>) -> impl futures::Stream<Item = ServerMessage> {
    futures::stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|message| (message, receiver)) })
}

async fn join(kernel: &Kernel, actor: &Actor, hello: Hello, sender: mpsc::Sender<ServerMessage>) -> Result<Place> {
    if kernel.call_registry().is_stopping() {
        return Err(restarts());
    }
    if hello.page.is_empty() || hello.page.len() > 100 {
        return Err(DomainError::new(Code::Invalid, "The page's name must have 1 to 100 bytes."));
    }
    let call = crate::calls::get(kernel, actor, hello.call).await?;
    if hello.part == Part::Source {
        actor.require_changes()?;
        if call.member_id != actor.member()?.id {
            return Err(DomainError::new(Code::Forbidden, "Only the person who started this call can send its audio."));
        }
        match call.state {
            CallState::Prepared if kernel.call_registry().is_full_for(call.id) => return Err(overloaded()),
            CallState::Prepared | CallState::Live => {}
            CallState::Finishing | CallState::Ended => return Err(ended()),
        }
        Consent::of(&call).map_err(Problem::from)?;
    } else if call.state == CallState::Ended {
        return Err(ended());
    }
    let actor = match actor_of(kernel, call.organization_id, call.id).await? {
        Run::Here(actor) => actor,
        Run::Elsewhere(server) => return Ok(Place::Elsewhere(server)),
    };
    let (answer, joined) = oneshot::channel();
    let join = Input::Join { hello, call: Box::new(call), sender, answer };
    let gone = || DomainError::new(Code::Unavailable, "The call is being closed. Try again in a moment.");
    actor.send(join).await.map_err(|_| gone())?;
    match joined.await.map_err(|_| gone())? {
        Joined::As(page, places) => Ok(Place::Here(actor, page, places)),
        Joined::Refused(problem) => Err(problem.into()),
    }
}

/// Passes a page's messages to its call's actor. Audio waits here for a place: a page that sends faster than it is heard is not read.
async fn forward(actor: mpsc::Sender<Input>, page: u64, places: Arc<Semaphore>, mut messages: Messages) {
    let passing = async {
        let (mut pace, mut talk) = (Pace::default(), Talk::new());
        while let Some(message) = messages.next().await {
            let input = match message {
                Ok(ClientMessage::Frame(frame)) => {
                    let Some(in_flight) = InFlight::take(&places, &mut pace).await else { return };
                    Input::Frame { page, frame, in_flight }
                }
                Ok(message) => {
                    talk.wait().await;
                    Input::Message { page, message }
                }
                Err(problem) => {
                    talk.wait().await;
                    Input::Unreadable { page, problem }
                }
            };
            if actor.send(input).await.is_err() {
                return;
            }
        }
        let _ = actor.send(Input::Leave { page }).await;
    };
    tokio::select! {
        () = passing => {}
        () = actor.closed() => {}
    }
}
