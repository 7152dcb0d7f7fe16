//! A page or program on one server, its call on another: what both say is carried between them, as it is. Any server lets anybody in, and the
//! call is run by one.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use kernel::{Actor, DomainError, Kernel, Result};
use model::wire::{ClientMessage, Frame, Hello, ServerMessage};
use model::{Code, Problem};
use store::LivingServer;

use crate::calls::CallsKernel as _;
use crate::identity;

/// The first byte of a message between servers: a frame as it goes over the documented stream, or JSON.
const FRAME: u8 = 0;
const JSON: u8 = 1;
/// JSON of a problem that a client's message has.
const UNREADABLE: u8 = 2;

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
    let away =
        || DomainError::new(Code::Unavailable, "The server that runs this call does not answer. Another one takes it over in a moment.");
    let address = server.address.as_deref().ok_or_else(away)?;
    let token = identity::relay_token(kernel, actor)?;
    let socket = kernel.peers().open(address, &token).await.map_err(|error| {
        tracing::warn!(address, %error, "a client can't be carried to the server that runs its call");
        away()
    })?;
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

    use model::{Channel, Millis};

    use super::*;

    #[test]
    fn what_is_carried_arrives_as_it_was() {
        let frame = Frame { channel: Channel::Customer, sequence: 7, captured_at: Millis(700), pcm: vec![1, 2, 3, 4] };
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
