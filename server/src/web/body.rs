//! Bodies are small and come at once, or not at all; but for files, which their handlers take piece by piece.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::header::{CONTENT_LENGTH, EXPECT};
use http::{Extensions, HeaderMap, Method, StatusCode};
use model::{Code, MAX_FILE_BYTES};
use tokio::time::{Instant, timeout_at};

use super::problem::Failure;

/// Largest body of a request, in bytes, where its route says nothing else.
pub const MAX_BODY: usize = 1024 * 1024;
/// Largest form with a file: the file, and what stands around it.
pub const MAX_FORM: usize = MAX_FILE_BYTES as usize + 64 * 1024;
/// Largest JSON with a pasted text: a million characters, most of them escaped.
pub const MAX_TEXT: usize = 8 * 1024 * 1024;

/// Longest time without a byte, or for a body that is read at once.
pub const MAX_WAIT: Duration = Duration::from_secs(30);
/// Longest time for a body that is taken piece by piece: 100 MB at 250 kbit/s.
const MAX_STREAM: Duration = Duration::from_secs(3600);

/// Longest time that the rest of a body is waited for which nobody wants.
const MAX_REST: Duration = Duration::from_secs(20);

/// Most bytes of a body, where a route says so; it is put into the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Most(pub usize);

/// Most bytes of this request's body.
pub fn most(extensions: &Extensions) -> usize {
    extensions.get::<Most>().map_or(MAX_BODY, |most| most.0)
}

/// Refuses a body that says of itself that it is too large, before a byte of it is asked for.
///
/// # Errors
/// The failure to answer with.
pub fn check_announced(headers: &HeaderMap, most: usize) -> Result<(), Failure> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) { Err(too_large(most)) } else { Ok(()) }
}

/// Reads a whole body at once.
///
/// # Errors
/// The failure to answer with: too large, too slow, broken off.
pub async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Failure> {
    check_announced(headers, most)?;
    match tokio::time::timeout(MAX_WAIT, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => Err(too_large(most)),
        Ok(Err(error)) if !is_too_slow(&error) => Err(broken_off()),
        Ok(Err(_)) | Err(_) => Err(too_slow()),
    }
}

/// Reads the body of a server function before the function does: what is too large or too slow is told as what it is.
pub async fn at_once(request: Request, next: Next) -> Response {
    if is_bodiless(request.method()) {
        return next.run(request).await;
    }
    let most = app::server::most_bytes(request.uri().path()).unwrap_or(MAX_BODY);
    let (parts, body) = request.into_parts();
    match read(&parts.headers, body, most).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(failure) => failure.into_response(),
    }
}

/// The failure of a body with more than `most` bytes.
pub fn too_large(most: usize) -> Failure {
    if most == MAX_FORM {
        return form_too_large();
    }
    let most = most / 1024 / 1024;
    Failure::new(Code::TooLarge, format!("That is too much at once: this request may carry at most {most} MB."))
}

/// The failure of a form whose file is too large.
pub fn form_too_large() -> Failure {
    let most = MAX_FILE_BYTES / 1024 / 1024;
    Failure::new(Code::TooLarge, format!("The file is larger than {most} MB. Split it, or leave out its pictures."))
}

/// The failure of a body that ended before its end.
pub fn broken_off() -> Failure {
    Failure::new(Code::Invalid, "The body of the request ended too early. Send it again.").with_status(StatusCode::BAD_REQUEST)
}

/// The failure of a body that comes too slowly.
pub fn too_slow() -> Failure {
    Failure::new(Code::Unavailable, "The body of the request took too long. Send it again.").with_status(StatusCode::REQUEST_TIMEOUT)
}

/// Whether a body could not be read to its end because it took too long.
pub fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error + 'static>::is::<TooSlow>)
}

/// Hands every body on with the same patience: whoever reads it is told when it stands still or takes for ever. How large it may
/// be, its route says. What is left in the end is read and forgotten.
pub async fn patience(request: Request, next: Next) -> Response {
    if is_bodiless(request.method()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Who asks first whether to send the body doesn't send one that isn't wanted.
    let asks_first = parts.headers.remove(EXPECT).is_some();
    let body = Rest::of(body);
    let response = next.run(Request::from_parts(parts, body.patient())).await;
    let gave_up = response.status() == StatusCode::REQUEST_TIMEOUT;
    if !gave_up && (!asks_first || body.was_asked_for()) {
        body.pass().await;
    }
    response
}

/// A body that a handler reads, or a part of it: what is left then is read and forgotten. A connection that is closed while its
/// client still sends is reset, and the client never sees what it was answered.
struct Rest {
    pieces: Arc<Mutex<Option<BodyDataStream>>>,
    asked_for: Arc<AtomicBool>,
}

impl Rest {
    fn of(body: Body) -> Self {
        Self { pieces: Arc::new(Mutex::new(Some(body.into_data_stream()))), asked_for: Arc::default() }
    }

    /// Whether a part of it was read: then the client sends.
    fn was_asked_for(&self) -> bool {
        self.asked_for.load(Ordering::Relaxed)
    }

    /// For the handler: it ends with [`TooSlow`] if nothing comes for a while or it takes for ever.
    fn patient(&self) -> Body {
        Body::from_stream(waiting(self.pieces(), MAX_WAIT, MAX_STREAM))
    }

    fn pieces(&self) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + Unpin + use<> {
        let (body, asked_for) = (Arc::clone(&self.pieces), Arc::clone(&self.asked_for));
        stream::poll_fn(move |context| {
            asked_for.store(true, Ordering::Relaxed);
            let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(pieces) = body.as_mut() else { return Poll::Ready(None) };
            let piece = pieces.poll_next_unpin(context);
            if !matches!(piece, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
                *body = None;
            }
            piece.map_err(Into::into)
        })
    }

    /// Reads on to the end, within reason.
    async fn pass(&self) {
        let (mut pieces, mut left) = (self.pieces(), 2 * MAX_FORM);
        let passing = async {
            while let Some(Ok(piece)) = pieces.next().await {
                let Some(less) = left.checked_sub(piece.len()) else { return };
                left = less;
            }
        };
        // Whoever takes longer may miss the answer.
        let _ = tokio::time::timeout(MAX_REST, passing).await;
    }
}

fn waiting<S>(pieces: S, each: Duration, all: Duration) -> impl Stream<Item = Result<Bytes, BoxError>> + Send
where
    S: Stream<Item = Result<Bytes, BoxError>> + Send + Unpin,
{
    let deadline = Instant::now() + all;
    stream::unfold(Some(pieces), move |pieces| async move {
        let mut pieces = pieces?;
        match timeout_at(deadline.min(Instant::now() + each), pieces.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(TooSlow.into()), None)),
        }
    })
}

#[derive(Debug)]
struct TooSlow;

impl std::fmt::Display for TooSlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body took too long")
    }
}

impl std::error::Error for TooSlow {}

fn is_bodiless(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_body_is_read_up_to_what_its_route_takes() {
        let announced = |length: &str| HeaderMap::from_iter([(CONTENT_LENGTH, length.parse().unwrap())]);
        assert_eq!(read(&announced("4"), Body::from("four"), 4).await.unwrap(), "four");
        for (headers, body) in [(announced("5"), "five!"), (HeaderMap::new(), "five!")] {
            let answer = read(&headers, Body::from(body), 4).await.unwrap_err().into_response();
            assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{headers:?}");
        }
        let broken = stream::iter([Ok(Bytes::from_static(b"x")), Err(BoxError::from("gone"))]);
        let answer = read(&HeaderMap::new(), Body::from_stream(broken), 4).await.unwrap_err().into_response();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let slow = stream::iter([Err::<Bytes, _>(BoxError::from(TooSlow))]);
        let answer = read(&HeaderMap::new(), Body::from_stream(slow), 4).await.unwrap_err().into_response();
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!((most(&Extensions::new()), check_announced(&announced("nonsense"), 4).is_ok()), (MAX_BODY, true));
    }

    #[tokio::test]
    async fn a_body_that_stands_still_ends() {
        let piece = |wait: Duration| async move {
            tokio::time::sleep(wait).await;
            Ok::<_, BoxError>(Bytes::from_static(b"x"))
        };
        let came = async |waits: Vec<Duration>, all: Duration| {
            let pieces = stream::iter(waits).then(piece).boxed();
            let pieces = waiting(pieces, Duration::from_secs(1), all);
            pieces.map(|piece| piece.map_err(|error| is_too_slow(&*error))).collect::<Vec<_>>().await
        };
        let (none, some, long) = (Duration::ZERO, Duration::from_millis(300), Duration::from_secs(60));
        let fine = || Ok(Bytes::from_static(b"x"));
        assert_eq!(came(vec![none; 3], long).await, [fine(), fine(), fine()]);
        assert_eq!(came(vec![none, long, none], long).await, [fine(), Err(true)], "nothing after it");
        let little = came(vec![some; 20], Duration::from_secs(1)).await;
        assert!(little.len() < 10 && little.last() == Some(&Err(true)), "not even a little at a time: {little:?}");
    }
}
