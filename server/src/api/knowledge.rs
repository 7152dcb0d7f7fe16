//! What the organization knows: documents, what is found in them, answers that cite them.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

mod collections;
mod documents;
mod form;
mod uploads;
mod websites;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::knowledge;
use http::StatusCode;
use http::header::LOCATION;
use model::{Answer, Given, KnowledgeOverview, Question, SearchResult};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::area::Area;
use super::envelope::Envelope;
use super::extract::Json;
use super::size::up_to;
use crate::web::body::MAX_FORM;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What this area adds to the interface.
pub const AREA: Area = Area { tags: &[("knowledge", "Documents, what is found in them, and answers that cite them")], routes };

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default()
        .routes(routes!(overview))
        .routes(up_to(MAX_FORM, routes!(documents::list, documents::give)))
        .routes(routes!(documents::get, documents::edit, documents::delete))
        .routes(routes!(documents::restore))
        .routes(routes!(documents::passages))
        .routes(routes!(documents::uses))
        .routes(routes!(documents::file))
        .routes(up_to(MAX_FORM, routes!(documents::replace)))
        .routes(routes!(documents::unlock))
        .routes(routes!(documents::retry))
        .routes(routes!(documents::accept))
        .routes(routes!(uploads::begin))
        .routes(up_to(knowledge::MAX_PIECE, routes!(uploads::get, uploads::append, uploads::cancel)))
        .routes(routes!(uploads::finish))
        .routes(routes!(search))
        .routes(routes!(ask))
        .routes(routes!(collections::list, collections::create))
        .routes(routes!(collections::edit, collections::delete))
        .routes(routes!(websites::list, websites::add))
        .routes(routes!(websites::delete))
        .routes(routes!(websites::visit))
}

/// The answer to a file or a text: 201 with where the document is, or 200 if it was there already.
fn given(given: Given) -> Response {
    let status = if given.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    let place = format!("/api/v1/knowledge/documents/{}", given.document);
    (status, [(LOCATION, place)], Envelope::of(given)).into_response()
}

/// How much is known
///
/// Collections, tags, sizes, the embedding model, unfinished uploads and websites. `may_edit` says whether the caller may add,
/// change and delete; the others read and ask.
#[utoipa::path(
    get, path = "/api/v1/knowledge/overview",
    responses((status = 200, description = "The overview", body = Envelope<KnowledgeOverview>))
)]
pub async fn overview(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<KnowledgeOverview>, Failure> {
    Ok(Envelope::of(knowledge::overview(server.services(), &scope).await?))
}

/// Search
///
/// The passages that speak for a question or a few words, best first, by their words and, where there is a model, by their
/// meaning. Nothing is found if nothing is good enough.
#[utoipa::path(
    post, path = "/api/v1/knowledge/search", request_body = Question,
    responses((status = 200, description = "What was found, and how", body = Envelope<SearchResult>))
)]
pub async fn search(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(question): Json<Question>,
) -> Result<Envelope<SearchResult>, Failure> {
    Ok(Envelope::of(knowledge::search(server.services(), &scope, question).await?))
}

/// Ask
///
/// The sentences that answer, each with the place that it rests on. An answer without lines is “not in your documents”;
/// `considered` then has what came nearest.
#[utoipa::path(
    post, path = "/api/v1/knowledge/ask", request_body = Question,
    responses((status = 200, description = "The answer", body = Envelope<Answer>))
)]
pub async fn ask(State(server): State<Server>, Signed(scope): Signed, Json(question): Json<Question>) -> Result<Envelope<Answer>, Failure> {
    Ok(Envelope::of(knowledge::ask(server.services(), &scope, question).await?))
}
