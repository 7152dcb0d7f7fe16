//! How much of a client's request has arrived: a server that stops waits for requests that are whole, and for those that are coming.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body as AnswerBody, Bytes};
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// How long a server that stops waits for the next piece of a request.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a connection has of its client's request.
#[derive(Debug, Default)]
pub struct Arrival {
    /// A request is there to its end and is being answered.
    is_whole: AtomicBool,
    /// Pieces of bodies that have come.
    pieces: AtomicUsize,
}

impl Arrival {
    /// A request has begun: its body, which notes how it arrives.
    pub fn begun(self: &Arc<Self>, body: Incoming) -> Arriving {
        self.is_whole.store(body.is_end_stream(), Ordering::Relaxed);
        Arriving(body, Arc::clone(self))
    }

    /// It is answered: the answer's body, which notes when it has been written.
    pub fn answered(self: &Arc<Self>, body: AnswerBody) -> Answered {
        Answered(body, Arc::clone(self))
    }

    /// Ends when there is no whole request and none comes any further.
    pub async fn is_stuck(&self) {
        loop {
            let before = self.pieces.load(Ordering::Relaxed);
            tokio::time::sleep(PATIENCE).await;
            if !self.is_whole.load(Ordering::Relaxed) && self.pieces.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

/// A request's body.
#[derive(Debug)]
pub struct Arriving(Incoming, Arc<Arrival>);

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.0).poll_frame(context);
        if matches!(polled, Poll::Ready(Some(Ok(_)))) {
            self.1.pieces.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(polled, Poll::Ready(None)) || self.0.is_end_stream() {
            self.1.is_whole.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// An answer's body.
#[derive(Debug)]
pub struct Answered(AnswerBody, Arc<Arrival>);

impl Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        // What comes on this connection from now on is another request.
        self.1.is_whole.store(false, Ordering::Relaxed);
    }
}
