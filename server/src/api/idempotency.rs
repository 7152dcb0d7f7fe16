//! `Idempotency-Key`: a request that comes again, because its answer was lost, is answered again and not done again.
//!
//! A key is noted before its request is done, and the answer with it afterwards. In between, the commit of what was asked notes that it was
//! done: a server that dies before it keeps the answer leaves a key whose request is not done again. Bodies may be large files: they are
//! hashed as they pass, and kept nowhere. Only what was done is kept: a failure changes nothing, so the key is free again after it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::DomainError;
use futures::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use model::{Code, MemberId, OrganizationId, Problem};
use sha2::{Digest, Sha256};
use store::idempotency::{KeptAnswer, KeyOf};
use tracing::Instrument;

use crate::web::body::{self, MAX_FORM};
use crate::web::caller::Caller;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// The header's name in requests.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Longest key.
const MAX_KEY: usize = 255;
/// How long an answer is given again.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// A request whose key was not noted again for so long has died with its server.
const DEAD: TimeDelta = TimeDelta::minutes(1);
/// How often a running request's key is noted again: a large file takes its time.
const NOTE_EVERY: Duration = Duration::from_secs(20);
/// Largest answer that is kept; none is nearly as large.
const MAX_ANSWER: usize = 1024 * 1024;

/// Whether an operation takes the header: each that may do something twice, but for signing in, where nobody is known yet.
pub fn is_taken(method: &str, path: &str) -> bool {
    method.eq_ignore_ascii_case("post") && !path.starts_with("/api/v1/auth/")
}

/// Whether an operation's answer is a secret, which is kept nowhere.
fn is_secret(path: &str) -> bool {
    path == "/api/v1/tokens"
}

/// A key, and whose it is.
#[derive(Clone)]
struct Key {
    organization: OrganizationId,
    member: MemberId,
    key: String,
}

impl Key {
    fn of(&self) -> KeyOf<'_> {
        KeyOf { organization: self.organization, member: self.member.0, key: &self.key }
    }
}

/// Does each request with a key once.
pub async fn once(State(server): State<Server>, caller: Caller, request: Request, next: Next) -> Response {
    if !is_taken(request.method().as_str(), request.uri().path()) || !request.headers().contains_key(IDEMPOTENCY_KEY) {
        return next.run(request).await;
    }
    // Who is nobody is told so by the operation.
    let Some((organization, member)) = caller.scope.as_ref().and_then(|actor| Some((actor.organization, actor.member_id()?))) else {
        return next.run(request).await;
    };
    let key = match key(request.headers()) {
        Ok(key) => Key { organization, member, key },
        Err(failure) => return failure.into_response(),
    };
    // To the end, though its client may have gone: it will ask again.
    let mut request = request;
    if let Some(Caller { scope, .. }) = request.extensions_mut().get_mut::<Caller>() {
        *scope = scope.take().map(|actor| actor.within_request(&key.key));
    }
    let doing = tokio::spawn(answer(server, key, request, next).in_current_span());
    match doing.await {
        Ok(Ok(response)) => response,
        Ok(Err(failure)) => failure.into_response(),
        Err(error) => Failure::from(DomainError::Internal(format!("a request with a key: {error}"))).into_response(),
    }
}

/// The header's value.
fn key(headers: &HeaderMap) -> Result<String, Failure> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().map(HeaderValue::as_bytes).unwrap_or_default();
    if values.next().is_some() || key.is_empty() || key.len() > MAX_KEY || !key.iter().all(u8::is_ascii_graphic) {
        return Err(Problem::of_field(
            "Idempotency-Key",
            format!("Send one “Idempotency-Key” of 1 to {MAX_KEY} visible ASCII characters without blanks, for example a UUID."),
        )
        .into());
    }
    Ok(String::from_utf8_lossy(key).into_owned())
}

async fn answer(server: Server, key: Key, request: Request, next: Next) -> Result<Response, Failure> {
    let store = server.services().store();
    let now = server.services().now();
    let (parts, body) = request.into_parts();
    let is_secret = is_secret(parts.uri.path());
    let hashed = Hashed::of(&parts.method, &parts.uri, body);
    if !store.begin_request(key.of(), &[], now, now - KEPT, now - DEAD).await.map_err(DomainError::from)? {
        return again(&server, &key, hashed, is_secret).await;
    }
    let response = run(&server, &key, next, Request::from_parts(parts, hashed.pass())).await;
    if response.status().is_client_error() {
        drop_key(&server, &key, true).await;
        return Ok(response);
    }
    if response.status().is_server_error() {
        // What was done before it failed stays done.
        drop_key(&server, &key, false).await;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, MAX_ANSWER).await {
        Ok(body) => body,
        Err(error) => {
            // It was done, so the key stays: the request must not be done again.
            return Err(DomainError::Internal(format!("an answer can't be kept: {error}")).into());
        }
    };
    let kept = KeptAnswer {
        status: parts.status.as_u16(),
        headers: if is_secret { BTreeMap::new() } else { kept_headers(&parts.headers) },
        body: if is_secret { Vec::new() } else { body.to_vec() },
    };
    match hashed.finish().await {
        Ok(fingerprint) => {
            if let Err(error) = store.finish_request(key.of(), &fingerprint, &kept).await {
                // It was done, and is answered.
                DomainError::from(error).log("an answer could not be kept");
            }
        }
        // What broke off was not needed, but nobody knows what was asked.
        Err(_) => drop_key(&server, &key, true).await,
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Does the request, and says meanwhile that it is still being done.
async fn run(server: &Server, key: &Key, next: Next, request: Request) -> Response {
    let mut doing = std::pin::pin!(next.run(request));
    loop {
        tokio::select! {
            response = &mut doing => return response,
            () = tokio::time::sleep(NOTE_EVERY) => {
                if let Err(error) = server.services().store().touch_request(key.of(), server.services().now()).await {
                    DomainError::from(error).log("a running request's key could not be noted again");
                }
            }
        }
    }
}

/// The answer to a request whose key is known.
async fn again(server: &Server, key: &Key, hashed: Hashed, is_secret: bool) -> Result<Response, Failure> {
    let known = server.services().store().known_request(key.of()).await.map_err(DomainError::from)?;
    if known.as_ref().is_some_and(|known| known.answer.is_none() && known.done && known.noted_at < server.services().now() - DEAD) {
        return Err(Failure::new(
            Code::Conflict,
            "What was asked with this Idempotency-Key was done, but its answer was lost. Look at what is there now; to ask for more, use a \
             new key.",
        ));
    }
    let Some((known, answer)) = known.and_then(|known| Some((known.fingerprint, known.answer?))) else {
        let problem = Problem::new(Code::Conflict, "The first request with this Idempotency-Key is not done yet. Come again in a moment.");
        return Err(DomainError::RateLimited { problem, wait: Duration::from_secs(1) }.into());
    };
    if known != hashed.finish().await? {
        return Err(Failure::new(
            Code::Conflict,
            "This Idempotency-Key was used for another request. Use a new key for each, and the same only to send the same again.",
        ));
    }
    if is_secret {
        return Err(Failure::new(
            Code::Conflict,
            "This was done with the same Idempotency-Key before. Its answer is a secret, which is shown once and kept nowhere: \
             delete what was made, and make another with a new key.",
        ));
    }
    let mut response = (StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK), answer.body).into_response();
    let headers = response.headers_mut();
    headers.clear();
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

async fn drop_key(server: &Server, key: &Key, even_done: bool) {
    if let Err(error) = server.services().store().drop_request(key.of(), even_done).await {
        // It is free by itself a minute later, or stays as one that was done.
        DomainError::from(error).log("a key could not be set free");
    }
}

/// What the answer says of itself; who is signed in, it says only once.
fn kept_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let own = headers.iter().filter(|(name, _)| **name != SET_COOKIE && **name != CONTENT_LENGTH);
    own.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

/// A body that is hashed as it passes.
#[derive(Clone)]
struct Hashed(Arc<Mutex<Passing>>);

struct Passing {
    /// What is still to come.
    body: Option<BodyDataStream>,
    hash: Sha256,
    is_broken: bool,
}

impl Hashed {
    /// What is asked is the method, the address and the body.
    fn of(method: &Method, uri: &Uri, body: Body) -> Self {
        let mut hash = Sha256::new();
        let address = uri.path_and_query().map_or("", |address| address.as_str());
        for part in [method.as_str(), address] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(Arc::new(Mutex::new(Passing { body: Some(body.into_data_stream()), hash, is_broken: false })))
    }

    /// For the operation.
    fn pass(&self) -> Body {
        let passing = Arc::clone(&self.0);
        Body::from_stream(stream::poll_fn(move |context| {
            let mut passing = passing.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(body) = passing.body.as_mut() else { return Poll::Ready(None) };
            let piece = body.poll_next_unpin(context);
            match &piece {
                Poll::Ready(Some(Ok(piece))) => passing.hash.update(piece),
                Poll::Ready(ended) => {
                    passing.is_broken = ended.is_some();
                    passing.body = None;
                }
                Poll::Pending => {}
            }
            piece
        }))
    }

    /// Reads what is left, and gives the hash of it all.
    async fn finish(self) -> Result<Vec<u8>, Failure> {
        let (mut rest, mut bytes) = (self.pass().into_data_stream(), 0);
        while let Some(piece) = rest.next().await {
            bytes += piece.map_err(|error| if body::is_too_slow(&error) { body::too_slow() } else { body::broken_off() })?.len();
            if bytes > MAX_FORM {
                return Err(body::too_large(MAX_FORM));
            }
        }
        let passing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if passing.is_broken {
            return Err(body::broken_off());
        }
        Ok(passing.hash.clone().finalize().to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn header(values: &[&str]) -> HeaderMap {
        HeaderMap::from_iter(values.iter().map(|value| (IDEMPOTENCY_KEY, HeaderValue::from_str(value).unwrap())))
    }

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(key(&header(&["8e03978e-40d5"])).unwrap(), "8e03978e-40d5");
        assert!(key(&header(&[&"x".repeat(255)])).is_ok());
        for wrong in [&["", ""][..], &[""], &["a b"], &["ä"], &["a", "b"], &[&"x".repeat(256)]] {
            assert!(key(&header(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_request_is_its_method_its_address_and_its_body() {
        let hash = async |address: &'static str, read: bool, pieces: &[&'static str]| {
            let pieces: Vec<Result<&str, std::io::Error>> = pieces.iter().map(|piece| Ok(*piece)).collect();
            let hashed = Hashed::of(&Method::POST, &Uri::from_static(address), Body::from_stream(stream::iter(pieces)));
            if read {
                to_bytes(hashed.pass(), 99).await.unwrap();
            }
            hashed.finish().await.unwrap()
        };
        let one = hash("/a?b=c", true, &["one", "two"]).await;
        assert_eq!(one, hash("/a?b=c", false, &["on", "etwo"]).await, "however it comes, and whoever reads it");
        assert_ne!(one, hash("/a", true, &["one", "two"]).await);
        assert_ne!(one, hash("/a?b=c", true, &["one"]).await);
    }
}
