//! Forms that are sent without JavaScript: whatever comes of them, the answer is a page.
//!
//! A server function answers with data. For a plain form we make a redirect of it: to where the function said, else back to
//! the page with the form. What went wrong, and what was typed, travels in a cookie that lives for a minute and one page,
//! not in the address: there it would stay in histories and logs. Passwords don't travel at all.

use std::collections::BTreeMap;

use app::server::{FORM_COOKIE, FormReturn, NEXT_HEADER, clear_cookie, cookie as cookie_text};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ACCEPT, CONTENT_TYPE, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use model::Problem;

use super::body::{self, MAX_BODY};
use super::caller::cookie;
use crate::wiring::Server;

/// Browsers keep cookies of up to 4 KB.
const MOST: usize = 2_800;
const SECONDS: i64 = 60;

/// Turns answers to plain forms into redirects, and hands what a form left behind to the next page.
pub async fn plain(State(server): State<Server>, request: Request, next: Next) -> Response {
    let secure = server.config().is_https();
    if *request.method() == Method::POST && is_plain_form(request.headers()) && request.uri().path().starts_with("/api/") {
        return sent(request, next, secure).await;
    }
    let wants_page = *request.method() == Method::GET && accepts_html(request.headers());
    let left = if wants_page { cookie(request.headers(), FORM_COOKIE).map(decode) } else { None };
    let mut request = request;
    if let Some(Some(left)) = &left {
        request.extensions_mut().insert(left.clone());
    }
    let mut response = next.run(request).await;
    if left.is_some()
        && let Ok(clear) = HeaderValue::from_str(&clear_cookie(FORM_COOKIE, secure))
    {
        response.headers_mut().append(SET_COOKIE, clear);
    }
    response
}

async fn sent(request: Request, next: Next, secure: bool) -> Response {
    let path = request.uri().path().to_owned();
    let back = back(request.headers());
    let (mut parts, body) = request.into_parts();
    let body = match body::read(&parts.headers, body, MAX_BODY).await {
        Ok(body) => body,
        Err(failure) => return failure.into_response(),
    };
    let typed = typed(&body);
    // The function answers with data, not with a redirect of its own.
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (mut parts, body) = response.into_parts();
    let to = parts.headers.remove(NEXT_HEADER).and_then(|to| to.to_str().ok().map(str::to_owned));
    let failed = parts.status.is_client_error() || parts.status.is_server_error();
    // What failed goes back to its form; what has an answer to show and nowhere to go, too.
    let mut answer = match to {
        Some(to) if !failed => Redirect::to(&to).into_response(),
        _ => {
            let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
            let left = if failed {
                FormReturn { path, problem: Some(problem(&body)), typed, answer: None }
            } else {
                FormReturn { path, problem: None, typed: BTreeMap::new(), answer: String::from_utf8(body.to_vec()).ok() }
            };
            let mut answer = Redirect::to(&back).into_response();
            if let Ok(value) = HeaderValue::from_str(&cookie_text(FORM_COOKIE, &encode(left), SECONDS, secure)) {
                answer.headers_mut().append(SET_COOKIE, value);
            }
            answer
        }
    };
    for value in parts.headers.get_all(SET_COOKIE) {
        answer.headers_mut().append(SET_COOKIE, value.clone());
    }
    answer
}

/// A server function's error is a [`Problem`]; what failed before it is a problem document.
fn problem(body: &[u8]) -> Problem {
    #[derive(serde::Deserialize)]
    struct ProblemDocument {
        error: Inner,
    }
    #[derive(serde::Deserialize)]
    struct Inner {
        code: model::Code,
        message: String,
    }
    serde_json::from_slice(body)
        .or_else(|_| {
            serde_json::from_slice::<ProblemDocument>(body).map(|document| Problem::new(document.error.code, document.error.message))
        })
        .unwrap_or_else(|_| Problem::internal())
}

/// The page that the form is on, without host: never another site.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<http::Uri>().ok());
    referer
        .and_then(|uri| uri.path_and_query().map(|path| app::server::local_path(path.as_str()).to_owned()))
        .unwrap_or_else(|| "/".to_owned())
}

/// What was typed, but for secrets.
fn typed(body: &[u8]) -> BTreeMap<String, String> {
    let Ok(pairs) = serde_urlencoded::from_bytes::<Vec<(String, String)>>(body) else { return BTreeMap::new() };
    let secret = |name: &str| ["password", "current", "secret", "token"].iter().any(|word| name.contains(word));
    pairs.into_iter().filter(|(name, value)| !secret(name) && !value.is_empty()).collect()
}

/// As a cookie's value.
fn encode(mut left: FormReturn) -> String {
    let text = |left: &FormReturn| URL_SAFE_NO_PAD.encode(serde_json::to_vec(left).unwrap_or_default());
    let encoded = text(&left);
    if encoded.len() <= MOST {
        return encoded;
    }
    // Too much to keep: the sentence matters more than the text.
    left.typed.clear();
    text(&left)
}

fn decode(text: &str) -> Option<FormReturn> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

pub fn is_plain_form(headers: &HeaderMap) -> bool {
    let form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    form && accepts_html(headers)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}
