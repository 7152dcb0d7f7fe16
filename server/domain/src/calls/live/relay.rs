//! A page or program on one server, its call on another: what both say is carried between them, as it is. Any server lets anybody in, and the
//! call is run by one.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use kernel::{Actor, DomainError, Kernel, Result};
use model::wire::{ClientMessage, Frame, Hello, ServerMessage};
use model::{CallId, Code, CueState, Problem, Verbosity};
use ports::PeerSocket;
use serde::{Deserialize, Serialize};
use store::LivingServer;

use super::inbox::Input;
use super::ownership::runner_of;
use super::registry;
use crate::calls::CallsKernel as _;
use crate::identity;

/// How long an order may take: the end of a call waits for its last words.
const ORDER_TAKES: Duration = Duration::from_secs(330);

/// The first byte of a message between servers: a frame as it goes over the documented stream, or JSON.
const FRAME: u8 = 0;
const JSON: u8 = 1;
/// JSON of a problem that a client's message has.
const UNREADABLE: u8 = 2;

/// An order for the server that runs a call.
const ORDER: u8 = 3;

/// What is wanted of a call from outside its page. What it changes in the database is changed already.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::calls) enum CallOrder {
    /// End it, and answer when that is done.
    End,
    /// A cue's state was changed.
    Feedback { cue: i64, state: CueState },
    /// The verbosity was changed.
    Verbosity(Verbosity),
    /// It is about to be deleted.
    Stop,
}

/// An order, as it goes between servers.
#[derive(Serialize, Deserialize)]
struct Ordered {
    call: CallId,
    order: CallOrder,
}

/// Carries an order out where the call is run; nothing if nobody runs it, and it need not be.
///
/// # Errors
/// What that server says, or `unavailable` if it can't be reached.
pub(in crate::calls) async fn order(kernel: &Kernel, actor: &Actor, call: CallId, order: CallOrder) -> Result<()> {
    actor.require_changes()?;
    if kernel.membership().is_some() && kernel.call_registry().get(call).is_none() {
        let owner = kernel.store().call_owner(actor.organization, call).await?.and_then(|call| call.owner);
        if let Some(server) = runner_of(kernel, owner.as_deref()).await? {
            return order_there(kernel, actor, &server, &Ordered { call, order }).await;
        }
    }
    order_here(kernel, actor, call, order).await
}

/// [`order`] for a call that, if anybody runs it, is run here.
///
/// # Errors
/// As [`order`].
pub(in crate::calls) async fn order_here(kernel: &Kernel, actor: &Actor, call: CallId, order: CallOrder) -> Result<()> {
    actor.require_changes()?;
    match order {
        CallOrder::End => return registry::end(kernel, actor.organization, call).await,
        CallOrder::Feedback { cue, state } => registry::notify(kernel, call, Input::Feedback { cue, state }).await,
        CallOrder::Verbosity(verbosity) => registry::notify(kernel, call, Input::Verbosity(verbosity)).await,
        CallOrder::Stop => registry::stop(kernel, call).await,
    }
    Ok(())
}

async fn order_there(kernel: &Kernel, actor: &Actor, server: &LivingServer, ordered: &Ordered) -> Result<()> {
    let mut socket = open(kernel, actor, server).await?;
    let body = serde_json::to_vec(ordered).map_err(|error| DomainError::Internal(error.to_string()))?;
    let _ = socket.sender.send(Bytes::from([&[ORDER], &body[..]].concat())).await;
    let answer = tokio::time::timeout(ORDER_TAKES, socket.receiver.recv()).await.ok().flatten().ok_or_else(away)?;
    match serde_json::from_slice::<Option<Problem>>(&answer) {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(problem.into()),
        Err(_) => Err(away()),
    }
}

/// Carries out what another server wants of a call that this one runs, if the message is that; the answer to it.
pub async fn take_order(kernel: &Kernel, actor: &Actor, message: &[u8]) -> Option<Bytes> {
    let body = message.strip_prefix(&[ORDER])?;
    let done = match serde_json::from_slice::<Ordered>(body) {
        Ok(Ordered { call, order }) => match crate::calls::get(kernel, actor, call).await {
            Ok(_) => order_here(kernel, actor, call, order).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(DomainError::new(Code::Invalid, format!("Another server's order can't be read: {error}."))),
    };
    serde_json::to_vec(&done.err().map(DomainError::into_problem)).ok().map(Bytes::from)
}

fn away() -> DomainError {
    DomainError::new(Code::Unavailable, "The server that runs this call does not answer. Another one takes it over in a moment.")
}

async fn open(kernel: &Kernel, actor: &Actor, server: &LivingServer) -> Result<PeerSocket> {
    let address = server.address.as_deref().ok_or_else(away)?;
    let token = identity::relay_token(kernel, actor)?;
    kernel.peers().open(address, &token).await.map_err(|error| {
        tracing::warn!(address, %error, "the server that runs a call can't be reached");
        away()
    })
}

/// What one server carries for a client of another one.
pub(super) fn encode(message: &Result<ClientMessage, Problem>) -> Option<Bytes> {
    let (kind, body) = match message {
        Ok(ClientMessage::Frame(frame)) => (FRAME, frame.to_bytes()),
        Ok(message) => (JSON, serde_json::to_vec(message).ok()?),
        Err(problem) => (UNREADABLE, serde_json::to_vec(problem).ok()?),
    };
    Some(Bytes::from([&[kind], &body[..]].concat()))
}

/// Reads it back.
///
/// # Errors
/// What the other server could not read itself, as it found it; `invalid` for a message that can't be read or is of no known kind.
pub fn decode(bytes: &[u8]) -> Result<ClientMessage, Problem> {
    let unreadable = |error: String| Problem::new(Code::Invalid, format!("Another server's message can't be read: {error}."));
    match bytes.split_first() {
        Some((&FRAME, body)) => Frame::from_bytes(body).map(ClientMessage::Frame).map_err(|error| unreadable(error.to_string())),
        Some((&JSON, body)) => serde_json::from_slice(body).map_err(|error| unreadable(error.to_string())),
        Some((&UNREADABLE, body)) => Err(serde_json::from_slice(body).unwrap_or_else(|error| unreadable(error.to_string()))),
        _ => Err(unreadable("it is of no kind".to_owned())),
    }
}

/// Connects a client here to its call on another server.
///
/// # Errors
/// `unavailable` if that server can't be reached: it may have ended a moment ago, and its call is another one's soon.
pub(super) async fn relay(
    kernel: &Kernel,
    actor: &Actor,
    server: &LivingServer,
    hello: Hello,
    messages: BoxStream<'static, Result<ClientMessage, Problem>>,
) -> Result<BoxStream<'static, ServerMessage>> {
    let socket = open(kernel, actor, server).await?;
    let (out, mut answers) = (socket.sender, socket.receiver);
    let first = Ok(ClientMessage::Hello(hello));
    tokio::spawn(async move {
        let mut messages = futures::stream::iter([first]).chain(messages);
        loop {
            let message = tokio::select! {
                message = messages.next() => message,
                () = out.closed() => return,
            };
            let Some(message) = message else { return };
            let Some(bytes) = encode(&message) else { continue };
            if out.send(bytes).await.is_err() {
                return;
            }
        }
    });
    let answers = futures::stream::poll_fn(move |context| answers.poll_recv(context));
    Ok(answers.filter_map(|bytes| std::future::ready(serde_json::from_slice(&bytes).ok())).boxed())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::{Millis, TrackId};

    use super::*;

    #[test]
    fn what_is_carried_arrives_as_it_was() {
        let frame = Frame { track: TrackId::FAR_END, sequence: 7, captured_at: Millis(700), pcm: vec![1, 2, 3, 4] };
        for message in [
            Ok(ClientMessage::Frame(frame)),
            Ok(ClientMessage::Ping { nonce: 3 }),
            Ok(ClientMessage::End),
            Err(Problem::new(Code::FrameMalformed, "No frame.")),
        ] {
            assert_eq!(decode(&encode(&message).unwrap()), message);
        }
        for rubbish in [&b""[..], b"\x07x", b"\x01{", b"\x00ab", b"\x02"] {
            assert_eq!(decode(rubbish).unwrap_err().code, Code::Invalid);
        }
    }
}
