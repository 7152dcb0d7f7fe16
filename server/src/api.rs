//! The REST interface under `/api/v1`.
//!
//! Each handler reads, calls one domain function and wraps what comes back in the envelope. Each area declares its routes, the
//! tags of its operations and the sizes of its bodies; the OpenAPI document is made of the handlers' own annotations and of what
//! holds for all of them, and tests compare it with what the server does.

mod area;
mod calls;
mod document;
mod envelope;
pub(crate) mod events;
mod extract;
mod idempotency;
mod identity;
mod knowledge;
mod lines;
mod operations;
mod paging;
mod playbooks;
mod query;
mod reader;
mod size;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::HeaderMap;
use http::header::CONTENT_SECURITY_POLICY;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::web::body::MAX_BODY;
use crate::wiring::Server;

pub use area::Area;
pub use envelope::{Envelope, Meta};

/// Every area with routes of its own.
const AREAS: [Area; 6] = [identity::AREA, calls::AREA, playbooks::AREA, knowledge::AREA, events::AREA, operations::AREA];

fn documented() -> OpenApiRouter<Server> {
    let all = OpenApiRouter::with_openapi(document::Document::openapi());
    AREAS.iter().fold(all, |all, area| all.merge(area.router()))
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
    let policy = [(CONTENT_SECURITY_POLICY, reader::POLICY)];
    routes
        .route_layer(from_fn_with_state(server.clone(), idempotency::once))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .method_not_allowed_fallback(extract::wrong_method)
        .route("/api/v1/openapi.json", get(move || async move { Json(document) }))
        .route("/api/docs", get(move |headers: HeaderMap| std::future::ready((policy.clone(), reader::themed(&page, &headers)))))
        .route(reader::STYLE, get(reader::style))
}
