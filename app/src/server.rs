//! What the server puts into the context of a page or a server function, and how they answer with cookies.

use std::collections::HashMap;

use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use domain::identity::SignedIn;
use domain::{Actor, Client, DomainError, Kernel};
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::{Code, Problem};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::error::AppError;

/// Name of the session's cookie over plain HTTP.
pub const SESSION_COOKIE: &str = "closezly_session";
/// The same over HTTPS: a name that browsers let only this very host set, over HTTPS and for all its paths. A cookie of the other name
/// counts for nothing there: a neighbouring host could have set it.
const SECURE_SESSION_COOKIE: &str = "__Host-closezly_session";
/// Name of the cookie that carries a [`FormReturn`] to the next page.
pub const FORM_COOKIE: &str = "closezly_form";

/// Header with which a server function tells a form that was sent without JavaScript where to go.
pub const NEXT_HEADER: &str = "x-closezly-next";

/// What the browser's files are called in this build, as `cargo xtask` wrote it to the site's manifest. Pages find it in an
/// [`Arc`](std::sync::Arc) in their context; without it they come without hydration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bundle {
    /// Path of the JavaScript module.
    pub js: String,
    /// Path of the WASM that every page needs.
    pub wasm: String,
    /// Path of the JavaScript that fetches chunks.
    pub loader: String,
    /// Paths of the WASM that a page needs besides, by the name that `lazy` gives its chunk.
    pub chunks: HashMap<String, Vec<String>>,
}

impl Bundle {
    /// Whether the manifest names the file: then its name changes with its content.
    pub fn names(&self, path: &str) -> bool {
        path == self.js || path == self.wasm || path == self.loader || self.chunks.values().flatten().any(|chunk| chunk == path)
    }
}

/// Name of the session's cookie.
pub const fn session_cookie(secure: bool) -> &'static str {
    if secure { SECURE_SESSION_COOKIE } else { SESSION_COOKIE }
}

/// The domain's services.
///
/// # Errors
/// `internal` outside of a request.
pub fn services() -> Result<Kernel, AppError> {
    use_context().ok_or_else(|| Problem::internal().into())
}

/// Where the request comes from.
pub fn client() -> Client {
    use_context().unwrap_or_default()
}

/// Who asks, if anybody is signed in. Where nobody need be: a problem that is made is the answer's, even if nobody returns it.
pub fn visitor() -> Option<Actor> {
    use_context::<Option<Actor>>().flatten()
}

/// Who asks.
///
/// # Errors
/// `unauthenticated` if nobody is signed in.
pub fn scope() -> Result<Actor, AppError> {
    visitor().ok_or_else(|| AppError::new(Code::Unauthenticated, "You are signed out. Sign in again."))
}

/// With what, and who asks: what most server functions begin with.
///
/// # Errors
/// `unauthenticated` if nobody is signed in; `internal` outside of a request.
pub fn caller() -> Result<(Kernel, Actor), AppError> {
    Ok((services()?, scope()?))
}

/// Most bytes of a server function's body, where its area lets it have more than usual.
pub fn most_bytes(path: &str) -> Option<usize> {
    let areas = [crate::pages::knowledge::api::LARGE_BODIES];
    areas.into_iter().flatten().find(|(of, _)| *of == path).map(|(_, most)| *most)
}

/// A domain error as server functions return it. Logs what a client may not see.
impl From<DomainError> for AppError {
    fn from(error: DomainError) -> Self {
        error.into_problem().into()
    }
}

/// Keeps the browser signed in from this answer on.
pub fn remember(services: &Kernel, signed_in: &SignedIn) {
    let seconds = (signed_in.expires_at - services.now()).num_seconds();
    let secure = is_secure(services);
    answer_with(&cookie(session_cookie(secure), signed_in.secret.expose_secret(), seconds, secure));
}

/// Takes the session's cookie back.
pub fn forget(services: &Kernel) {
    let secure = is_secure(services);
    answer_with(&clear_cookie(session_cookie(secure), secure));
}

/// Says where to go next, if that is a path of this site; returns it.
pub fn go_to(path: &str) -> String {
    let path = local_path(path).to_owned();
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&path)) {
        response.insert_header(HeaderName::from_static(NEXT_HEADER), value);
    }
    path
}

fn answer_with(cookie: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(cookie)) {
        response.append_header(SET_COOKIE, value);
    }
}

/// Whether people reach this server over HTTPS.
pub(crate) fn is_secure(services: &Kernel) -> bool {
    services.public_url().starts_with("https://")
}

/// A cookie that scripts can't read and that other sites' requests don't carry, for `seconds`.
pub fn cookie(name: &str, value: &str, seconds: i64, secure: bool) -> String {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(secure);
    cookie.max_age(Duration::seconds(seconds)).build().to_string()
}

/// Takes a cookie back.
pub fn clear_cookie(name: &str, secure: bool) -> String {
    cookie(name, "", 0, secure)
}

pub use crate::pages::identity::{FormReturn, local_path};
