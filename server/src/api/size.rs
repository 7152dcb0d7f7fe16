//! Routes that take more than a small body say so where they are declared.

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::{RefOr, ResponseBuilder};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};

use super::document::operations;
use crate::web::body::{self, Most};
use crate::wiring::Server;

/// Lets the bodies of these routes have up to `most` bytes, in the server and in the document.
pub fn up_to(most: usize, mut routes: UtoipaMethodRouter<Server>) -> UtoipaMethodRouter<Server> {
    let description = format!("The body is larger than {} MiB", most / 1024 / 1024);
    for item in routes.1.paths.values_mut() {
        for (_, operation) in operations(item).filter(|(_, operation)| operation.request_body.is_some()) {
            let response = || RefOr::T(ResponseBuilder::new().description(&*description).build());
            operation.responses.responses.entry("413".to_owned()).or_insert_with(response);
        }
    }
    routes.layer(from_fn(move |request, next| allow(most, request, next)))
}

async fn allow(most: usize, mut request: Request, next: Next) -> Response {
    if let Err(failure) = body::check_announced(request.headers(), most) {
        return failure.into_response();
    }
    request.extensions_mut().insert(Most(most));
    DefaultBodyLimit::max(most).apply(&mut request);
    next.run(request).await
}
