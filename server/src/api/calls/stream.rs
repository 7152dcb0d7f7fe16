//! A live call over a websocket: JSON text for messages, binary for audio.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use domain::{Actor, Kernel, socket};
use futures::stream::{BoxStream, SplitStream};
use futures::{SinkExt, StreamExt};
use http::StatusCode;
use model::wire::{ClientMessage, Frame, ServerMessage};
use model::{CallId, Code, Problem};
use tracing::Instrument;

use crate::api::extract::Path;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// A frame is at most 1 s of audio (32 KB), and a text message is short. What is over that is told by `Rejected`, up to here;
/// what is over this ends the socket with code 1009.
const MAX_MESSAGE: usize = 1024 * 1024;
/// What a socket is read into: some frames. Each call has one, and tungstenite's usual 128 KB are a third of what a call takes.
const READ_BUFFER: usize = 16 * 1024;
/// Answers that go out together, if there are so many.
const TOGETHER: usize = 64;

/// Stream a live call
///
/// A websocket. The first message is text: `{"Hello": {"call", "part": "Source" | "Viewer", "page", "take_over",
/// "last_event"}}`. Audio is binary: track (u8, a place in the call's `tracks`), sequence number within the track from 0 (u32),
/// capture time in ms since the call's start (u64), then 16 kHz mono samples (i16); all little-endian, at most 1 s a frame.
/// Everything else is JSON text: `{"Pause": {"paused"}}`, `{"Bookmark": {"at", "note"}}`, `{"Feedback": {"cue", "state"}}`,
/// `{"Heard": …}`, `{"Ping": {"nonce"}}`, `"End"`. The server answers with `Welcome`, `Snapshot`, `Event`, `Ack`, `Pong`,
/// `Rejected`, `Refused` and `Restarting`. Keep every frame until an `Ack` has passed it, and send it again, in order,
/// after a reconnect. A socket that says no hello within 10 s, and one whose token, session, role or membership ends, is told so
/// with `Refused` and closed; what it sent until then stays. `docs/api/stream.md` has it all.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/stream",
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 101, description = "The stream is open; what is wrong with the call comes as its first message, `Refused`"),
        (status = 426, description = "Not a websocket")
    )
)]
pub async fn open(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let upgrade = upgrade.map_err(|_| {
        Failure::new(Code::Invalid, "This address is a websocket: connect with a websocket client.")
            .with_status(StatusCode::UPGRADE_REQUIRED)
    })?;
    tracing::Span::current().record("call", tracing::field::display(id));
    let services = server.services().clone();
    let span = tracing::Span::current();
    Ok(upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .on_upgrade(move |socket| carry(services, scope, id, socket).instrument(span)))
}

async fn carry(services: Kernel, scope: Actor, id: CallId, carried: WebSocket) {
    let (mut out, messages) = carried.split();
    let code = Arc::new(AtomicU16::new(close_code::NORMAL));
    let answers = socket::open(&services, &scope, read(messages, id, Arc::clone(&code))).await;
    // Both sides' acks come at once: what is there goes out by one call of the system.
    let mut answers = answers.ready_chunks(TOGETHER);
    'open: while let Some(together) = answers.next().await {
        for answer in together {
            let last = matches!(answer, ServerMessage::Refused(_) | ServerMessage::Restarting);
            let Ok(text) = serde_json::to_string(&answer) else { continue };
            if out.feed(Message::Text(text.into())).await.is_err() {
                return;
            }
            if last {
                break 'open;
            }
        }
        if out.flush().await.is_err() {
            return;
        }
    }
    let _ = out.send(Message::Close(Some(CloseFrame { code: code.load(Ordering::Relaxed), reason: "".into() }))).await;
}

/// The client's messages. What can't be read is an error in the stream, which the call answers with `Rejected`; the end of
/// the socket is the end of the stream. What breaks the socket is told too, and sets the code that it is closed with.
fn read(messages: SplitStream<WebSocket>, id: CallId, code: Arc<AtomicU16>) -> BoxStream<'static, Result<ClientMessage, Problem>> {
    messages
        .take_while(|message| std::future::ready(!matches!(message, Ok(Message::Close(_)))))
        .filter_map(move |message| {
            std::future::ready(match message {
                Err(error) => broken(&error).map(|(why, problem)| {
                    code.store(why, Ordering::Relaxed);
                    Err(problem)
                }),
                Ok(Message::Text(text)) => Some(parse(&text, id)),
                Ok(Message::Binary(bytes)) => Some(
                    Frame::from_bytes(&bytes)
                        .map(ClientMessage::Frame)
                        .map_err(|error| Problem::new(Code::FrameMalformed, error.to_string())),
                ),
                _ => None,
            })
        })
        .boxed()
}

/// The close code and the sentence for a socket that ends by the client's fault; none if it just ended.
fn broken(error: &axum::Error) -> Option<(u16, Problem)> {
    // axum hides the type; these are the beginnings of tungstenite's `Capacity` and `Utf8`.
    let error = error.to_string();
    if error.starts_with("Space limit exceeded") {
        let problem = format!("A message may have {} KB. Audio comes in frames of at most 1 second.", MAX_MESSAGE / 1024);
        Some((close_code::SIZE, Problem::new(Code::TooLarge, problem)))
    } else if error.starts_with("UTF-8 encoding error") {
        Some((close_code::INVALID, Problem::new(Code::Invalid, "Text messages must be UTF-8.")))
    } else {
        None
    }
}

fn parse(text: &str, id: CallId) -> Result<ClientMessage, Problem> {
    match serde_json::from_str(text) {
        Ok(ClientMessage::Hello(hello)) if hello.call != id => {
            Err(Problem::new(Code::Invalid, "The call of the hello is another one than that of the address."))
        }
        Ok(message) => Ok(message),
        Err(error) => Err(Problem::new(Code::Invalid, format!("This message can't be read: {error}."))),
    }
}
