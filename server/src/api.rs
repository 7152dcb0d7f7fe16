//! The REST interface under `/api/v1`.
//!
//! Each handler reads, calls one domain function and wraps what comes back in the envelope. The OpenAPI document is made of
//! the handlers' own annotations, and a test compares it with the routes.

mod auth;
mod calls;
mod envelope;
mod extract;
mod limit;
mod organization;
mod reader;
mod recording;
mod stream;
mod tokens;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::header::CONTENT_SECURITY_POLICY;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::body::MAX_BODY;
use crate::web::caller::SESSION_COOKIE;
use crate::web::problem::FailureBody;
use crate::wiring::Server;

pub use envelope::{Envelope, Meta};

/// What the document says of the interface as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Closezly",
        description = "Everything that the site shows and does, for programs. Answers come in an envelope, \
            `{\"success\": true, \"data\": …, \"meta\": …}`; failures are `application/problem+json` (RFC 9457) that also carry \
            `\"success\": false` and `\"error\": {code, message, details}`. Lists are paged: send `meta.next` as `cursor`. \
            Sign in with `POST /api/v1/auth/login`, or make an API token in the settings, and send it as \
            `Authorization: Bearer …`. The live stream of a call is described at `GET /api/v1/calls/{id}/stream`."
    ),
    tags(
        (name = "auth", description = "Signing in and tokens"),
        (name = "calls", description = "Calls, what was said in them and what came of it"),
        (name = "organization", description = "The organization and its settings")
    ),
    components(schemas(FailureBody)),
    modifiers(&Security)
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or API token").build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE))));
    }
}

fn documented() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(calls::list, calls::create))
        .routes(routes!(calls::get, calls::patch, calls::delete))
        .routes(routes!(calls::end))
        .routes(routes!(calls::transcript))
        .routes(routes!(calls::correct))
        .routes(routes!(calls::cues))
        .routes(routes!(calls::set_cue_state))
        .routes(routes!(calls::review))
        .routes(routes!(calls::export))
        .routes(routes!(recording::get))
        .routes(routes!(stream::open))
        .routes(routes!(organization::get, organization::update))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
}

/// The OpenAPI 3.1 document.
pub fn document() -> utoipa::openapi::OpenApi {
    documented().into_openapi()
}

/// The routes, the document and its reader.
pub fn router(server: &Server) -> Router<Server> {
    let (routes, document) = documented().split_for_parts();
    let page = reader::page(&document);
    let page = ([(CONTENT_SECURITY_POLICY, reader::POLICY)], page);
    routes
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .route_layer(from_fn_with_state(server.clone(), limit::check))
        .method_not_allowed_fallback(extract::wrong_method)
        .route("/api/v1/openapi.json", get(move || async move { Json(document) }))
        .route("/api/docs", get(move || async move { page.clone() }))
        .route(reader::STYLE, get(reader::style))
}
