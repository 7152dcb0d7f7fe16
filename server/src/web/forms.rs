//! Forms that are sent without JavaScript: whatever comes of them, the answer is a page.
//!
//! A server function answers with data. For a plain form we make a redirect of it: to where the function said, else back to
//! the page with the form. What went wrong, and what was typed, travels in a cookie that lives for a minute and one page,
//! not in the address: there it would stay in histories and logs. Passwords don't travel at all. Neither does what a function
//! answers, an API token for example: it stays here until that page shows it, and the cookie has a number for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::server::{FORM_COOKIE, FormReturn, NEXT_HEADER, clear_cookie, cookie as cookie_text};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ACCEPT, CONTENT_TYPE, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use model::{Code, Problem};

use super::body::{self, MAX_BODY};
use super::caller::cookie;
use crate::wiring::Server;

/// Browsers keep cookies of up to 4 KB.
const MOST: usize = 2_800;
const SECONDS: i64 = 60;
/// Answers that wait for their pages; each is of some hundred bytes.
const MOST_ANSWERS: usize = 256;
const LONGEST_ANSWER: usize = 16 * 1024;

/// What functions answered to plain forms, until their pages show it: once, and within a minute.
#[derive(Debug, Default)]
pub struct Answers(Mutex<HashMap<String, (Instant, String)>>);

impl Answers {
    fn keep(&self, number: String, answer: String) {
        if answer.len() > LONGEST_ANSWER {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| is_fresh(*since));
        if kept.len() >= MOST_ANSWERS
            && let Some(oldest) = kept.iter().min_by_key(|(_, (since, _))| *since).map(|(number, _)| number.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(number, (Instant::now(), answer));
    }

    fn take(&self, number: &str) -> Option<String> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(number);
        taken.filter(|(since, _)| is_fresh(*since)).map(|(_, answer)| answer)
    }
}

fn is_fresh(since: Instant) -> bool {
    since.elapsed() < Duration::from_secs(SECONDS.unsigned_abs())
}

/// Turns answers to plain forms into redirects, and hands what a form left behind to the next page.
pub async fn plain(State(server): State<Server>, request: Request, next: Next) -> Response {
    let secure = server.config().is_https();
    if *request.method() == Method::POST && is_plain_form(request.headers()) && request.uri().path().starts_with("/api/") {
        return sent(&server, request, next).await;
    }
    let wants_page = *request.method() == Method::GET && accepts_html(request.headers());
    let left = if wants_page { cookie(request.headers(), FORM_COOKIE).map(decode) } else { None };
    let had_cookie = left.is_some();
    let mut request = request;
    if let Some(Some(mut left)) = left {
        if let Some(number) = left.answer.take() {
            left.answer = server.answers().take(&number);
            left.problem = left.answer.is_none().then(gone);
        }
        request.extensions_mut().insert(left);
    }
    let mut response = next.run(request).await;
    if had_cookie && let Ok(clear) = HeaderValue::from_str(&clear_cookie(FORM_COOKIE, secure)) {
        response.headers_mut().append(SET_COOKIE, clear);
    }
    response
}

/// With several servers another one may have the answer.
fn gone() -> Problem {
    let sentence =
        "It is done, but its answer can be shown once only, and was lost. A token that you have not seen: delete it, and make another.";
    Problem::new(Code::Conflict, sentence)
}

async fn sent(server: &Server, request: Request, next: Next) -> Response {
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
                let said = String::from_utf8_lossy(&body).into_owned();
                // Most functions have done something, and have nothing to show.
                let answer = (said != "null").then(|| URL_SAFE_NO_PAD.encode(server.services().secret()));
                if let Some(number) = &answer {
                    server.answers().keep(number.clone(), said);
                }
                FormReturn { path, problem: None, typed: BTreeMap::new(), answer }
            };
            let mut answer = Redirect::to(&back).into_response();
            let cookie = cookie_text(FORM_COOKIE, &encode(left), SECONDS, server.config().is_https());
            if let Ok(value) = HeaderValue::from_str(&cookie) {
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
        code: Code,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_out_once_and_there_are_only_so_many() {
        let answers = Answers::default();
        for number in 0..MOST_ANSWERS + 10 {
            answers.keep(number.to_string(), format!("answer {number}"));
        }
        answers.keep("long".to_owned(), "x".repeat(LONGEST_ANSWER + 1));
        assert_eq!(answers.0.lock().map(|kept| kept.len()).ok(), Some(MOST_ANSWERS));
        let last = (MOST_ANSWERS + 9).to_string();
        assert_eq!(answers.take(&last), Some(format!("answer {last}")));
        assert_eq!((answers.take(&last), answers.take("0"), answers.take("long")), (None, None, None));
    }
}
