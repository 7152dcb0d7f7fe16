//! The REST interface under `/api/v1`.
//!
//! Each handler reads, calls one domain function and wraps what comes back in the envelope. The OpenAPI document is made of
//! the handlers' own annotations, and a test compares it with the routes.

mod auth;
mod calls;
mod document;
mod envelope;
mod extract;
mod knowledge;
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
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::body::MAX_BODY;
use crate::wiring::Server;

pub use envelope::{Envelope, Meta};

fn documented() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        .routes(routes!(auth::register))
        .routes(routes!(auth::confirm))
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
        .merge(knowledge::routes())
}

/// The OpenAPI 3.1 document.
pub fn document() -> utoipa::openapi::OpenApi {
    document::complete(documented().into_openapi())
}

/// The routes, the document and its reader.
pub fn router(server: &Server) -> Router<Server> {
    let (routes, document) = documented().split_for_parts();
    let document = document::complete(document);
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
