//! What other servers of the same installation carry here: their clients' sockets to calls that this one runs.

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use domain::calls::live;
use domain::{Actor, Kernel, identity};
use futures::{SinkExt, StreamExt};
use http::HeaderMap;
use model::Code;
use model::wire::ServerMessage;
use providers::peers::RELAY_HEADER;

use crate::web::problem::Failure;
use crate::wiring::Server;

/// Larger than any message: a snapshot of hours of talk goes the other way.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Lets a server of this installation in.
pub async fn open(State(server): State<Server>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Result<Response, Failure> {
    let services = server.services().clone();
    if services.membership().is_none() {
        return Err(Failure::new(Code::NotFound, "This server shares its work with no other one."));
    }
    let token = headers.get(RELAY_HEADER).and_then(|token| token.to_str().ok()).unwrap_or_default();
    let actor = identity::authenticate_relay(&services, token).await?;
    Ok(upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(move |socket| carry(services, actor, socket)))
}

async fn carry(services: Kernel, actor: Actor, socket: WebSocket) {
    let (mut out, messages) = socket.split();
    let mut messages = messages
        .take_while(|message| std::future::ready(matches!(message, Ok(message) if !matches!(message, Message::Close(_)))))
        .filter_map(|message| {
            std::future::ready(match message {
                Ok(Message::Binary(bytes)) => Some(bytes),
                _ => None,
            })
        })
        .boxed();
    let Some(first) = messages.next().await else { return };
    if let Some(answer) = live::take_order(&services, &actor, &first).await {
        let _ = out.send(Message::Binary(answer)).await;
        let _ = out.close().await;
        return;
    }
    let messages = futures::stream::iter([first]).chain(messages).map(|bytes| live::decode_relayed(&bytes)).boxed();
    let mut answers = live::attach_here(&services, &actor, messages).await;
    while let Some(answer) = answers.next().await {
        let last = matches!(answer, ServerMessage::Refused(_) | ServerMessage::Restarting);
        let Ok(text) = serde_json::to_vec(&answer) else { continue };
        if out.send(Message::Binary(Bytes::from(text))).await.is_err() {
            return;
        }
        if last {
            break;
        }
    }
    let _ = out.close().await;
}
