use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::caller::Caller;
use crate::web::problem::Failure;
use crate::wiring::Server;
use domain::identity::IdentityKernel as _;

/// So many requests a member, or an address where nobody is signed in.
pub async fn check(State(server): State<Server>, caller: Caller, request: Request, next: Next) -> Response {
    let key =
        caller.scope.as_ref().map_or(caller.client.address, |scope| scope.member_id().map(|member| member.to_string()).unwrap_or_default());
    match server.services().limits().api(&key) {
        Ok(()) => next.run(request).await,
        Err(error) => Failure::from(error).into_response(),
    }
}
