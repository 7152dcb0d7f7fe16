//! Every route, and the layers around them.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower_http::compression::predicate::NotForContentType;
use tower_http::compression::{CompressionLayer, DefaultPredicate, Predicate};

use crate::web::{body, caller, files, forms, headers, health, origin, pages, plain, trace};
use crate::wiring::Server;
use crate::{api, relay};

/// The whole server as one service.
///
/// From the outside in: id, log and panic; compression (not of sound, which is asked for by ranges, nor of documents' files, which
/// are saved as they are); security headers; foreign origins out; patience with slow bodies; plain forms; who it is; then
/// pages, server functions and REST, whose routes say how large a body may be.
pub fn router(server: Server) -> Router {
    let options = LeptosOptions::from_ref(&server);
    let context = {
        let server = server.clone();
        move || pages::context(&server)
    };
    let shell = move || app::shell(options.clone());
    // While leptos draws the app to find its routes, no page of the whole process loads any data: such a page would never be answered. So
    // it is done once, before the first server listens.
    static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));
    Router::new()
        .leptos_routes_with_context(&server, ROUTES.clone(), context, shell)
        .route_layer(from_fn(body::at_once))
        .merge(api::router(&server))
        .route("/sign-out", post(plain::sign_out))
        .route("/calls/sample", post(plain::sample))
        .route("/knowledge/{id}/file", get(files::document))
        .fallback(pages::other)
        .layer(from_fn_with_state(server.clone(), caller::identify))
        .layer(from_fn_with_state(server.clone(), forms::plain))
        .route("/internal/relay", get(relay::open))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route_layer(from_fn(trace::route))
        .layer(from_fn(body::patience))
        .layer(from_fn_with_state(server.clone(), origin::check))
        .layer(from_fn_with_state(server.clone(), headers::add))
        .layer(
            CompressionLayer::new().compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("audio/"))
                    .and(NotForContentType::const_new("application/octet-stream")),
            ),
        )
        .layer(from_fn_with_state(server.clone(), trace::request))
        .with_state(server)
}
