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
use domain::knowledge::MAX_PIECE;
use futures::{Stream, StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, Method, StatusCode};
use model::{Code, MAX_FILE_BYTES};
use tokio::time::{Instant, timeout_at};

use super::problem::Failure;

/// Largest body of a request, in bytes, where no other limit is said here.
pub const MAX_BODY: usize = 1024 * 1024;
/// Largest form with a file: the file, and what stands around it.
pub const MAX_FORM: usize = MAX_FILE_BYTES as usize + 64 * 1024;
/// Largest JSON with a pasted text: a million characters, most of them escaped.
pub const MAX_TEXT: usize = 8 * 1024 * 1024;

/// Longest time without a byte, or for a body that is read at once.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Longest time for a body that is taken piece by piece: 100 MB at 250 kbit/s.
const MAX_STREAM: Duration = Duration::from_secs(3600);

/// Longest time that the rest of a body is waited for which nobody wants.
const MAX_REST: Duration = Duration::from_secs(20);

/// What may be sent to an address.
#[derive(Debug, PartialEq, Eq)]
enum Allowed {
    /// So many bytes, read before anything else looks at them.
    AtOnce(usize),
    /// So many bytes, read by the handler, after it knows who sends them. The handler says when it is too much; this
    /// refuses what is announced as such.
    Streamed(usize),
}

impl Allowed {
    fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let documents = path.strip_prefix("/api/v1/knowledge/documents");
        match (method.as_str(), documents) {
            ("POST", Some("")) if is_form(headers) => Self::Streamed(MAX_FORM),
            ("POST", Some("")) => Self::Streamed(MAX_TEXT),
            ("POST", Some(rest)) if rest.starts_with('/') && rest.ends_with("/versions") => Self::Streamed(MAX_FORM),
            ("PATCH", _) if path.starts_with("/api/v1/knowledge/uploads/") => Self::Streamed(MAX_PIECE),
            // A page sends pieces of files too, each with a few words around it.
            ("POST", _) if path == "/api/knowledge/put-piece" => Self::AtOnce(MAX_PIECE + 1024),
            _ => Self::AtOnce(MAX_BODY),
        }
    }

    const fn bytes(&self) -> usize {
        match self {
            Self::AtOnce(bytes) | Self::Streamed(bytes) => *bytes,
        }
    }

    fn too_large(&self) -> Failure {
        match self {
            Self::Streamed(MAX_FORM) => form_too_large(),
            _ => too_large(self.bytes()),
        }
    }
}

/// The failure of a body with more than `most` bytes.
pub fn too_large(most: usize) -> Failure {
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

/// Reads the body up to its limit before anything else looks at it: too large is 413, too slow is 408. What is taken piece
/// by piece is handed on, with the same patience. What is left in the end is read and forgotten.
pub async fn limit(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let allowed = Allowed::of(request.method(), request.uri().path(), request.headers());
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let (mut parts, body) = request.into_parts();
    // Who asks first whether to send the body doesn't send one that isn't wanted.
    let asks_first = parts.headers.remove(EXPECT).is_some();
    let body = Rest::of(body);
    let response = if announced.is_some_and(|length| length > allowed.bytes() as u64) {
        allowed.too_large().into_response()
    } else if let Allowed::AtOnce(most) = allowed {
        match tokio::time::timeout(MAX_WAIT, to_bytes(Body::from_stream(body.pieces()), most)).await {
            Ok(Ok(bytes)) => return next.run(Request::from_parts(parts, Body::from(bytes))).await,
            Ok(Err(error)) if is_too_large(&error) => allowed.too_large().into_response(),
            Ok(Err(_)) => broken_off().into_response(),
            Err(_) => return too_slow().into_response(),
        }
    } else {
        next.run(Request::from_parts(parts, body.patient())).await
    };
    if !asks_first || body.was_asked_for() {
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

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"multipart/form-data"))
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

    #[test]
    fn only_files_and_texts_may_be_large() {
        let of = |method: Method, path: &str, kind: &'static str| {
            Allowed::of(&method, path, &HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]))
        };
        let (form, json) = ("Multipart/form-data; boundary=x", "application/json");
        assert_eq!(of(Method::POST, "/api/v1/knowledge/documents", form), Allowed::Streamed(MAX_FORM));
        assert_eq!(of(Method::POST, "/api/v1/knowledge/documents", json), Allowed::Streamed(MAX_TEXT));
        assert_eq!(of(Method::POST, "/api/v1/knowledge/documents/1/versions", form), Allowed::Streamed(MAX_FORM));
        assert_eq!(of(Method::PATCH, "/api/v1/knowledge/uploads/1", "application/octet-stream"), Allowed::Streamed(MAX_PIECE));
        for (method, path) in [
            (Method::PATCH, "/api/v1/knowledge/documents/1"),
            (Method::POST, "/api/v1/knowledge/documents/1/password"),
            (Method::POST, "/api/v1/knowledge/documentsx/versions"),
            (Method::POST, "/api/v1/knowledge/uploads"),
            (Method::POST, "/api/v1/calls"),
            (Method::PUT, "/api/v1/knowledge/documents"),
        ] {
            assert_eq!(of(method.clone(), path, form), Allowed::AtOnce(MAX_BODY), "{method} {path}");
        }
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
