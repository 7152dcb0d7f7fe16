//! One connection of a live call.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::channel::oneshot;
use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use model::Millis;
use model::wire::{ClientMessage, Hello};

use super::Input;
use crate::error::AppError;
use crate::pages::calls::api;

/// The sending half. Dropping it closes the connection, whatever the other half waits for.
pub struct Socket {
    sender: UnboundedSender<Result<ClientMessage, AppError>>,
    _closed: oneshot::Sender<()>,
}

impl Socket {
    /// Connects and says hello; what comes, and the end, goes to `inbox` under this number.
    pub fn open(hello: Hello, number: u32, inbox: UnboundedSender<Input>) -> Self {
        let (sender, receiver) = unbounded();
        let (closed, mut closing) = oneshot::channel::<()>();
        // The receiver is there until the socket is.
        let _ = sender.unbounded_send(Ok(ClientMessage::Hello(hello)));
        spawn_local(async move {
            if let Ok(stream) = api::live_call(receiver.into()).await {
                let mut stream: std::pin::Pin<Box<dyn futures::Stream<Item = _> + Send>> = stream.into();
                // An error is the end: a clean one and a loss look the same, and what can't be read won't get better.
                while let futures::future::Either::Left((Some(Ok(message)), _)) = futures::future::select(stream.next(), &mut closing).await
                {
                    if inbox.unbounded_send(Input::Server(number, Some(message))).is_err() {
                        return;
                    }
                }
            }
            let _ = inbox.unbounded_send(Input::Server(number, None));
        });
        Self { sender, _closed: closed }
    }

    /// Sends a message. A connection that is gone is told through the inbox; what must arrive is kept until it is acked.
    pub fn send(&self, message: ClientMessage) {
        let _ = self.sender.unbounded_send(Ok(message));
    }
}

/// Waits. Not for audio: timers stand still in hidden pages.
pub async fn pause(length: Millis) {
    let (sender, receiver) = oneshot::channel();
    set_timeout(
        move || {
            let _ = sender.send(());
        },
        std::time::Duration::from_millis(length.0.unsigned_abs()),
    );
    let _ = receiver.await;
}
