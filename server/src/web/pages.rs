//! Pages: rendered by `app`, with who asks in their context.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{ResponseOptions, render_app_to_stream_with_context};
use model::Code;

use super::caller::Caller;
use super::headers::page_policy;
use super::problem::Failure;
use crate::wiring::Server;

/// Puts what pages and server functions need into their context.
pub fn context(server: &Server) {
    provide_context(server.services().clone());
    if let Some(manifest) = server.assets().manifest() {
        provide_context(Arc::clone(manifest));
    }
    let Some(parts) = use_context::<Parts>() else { return };
    let caller = parts.extensions.get::<Caller>().cloned().unwrap_or_default();
    provide_context(caller.client);
    provide_context(caller.scope);
    if let Some(profile) = caller.profile {
        provide_context(profile);
    }
    if let Some(left) = parts.extensions.get::<app::server::FormReturn>() {
        provide_context(left.clone());
    }
    // Only pages have a nonce; the headers of everything else are the middleware's.
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
        if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce, server.config())) {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// What no route matched: a file of the site, else the page that says so.
pub async fn other(State(server): State<Server>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(file) = server.assets().get(path, request.headers())
    {
        return file;
    }
    if path.starts_with("/api/") || path.starts_with("/pkg/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Failure::new(Code::NotFound, "There is nothing under this address.").into_response();
    }
    let options = LeptosOptions::from_ref(&server);
    let given = server.clone();
    let render = render_app_to_stream_with_context(move || context(&given), move || app::shell(options.clone()));
    let mut response = render(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
