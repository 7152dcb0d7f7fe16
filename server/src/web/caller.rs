//! Who sends a request, found out once for everything behind.

use app::server::session_cookie;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use cookie::Cookie;
use domain::identity::{self, IdentityKernel as _, SignedIn};
use domain::{Actor, Client, DomainError};
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use model::{Code, Profile};
use secrecy::ExposeSecret;

use super::client;
use super::problem::Failure;
use crate::wiring::Server;

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

/// Finds out who sends the request: a bearer token that is ours, else the session's cookie. A token that isn't ours may be a proxy's, meant for
/// somebody else; so may every other kind of `Authorization`. Only where neither is valid, and a program asks the API with one, the request ends
/// here. With a cookie that isn't valid it goes on as signed out, and the cookie is taken back.
///
/// Whoever asks the API or a server function is counted here, once it is known who.
pub async fn identify(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let mut caller = Caller { client: client::of(&request, server.config().client_address_header.as_ref()), ..Caller::default() };
    let answer = find_out(&server, request.headers(), &mut caller).await;
    let path = request.uri().path();
    // A form of a page, signing in among them, is sent below `/api/` too; only what is for programs is below `/api/v1/`.
    let (is_counted, is_for_programs) = (path.starts_with("/api/"), path.starts_with("/api/v1/"));
    if is_counted && let Err(error) = count(&server, &caller) {
        return Failure::from(error).into_response();
    }
    let cookie_answer = match answer {
        Ok(cookie_answer) => cookie_answer,
        Err(error) if is_for_programs || !is_unauthenticated(&error) => return Failure::from(error).into_response(),
        Err(_) => None,
    };
    if let Some(scope) = &caller.scope
        && !reads(request.method(), path)
        && let Err(error) = scope.require_changes()
    {
        return Failure::from(error).into_response();
    }
    if let Some(scope) = &caller.scope {
        tracing::Span::current().record("organization", tracing::field::display(scope.organization));
    }
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    let session = session_cookie(server.config().is_https());
    // What a handler says about the session (signing in or out) is newer than this.
    let said = response.headers().get_all(SET_COOKIE).iter().any(|value| value.as_bytes().starts_with(session.as_bytes()));
    if let (Some(answer), false) = (cookie_answer, said)
        && let Ok(answer) = HeaderValue::from_str(&answer)
    {
        response.headers_mut().append(SET_COOKIE, answer);
    }
    response
}

/// Fills in who it is; what to answer about the cookie.
async fn find_out(server: &Server, headers: &HeaderMap, caller: &mut Caller) -> Result<Option<String>, DomainError> {
    let services = server.services();
    let token = match bearer(headers) {
        Some(token) => authenticate(server, token).await.map(Some),
        None => Ok(None),
    };
    let refused = match token {
        Ok(Some(scope)) => {
            caller.scope = Some(scope);
            return Ok(None);
        }
        Ok(None) => None,
        Err(error) if is_unauthenticated(&error) => Some(error),
        Err(error) => return Err(error),
    };
    let visit = match cookie(headers, session_cookie(server.config().is_https())) {
        Some(secret) => Some(identity::authenticate_session(services, secret).await?),
        None => None,
    };
    match (visit, refused) {
        (Some(Some(visit)), _) => {
            caller.scope = Some(visit.actor);
            caller.profile = Some(visit.profile);
            Ok(visit.renewed.as_ref().map(|renewed| set_cookie(renewed, services.now(), server.config().is_https())))
        }
        (_, Some(error)) => Err(error),
        (Some(None), None) => {
            let secure = server.config().is_https();
            Ok(Some(app::server::clear_cookie(session_cookie(secure), secure)))
        }
        (None, None) => Ok(None),
    }
}

/// Whether a request only reads: what a token for reading may do. A websocket says itself what it wants (`domain::calls::live::attach`).
fn reads(method: &Method, path: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || matches!(path, "/api/v1/knowledge/search" | "/api/v1/knowledge/ask")
}

/// So many requests a member, or an address where nobody is signed in.
fn count(server: &Server, caller: &Caller) -> Result<(), DomainError> {
    let member = caller.scope.as_ref().map(|scope| scope.member_id().map(|member| member.to_string()).unwrap_or_default());
    server.services().limits().api(member.as_ref().unwrap_or(&caller.client.address))
}

fn is_unauthenticated(error: &DomainError) -> bool {
    matches!(error, DomainError::Problem(problem) if problem.code == Code::Unauthenticated)
}

/// The token of `Authorization: Bearer`; none with any other scheme.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim_start().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn authenticate(server: &Server, token: &str) -> Result<Actor, DomainError> {
    match identity::authenticate_token(server.services(), token).await? {
        Some(scope) => Ok(scope),
        None if token.matches('.').count() == 2 => identity::authenticate_access(server.services(), token).await,
        None => Err(DomainError::new(
            Code::Unauthenticated,
            "This token is not valid. Send “Authorization: Bearer” with an access token or an API token.",
        )),
    }
}

fn set_cookie(signed_in: &SignedIn, now: DateTime<Utc>, secure: bool) -> String {
    let seconds = (signed_in.expires_at - now).num_seconds();
    app::server::cookie(session_cookie(secure), signed_in.secret.expose_secret(), seconds, secure)
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
    fn only_a_bearer_is_a_token_of_ours() {
        let found =
            |value: &'static str| bearer(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))])).map(str::to_owned);
        assert_eq!(found("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(found("bearer  abc ").as_deref(), Some("abc"));
        for other in ["Basic YTpi", "Negotiate x", "Digest username=\"a\"", "Bearer", "", "abc"] {
            assert_eq!(found(other), None, "{other}");
        }
    }

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
            assert_eq!(cookie(&headers(sent), session_cookie(false)), found, "{sent:?}");
        }
    }
}
