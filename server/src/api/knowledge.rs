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
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::envelope::Envelope;
use super::extract::Json;
use crate::web::caller::Signed;
use crate::web::problem::{Failure, FailureBody};
use crate::wiring::Server;

/// The routes of this area.
pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default()
        .routes(routes!(overview))
        .routes(routes!(documents::list, documents::give))
        .routes(routes!(documents::get, documents::edit, documents::delete))
        .routes(routes!(documents::passages))
        .routes(routes!(documents::uses))
        .routes(routes!(documents::file))
        .routes(routes!(documents::replace))
        .routes(routes!(documents::unlock))
        .routes(routes!(documents::retry))
        .routes(routes!(documents::accept))
        .routes(routes!(uploads::begin))
        .routes(routes!(uploads::get, uploads::append, uploads::cancel))
        .routes(routes!(uploads::finish))
        .routes(routes!(search))
        .routes(routes!(ask))
        .routes(routes!(collections::list, collections::create))
        .routes(routes!(collections::edit, collections::delete))
        .routes(routes!(websites::list, websites::add))
        .routes(routes!(websites::delete))
        .routes(routes!(websites::visit))
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// `meta.next` of the page before.
    cursor: Option<String>,
    /// Most items, 1 to 100; 25 by default. 0 counts as 1, more than 100 as 100.
    limit: Option<u32>,
}

impl Paging {
    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }

    fn limit(&self) -> u32 {
        self.limit.unwrap_or(25).clamp(1, knowledge::MAX_PAGE)
    }
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
    get, path = "/api/v1/knowledge/overview", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    responses(
        (status = 200, description = "The overview", body = Envelope<KnowledgeOverview>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn overview(State(server): State<Server>, Signed(scope): Signed) -> Result<Envelope<KnowledgeOverview>, Failure> {
    Ok(Envelope::of(knowledge::overview(server.services(), &scope).await?))
}

/// Search
///
/// The passages that speak for a question or a few words, best first, by their words and, where there is a model, by their
/// meaning. Nothing is found if nothing is good enough.
#[utoipa::path(
    post, path = "/api/v1/knowledge/search", tag = "knowledge", security(("bearer" = []), ("session" = [])), request_body = Question,
    responses(
        (status = 200, description = "What was found, and how", body = Envelope<SearchResult>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
    )
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
    post, path = "/api/v1/knowledge/ask", tag = "knowledge", security(("bearer" = []), ("session" = [])), request_body = Question,
    responses(
        (status = 200, description = "The answer", body = Envelope<Answer>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn ask(State(server): State<Server>, Signed(scope): Signed, Json(question): Json<Question>) -> Result<Envelope<Answer>, Failure> {
    Ok(Envelope::of(knowledge::ask(server.services(), &scope, question).await?))
}
