//! Who sends a request, found out once for everything behind.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use cookie::Cookie;
use domain::identity::{self, SignedIn};
use domain::{Actor, Client, DomainError};
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use model::{Code, Profile};
use secrecy::ExposeSecret;

use super::problem::Failure;
use crate::wiring::Server;

/// Name of the session's cookie.
pub use app::server::SESSION_COOKIE;

const LONGEST_USER_AGENT: usize = 300;

/// Who sends a request.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// From where.
    pub client: Client,
    /// As whom; none if signed out.
    pub scope: Option<Actor>,
    /// The same with names, if a browser is signed in.
    pub profile: Option<Profile>,
}

/// Finds out who sends the request: a bearer token, else the session's cookie. With a token that isn't valid the request
/// ends here; with a cookie that isn't it goes on as signed out, and the cookie is taken back.
pub async fn identify(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let client = client(&server, &request);
    let services = server.services();
    let mut caller = Caller { client, ..Caller::default() };
    let mut cookie_answer = None;
    if let Some(authorization) = request.headers().get(AUTHORIZATION) {
        match bearer(&server, authorization).await {
            Ok(scope) => caller.scope = Some(scope),
            Err(error) => return Failure::from(error).into_response(),
        }
    } else if let Some(secret) = cookie(request.headers(), SESSION_COOKIE) {
        match identity::authenticate_session(services, secret).await {
            Ok(Some(visit)) => {
                cookie_answer = visit.renewed.as_ref().map(|renewed| set_cookie(renewed, services.now(), server.config().is_https()));
                caller.scope = Some(visit.actor);
                caller.profile = Some(visit.profile);
            }
            Ok(None) => cookie_answer = Some(app::server::clear_cookie(SESSION_COOKIE, server.config().is_https())),
            Err(error) => return Failure::from(error).into_response(),
        }
    }
    if let Some(scope) = &caller.scope {
        tracing::Span::current().record("organization", tracing::field::display(scope.organization));
    }
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    // What a handler says about the session (signing in or out) is newer than this.
    let said = response.headers().get_all(SET_COOKIE).iter().any(|value| value.as_bytes().starts_with(SESSION_COOKIE.as_bytes()));
    if let (Some(answer), false) = (cookie_answer, said)
        && let Ok(answer) = HeaderValue::from_str(&answer)
    {
        response.headers_mut().append(SET_COOKIE, answer);
    }
    response
}

async fn bearer(server: &Server, authorization: &HeaderValue) -> Result<Actor, DomainError> {
    let wrong = || {
        DomainError::new(
            Code::Unauthenticated,
            "This token is not valid. Send “Authorization: Bearer” with an access token or an API token.",
        )
    };
    let (scheme, token) = authorization.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(wrong());
    }
    let token = token.trim();
    match identity::authenticate_token(server.services(), token).await? {
        Some(scope) => Ok(scope),
        None if token.matches('.').count() == 2 => identity::authenticate_access(server.services(), token).await,
        None => Err(wrong()),
    }
}

fn set_cookie(signed_in: &SignedIn, now: DateTime<Utc>, secure: bool) -> String {
    let seconds = (signed_in.expires_at - now).num_seconds();
    app::server::cookie(SESSION_COOKIE, signed_in.secret.expose_secret(), seconds, secure)
}

fn client(server: &Server, request: &Request) -> Client {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical().to_string());
    // The last entry is what our own proxy saw; those before it are what the client claims.
    let told = server.config().client_address_header.as_ref().and_then(|name| {
        let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        last.parse::<std::net::IpAddr>().ok().map(|address| address.to_canonical().to_string())
    });
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client { address: told.or(peer).unwrap_or_default(), user_agent: user_agent.chars().take(LONGEST_USER_AGENT).collect() }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == name)?.value_raw()
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The caller's scope; without one the answer is 401.
#[derive(Clone, Debug)]
pub struct Signed(pub Actor);

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Caller>().and_then(|caller| caller.scope.clone()).map(Self).ok_or_else(|| {
            Failure::new(Code::Unauthenticated, "Sign in first: send “Authorization: Bearer” with an access token or an API token.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_however_they_are_sent() {
        let headers = |values: &[&'static str]| values.iter().map(|value| (COOKIE, HeaderValue::from_static(value))).collect::<HeaderMap>();
        for (sent, found) in [
            (&["closezly_session=abc"][..], Some("abc")),
            (&["theme=dark; closezly_session=abc;"], Some("abc")),
            (&["theme=dark;closezly_session=a=b"], Some("a=b")),
            (&["theme=dark", " closezly_session = abc "], Some("abc")),
            (&["closezly_session=first; closezly_session=second"], Some("first")),
            (&["nothing; =x; ;; closezly_session="], Some("")),
            (&["closezly_sessions=abc; xclosezly_session=abc"], None),
            (&["closezly_session"], None),
            (&[], None),
        ] {
            assert_eq!(cookie(&headers(sent), SESSION_COOKIE), found, "{sent:?}");
        }
    }
}
