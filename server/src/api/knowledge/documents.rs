//! Documents: given, listed, read, changed, deleted.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::knowledge;
use futures::TryStreamExt;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::{
    Code, CollectionId, Document, DocumentChange, DocumentDetail, DocumentFilter, DocumentId, DocumentState, DocumentUse, Given, NewText,
    Passage,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::form::{self, FileForm, VersionForm};
use super::{Paging, given};
use crate::api::envelope::Envelope;
use crate::api::extract::{Json, NoObject, Path, Query, object};
use crate::web::attachment::attachment;
use crate::web::body;
use crate::web::caller::Signed;
use crate::web::problem::{Failure, FailureBody};
use crate::wiring::Server;

/// What a browser may do with a document's file: save it. Shown, it would be a page of ours.
const SAVED_ONLY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// Which documents, and which page of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Only in this collection.
    collection: Option<CollectionId>,
    /// Only with this tag.
    #[serde(default)]
    tag: String,
    /// Only in this language, two letters.
    #[serde(default)]
    language: String,
    /// Only in this state.
    state: Option<DocumentState>,
    /// Only given at or after, RFC 3339.
    after: Option<DateTime<Utc>>,
    /// Only given before, RFC 3339.
    before: Option<DateTime<Utc>>,
    /// Words of the title or the file's name.
    #[serde(default)]
    words: String,
    /// Only those that were never used in a call or an answer.
    #[serde(default)]
    unused: bool,
    /// `meta.next` of the page before.
    cursor: Option<String>,
    /// Most items, 1 to 100; 25 by default. 0 counts as 1, more than 100 as 100.
    limit: Option<u32>,
}

/// List documents
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents", tag = "knowledge", security(("bearer" = []), ("session" = [])), params(List),
    responses(
        (status = 200, description = "The newest first", body = Envelope<Vec<Document>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The query does not fit", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn list(
    State(server): State<Server>,
    Signed(scope): Signed,
    Query(query): Query<List>,
) -> Result<Envelope<Vec<Document>>, Failure> {
    let paging = Paging { cursor: query.cursor, limit: query.limit };
    let filter = DocumentFilter {
        collection: query.collection,
        tag: query.tag,
        language: query.language,
        state: query.state,
        after: query.after,
        before: query.before,
        words: query.words,
        unused: query.unused,
        ..DocumentFilter::default()
    };
    let page = knowledge::documents(server.services(), &scope, filter, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, paging.cursor(), paging.limit()))
}

/// Give a file or a text
///
/// A file as a form, its fields before it, up to 100 MB; larger ones and bad lines: `POST /api/v1/knowledge/uploads`. A text as
/// JSON. It is read in the background: `state` goes from `waiting` by `reading` and `indexing` to `ready`, or to `failed` or
/// `locked`. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    request_body(content((FileForm = "multipart/form-data"), (NewText = "application/json"))),
    responses(
        (status = 200, description = "It was there already: nothing was added", body = Envelope<Given>),
        (status = 201, description = "Taken; `Location` is the document's address", body = Envelope<Given>),
        (status = 400, description = "The form or the JSON can't be read, or broke off: nothing was kept", body = FailureBody,
            content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such collection or document", body = FailureBody, content_type = "application/problem+json"),
        (status = 413, description = "The file or the text is too large", body = FailureBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is neither a form nor JSON", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn give(State(server): State<Server>, Signed(scope): Signed, mut request: Request) -> Result<Response, Failure> {
    let services = server.services();
    match kind(request.headers()).as_str() {
        "multipart/form-data" => Ok(given(form::give(services, &scope, request, None).await?)),
        "application/json" => {
            DefaultBodyLimit::max(body::MAX_TEXT).apply(&mut request);
            let text = object::<NewText, _>(request, &()).await.map_err(|error| match error {
                NoObject::Rejected(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => body::too_large(body::MAX_TEXT),
                other => other.into(),
            })?;
            Ok(given(knowledge::add_text(services, &scope, text).await?))
        }
        _ => Err(unsupported("Send a file as “Content-Type: multipart/form-data”, or a text as “Content-Type: application/json”.")),
    }
}

/// A document
///
/// With its steps, the history of its files, and what it is bound to in calls.
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "The document", body = Envelope<DocumentDetail>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json")
    )
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
    patch, path = "/api/v1/knowledge/documents/{id}", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    request_body = DocumentChange,
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "Changed", body = Envelope<DocumentDetail>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document or collection", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
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
/// With all its files, passages and vectors, at once. For admins and owners.
#[utoipa::path(
    delete, path = "/api/v1/knowledge/documents/{id}", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<DocumentId>) -> Result<StatusCode, Failure> {
    knowledge::delete(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was extracted of a document
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/passages", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id"), Paging),
    responses(
        (status = 200, description = "Its passages in reading order; the cursor `41` begins at passage 42", body = Envelope<Vec<Passage>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The query does not fit", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn passages(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<Passage>>, Failure> {
    let page = knowledge::passages(server.services(), &scope, id, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, paging.cursor(), paging.limit()))
}

/// Where a document was used
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/uses", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id"), Paging),
    responses(
        (status = 200, description = "In which calls and answers, the newest first", body = Envelope<Vec<DocumentUse>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The query does not fit", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn uses(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(paging): Query<Paging>,
) -> Result<Envelope<Vec<DocumentUse>>, Failure> {
    let page = knowledge::uses(server.services(), &scope, id, paging.cursor(), paging.limit()).await?;
    Ok(Envelope::of_page(page, paging.cursor(), paging.limit()))
}

/// Which of a document's files.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// 1, 2, 3 …: how often it was given; the current one if missing.
    version: Option<i64>,
}

/// A document's file
///
/// As it was given, to be saved: no browser shows it here.
#[utoipa::path(
    get, path = "/api/v1/knowledge/documents/{id}/file", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id"), Which),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream", headers(
            ("Content-Disposition" = String, description = "`attachment`, with the file's name")
        )),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document or version", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The query does not fit", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn file(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<DocumentId>,
    Query(which): Query<Which>,
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
    post, path = "/api/v1/knowledge/documents/{id}/versions", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    request_body(content = VersionForm, content_type = "multipart/form-data"),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 200, description = "It was there already: nothing was added", body = Envelope<Given>),
        (status = 201, description = "Taken; `Location` is the document's address", body = Envelope<Given>),
        (status = 400, description = "The form can't be read, or broke off: nothing was kept", body = FailureBody,
            content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 413, description = "The file is larger than 100 MB", body = FailureBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is no form", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The form does not fit", body = FailureBody, content_type = "application/problem+json")
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
    password: String,
}

/// Give a document's password
///
/// While its state is `locked`. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/documents/{id}/password", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    request_body = Password,
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is tried; if it is wrong the document is `locked` again"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "It waits for no password", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "That can't be a password", body = FailureBody, content_type = "application/problem+json")
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
    post, path = "/api/v1/knowledge/documents/{id}/retry", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is read again; its `state` tells"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "It has not failed", body = FailureBody, content_type = "application/problem+json")
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
    post, path = "/api/v1/knowledge/documents/{id}/accept", tag = "knowledge", security(("bearer" = []), ("session" = [])),
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
        (status = 204, description = "It is read; its `state` tells"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such document", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "It doesn't wait to be accepted", body = FailureBody, content_type = "application/problem+json")
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
