//! The files of documents, for a browser that is signed in.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::knowledge::{self, DocumentFile};
use futures::TryStreamExt;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use model::{Code, DocumentId};
use serde::Deserialize;

use super::attachment::attachment;
use super::caller::Caller;
use super::problem::Failure;
use crate::wiring::Server;

/// FileQuery file of a document.
#[derive(Debug, Default, Deserialize)]
pub struct FileQuery {
    /// None for the current version's.
    version: Option<i64>,
}

/// `GET /knowledge/{id}/file?version=`: always to be saved, never shown. What somebody uploaded is not ours, and must not run as a
/// page of this site.
///
/// # Errors
/// `not_found` for a document that is none or none of the caller's, `invalid` for a version that is no number, and as [`knowledge::file`].
pub async fn document(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let Some(scope) = &caller.scope else { return Ok(Redirect::to("/sign-in?next=/knowledge").into_response()) };
    let id: DocumentId = id.parse().map_err(|_| Failure::new(Code::NotFound, "There is no such document. It may have been deleted."))?;
    let which: FileQuery = serde_urlencoded::from_str(&query.unwrap_or_default())
        .map_err(|_| Failure::new(Code::Invalid, "The version in this address is no number. Open the file from the document's page."))?;
    let file = knowledge::file(server.services(), scope, id, which.version).await?;
    Ok(answer(file))
}

fn answer(file: DocumentFile) -> Response {
    let DocumentFile { name, bytes, content } = file;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, bytes.into());
    headers.insert(CONTENT_DISPOSITION, attachment(&name));
    (headers, Body::from_stream(content.map_err(std::io::Error::other))).into_response()
}
