//! Who somebody is: accounts, tokens, the organization.

mod auth;
mod organization;
mod tokens;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::area::Area;
use crate::wiring::Server;

/// What this area adds to the interface.
pub const AREA: Area = Area { tags: &[("auth", "Signing in and tokens"), ("organization", "The organization and its settings")], routes };

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default()
        .routes(routes!(auth::register))
        .routes(routes!(auth::confirm))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(organization::get, organization::update))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
}
