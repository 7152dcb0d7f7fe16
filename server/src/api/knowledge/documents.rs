//! Documents: given, listed, read, changed, deleted.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use domain::knowledge;
use futures::TryStreamExt;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::{Code, Document, DocumentChange, DocumentDetail, DocumentFilter, DocumentId, DocumentUse, Given, NewText, Passage};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::form::{self, FileForm, VersionForm};
use super::given;
use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path, object};
use crate::api::paging::{Listed, Paging};
use crate::api::query::Query;
use crate::web::attachment::attachment;
use crate::web::body;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What a browser may do with a document's file: save it. Shown, it would be a page of ours.
const SAVED_ONLY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// List documents
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents", params(DocumentFilter, Paging),
    responses((status = 200, description = "The newest first", body = Envelope<Vec<Document>>))
)]
pub async fn list(
    State(server): State<Server>,
    Signed(scope): Signed,
    Listed { filter, paging }: Listed<DocumentFilter>,
) -> Result<Envelope<Vec<Document>>, Failure> {
    let page = knowledge::documents(server.services(), &scope, filter, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// Give a file or a text
///
/// A file as a form, its fields before it, up to 100 MB; larger ones and bad lines: `POST /api/v1/knowledge/uploads`. A text as
/// JSON. It is read in the background: `state` goes from `waiting` by `reading` and `indexing` to `ready`, or to `failed` or
/// `locked`. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents",
    request_body(content((FileForm = "multipart/form-data"), (NewText = "application/json"))),
    responses(
        (status = 200, description = "It was there already: nothing was added", body = Envelope<Given>),
        (status = 201, description = "Taken; `Location` is the document's address", body = Envelope<Given>),
        (status = 400, description = "The form or the JSON can't be read, or broke off: nothing was kept"),
        (status = 404, description = "No such collection or document"),
        (status = 413, description = "The file or the text is too large")
    )
)]
pub async fn give(State(server): State<Server>, Signed(scope): Signed, mut request: Request) -> Result<Response, Failure> {
    let services = server.services();
    match kind(request.headers()).as_str() {
        "multipart/form-data" => Ok(given(form::give(services, &scope, request, None).await?)),
        "application/json" => {
            body::check_announced(request.headers(), body::MAX_TEXT)?;
            DefaultBodyLimit::max(body::MAX_TEXT).apply(&mut request);
            let text = object::<NewText, _>(request, &(), body::MAX_TEXT).await?;
            Ok(given(knowledge::add_text(services, &scope, text).await?))
        }
        _ => Err(unsupported("Send a file as “Content-Type: multipart/form-data”, or a text as “Content-Type: application/json”.")),
    }
}

/// A document
///
/// With its steps, the history of its files, and what it is bound to in calls.
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 200, description = "The document", body = Envelope<DocumentDetail>))
)]
pub async fn get(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
) -> Result<Envelope<DocumentDetail>, Failure> {
    Ok(Envelope::of(knowledge::document(server.services(), &scope, id).await?))
}

/// Change a document
///
/// What is missing stays. For admins and owners.
#[utoipa::path(
    patch, path = "/api/v1/knowledge/documents/{id}",
    request_body = DocumentChange,
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "Changed", body = Envelope<DocumentDetail>),
        (status = 404, description = "No such document or collection")
    )
)]
pub async fn edit(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Json(change): Json<DocumentChange>,
) -> Result<Envelope<DocumentDetail>, Failure> {
    Ok(Envelope::of(knowledge::edit(server.services(), &scope, id, change).await?))
}

/// Delete a document
///
/// With all its files, passages and vectors. It answers nothing from then on; for a minute it can be brought back with `POST …/restore`, then it is
/// gone for good. On a full disk it is gone at once. For admins and owners.
#[utoipa::path(
    delete, path = "/api/v1/knowledge/documents/{id}",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<DocumentId>) -> Result<StatusCode, Failure> {
    knowledge::delete(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a deleted document back
///
/// As it was, within a minute after it was deleted. One that is there stays as it is. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/restore",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "It is back", body = Envelope<DocumentDetail>),
        (status = 404, description = "There is no such document to bring back: it is gone for good")
    )
)]
pub async fn restore(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
) -> Result<Envelope<DocumentDetail>, Failure> {
    Ok(Envelope::of(knowledge::restore(server.services(), &scope, id).await?))
}

/// What was extracted of a document
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/passages",
    params(("id" = DocumentId, Path, description = "The document's id"), Paging),
    responses(
        (status = 200, description = "Its passages in reading order; the cursor `41` begins at passage 42", body = Envelope<Vec<Passage>>)
    )
)]
pub async fn passages(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<Passage>>, Failure> {
    let page = knowledge::passages(server.services(), &scope, id, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// Where a document was used
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/uses",
    params(("id" = DocumentId, Path, description = "The document's id"), Paging),
    responses((status = 200, description = "In which calls and answers, the newest first", body = Envelope<Vec<DocumentUse>>))
)]
pub async fn uses(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<DocumentUse>>, Failure> {
    let page = knowledge::uses(server.services(), &scope, id, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, &paging))
}

/// DocumentFileQuery of a document's files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DocumentFileQuery {
    /// 1, 2, 3 …: how often it was given; the current one if missing.
    version: Option<i64>,
}

/// A document's file
///
/// As it was given, to be saved: no browser shows it here.
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/file",
    params(("id" = DocumentId, Path, description = "The document's id"), DocumentFileQuery),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream", headers(
            ("Content-Disposition" = String, description = "`attachment`, with the file's name")
        )),
        (status = 404, description = "No such document or version")
    )
)]
pub async fn file(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(which): Query<DocumentFileQuery>,
) -> Result<Response, Failure> {
    let file = knowledge::file(server.services(), &scope, id, which.version).await?;
    let content = file.content.inspect_err(move |error| tracing::error!(document = %id, %error, "a file could not be sent to its end"));
    let mut response = Body::from_stream(content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, file.bytes.into());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SAVED_ONLY));
    let name = attachment(&file.name);
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Replace a document's file
///
/// The old text answers until the new one is ready, and the old file stays in the history. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/versions",
    request_body(content = VersionForm, content_type = "multipart/form-data"),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "It was there already: nothing was added", body = Envelope<Given>),
        (status = 201, description = "Taken; `Location` is the document's address", body = Envelope<Given>),
        (status = 400, description = "The form can't be read, or broke off: nothing was kept"),
        (status = 413, description = "The file is larger than 100 MB")
    )
)]
pub async fn replace(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    request: Request,
) -> Result<Response, Failure> {
    if kind(request.headers()) != "multipart/form-data" {
        return Err(unsupported("Send the file as “Content-Type: multipart/form-data”."));
    }
    Ok(given(form::give(server.services(), &scope, request, Some(id)).await?))
}

/// A document's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// What opens the file. It is kept in memory only, and only until the file is read.
    #[schema(min_length = 1, max_length = 1000, format = Password)]
    password: String,
}

/// Give a document's password
///
/// While its state is `locked`. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/password",
    request_body = Password,
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is tried; if it is wrong the document is `locked` again"),
        (status = 409, description = "It waits for no password")
    )
)]
pub async fn unlock(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Json(typed): Json<Password>,
) -> Result<StatusCode, Failure> {
    knowledge::unlock(server.services(), &scope, id, typed.password.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a failed document again
///
/// For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/retry",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is read again; its `state` tells"),
        (status = 409, description = "It has not failed")
    )
)]
pub async fn retry(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<DocumentId>) -> Result<StatusCode, Failure> {
    knowledge::retry(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a web page count
///
/// One that was fetched from a website and whose state is `review`. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/accept",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is read; its `state` tells"),
        (status = 409, description = "It doesn't wait to be accepted")
    )
)]
pub async fn accept(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<DocumentId>) -> Result<StatusCode, Failure> {
    knowledge::accept(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a body is declared as, without parameters.
fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported(sentence: &str) -> Failure {
    Failure::new(Code::Invalid, sentence).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
}
