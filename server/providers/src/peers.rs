//! Sockets to other servers of the same installation.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http::HeaderValue;
use ports::{PeerError, PeerSocket, Peers};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Where a server takes what others relay.
pub const RELAY_PATH: &str = "/internal/relay";
/// The header with the token.
pub const RELAY_HEADER: &str = "x-closezly-relay";

/// How long connecting, and sending one message, may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// A peer that says nothing, not even to a ping, for so long is gone.
const SILENCE: Duration = Duration::from_secs(8);
/// How often it is asked.
const PING_EVERY: Duration = Duration::from_secs(3);
const WAITING: usize = 256;

/// Over websockets.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebSocketPeers;

#[async_trait]
impl Peers for WebSocketPeers {
    async fn open(&self, address: &str, token: &SecretString) -> Result<PeerSocket, PeerError> {
        let unreachable = |error: &dyn std::fmt::Display| PeerError::Unreachable(error.to_string());
        let address = address.strip_prefix("http").map(|rest| format!("ws{rest}{RELAY_PATH}")).unwrap_or_default();
        let mut request = address.into_client_request().map_err(|error| unreachable(&error))?;
        let mut token = HeaderValue::from_str(token.expose_secret()).map_err(|error| unreachable(&error))?;
        token.set_sensitive(true);
        request.headers_mut().insert(RELAY_HEADER, token);
        let limits = WebSocketConfig::default().max_message_size(Some(64 << 20)).max_frame_size(Some(64 << 20));
        let connecting = tokio_tungstenite::connect_async_with_config(request, Some(limits), true);
        let socket = match timeout(PATIENCE, connecting).await {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(Error::Http(response))) => return Err(PeerError::Refused(response.status().as_u16())),
            Ok(Err(error)) => return Err(unreachable(&error)),
            Err(_) => return Err(unreachable(&"it does not answer")),
        };
        let (sender, mut outgoing) = mpsc::channel::<Bytes>(WAITING);
        let (incoming, receiver) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let (mut out, mut from) = socket.split();
            let sending = async {
                let mut ping = tokio::time::interval(PING_EVERY);
                loop {
                    let message = tokio::select! {
                        message = outgoing.recv() => match message {
                            Some(bytes) => Message::Binary(bytes),
                            None => break,
                        },
                        _ = ping.tick() => Message::Ping(Bytes::new()),
                    };
                    if !matches!(timeout(PATIENCE, out.send(message)).await, Ok(Ok(()))) {
                        return;
                    }
                }
                let _ = timeout(PATIENCE, out.close()).await;
            };
            let receiving = async {
                loop {
                    match timeout(SILENCE, from.next()).await {
                        Ok(Some(Ok(Message::Binary(bytes)))) => {
                            if incoming.send(bytes).await.is_err() {
                                return;
                            }
                        }
                        Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return,
                        Ok(Some(Ok(_))) => {}
                    }
                }
            };
            tokio::pin!(sending, receiving);
            tokio::select! {
                // What was said before it went may still be answered.
                () = &mut sending => drop(timeout(PATIENCE, receiving).await),
                () = &mut receiving => {}
            }
        });
        Ok(PeerSocket { sender, receiver })
    }
}
