//! The two buttons that are plain forms on every page, so that they work before anything has loaded.

use app::server::{clear_cookie, session_cookie};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{calls, identity};
use http::HeaderValue;
use http::header::SET_COOKIE;

use super::caller::Caller;
use super::problem::Failure;
use crate::wiring::Server;

/// `POST /sign-out`
///
/// # Errors
/// As [`identity::sign_out`]; without a session there is nothing to end, and that is no error.
pub async fn sign_out(State(server): State<Server>, caller: Caller) -> Result<Response, Failure> {
    if let Some(scope) = &caller.scope {
        identity::sign_out(server.services(), scope).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let secure = server.config().is_https();
    if let Ok(cookie) = HeaderValue::from_str(&clear_cookie(session_cookie(secure), secure)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /calls/sample`: plays the sample call and shows it.
///
/// # Errors
/// As [`calls::sample::start`].
pub async fn sample(State(server): State<Server>, caller: Caller) -> Result<Redirect, Failure> {
    let Some(scope) = &caller.scope else { return Ok(Redirect::to("/sign-in")) };
    let call = calls::sample::start(server.services(), scope).await?;
    Ok(Redirect::to(&format!("/calls/{}/live", call.id)))
}
