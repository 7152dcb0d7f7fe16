//! Files that are sent in pieces, and go on where they stopped.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::{DomainError, knowledge};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use model::{Code, Given, NewUpload, Problem, Upload, UploadId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::given;
use crate::api::envelope::Envelope;
use crate::api::extract::{Json, Path};
use crate::web::body;
use crate::web::caller::Signed;
use crate::web::problem::{Failure, UPLOAD_OFFSET};
use crate::wiring::Server;

const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// Begin to send a file in pieces
///
/// Then send its bytes by `PATCH`, and `finish` it. What nobody goes on with is thrown away after a day. For admins and owners.
#[utoipa::path(
    post, path = "/api/v1/knowledge/uploads", request_body = NewUpload,
    responses(
        (status = 201, description = "Begun; `Location` is its address", body = Envelope<Upload>, headers(
            ("Location" = String, description = "Where its pieces go"),
            ("Upload-Offset" = i64, description = "The byte that it goes on at")
        )),
        (status = 404, description = "No such collection or document"),
        (status = 413, description = "The file is larger than 100 MB")
    )
)]
pub async fn begin(State(server): State<Server>, Signed(scope): Signed, Json(new): Json<NewUpload>) -> Result<Response, Failure> {
    let upload = knowledge::begin_upload(server.services(), &scope, new).await?;
    let place = format!("/api/v1/knowledge/uploads/{}", upload.id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], standing(upload)).into_response())
}

/// Where an upload goes on
///
/// Of one's own uploads. `HEAD` answers with the headers alone.
#[utoipa::path(
    get, path = "/api/v1/knowledge/uploads/{id}",
    params(("id" = UploadId, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "The upload", body = Envelope<Upload>, headers(
            ("Upload-Offset" = i64, description = "The byte that it goes on at"),
            ("Upload-Length" = i64, description = "Bytes of the whole file")
        ))
    )
)]
pub async fn get(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<UploadId>) -> Result<Response, Failure> {
    Ok(standing(knowledge::upload(server.services(), &scope, id).await?))
}

/// Send a piece of a file
///
/// At most 4 MiB, which begin at the byte that the upload goes on at. What was answered with 200 is on disk.
#[utoipa::path(
    patch, path = "/api/v1/knowledge/uploads/{id}",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The piece"),
    params(
        ("id" = UploadId, Path, description = "The upload's id"),
        ("Upload-Offset" = u64, Header, description = "The byte of the file that the piece begins at")
    ),
    responses(
        (status = 200, description = "Taken", body = Envelope<Upload>, headers(
            ("Upload-Offset" = i64, description = "The byte that it goes on at"),
            ("Upload-Length" = i64, description = "Bytes of the whole file")
        )),
        (status = 400, description = "The piece broke off; nothing of it was taken"),
        (status = 409, description = "It goes on elsewhere: see `Upload-Offset` and `error.details.upload_offset`", headers(("Upload-Offset" = i64, description = "The byte that it goes on at"))),
        (status = 413, description = "The piece is larger than 4 MiB, or goes beyond the file's end"),
        (status = 422, description = "`Upload-Offset` is missing or no number")
    )
)]
pub async fn append(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<UploadId>,
    request: Request,
) -> Result<Response, Failure> {
    let services = server.services();
    let offset = offset(request.headers())?;
    let piece = Bytes::from_request(request, &()).await.map_err(|rejection| {
        let (status, too_slow) = (rejection.status(), body::is_too_slow(&rejection));
        match (status, too_slow) {
            (StatusCode::PAYLOAD_TOO_LARGE, _) => body::too_large(knowledge::MAX_PIECE),
            (_, true) => body::too_slow(),
            _ => body::broken_off(),
        }
    })?;
    match knowledge::append(services, &scope, id, offset, piece).await {
        Ok(upload) => Ok(standing(upload)),
        Err(DomainError::Problem(problem)) if problem.code == Code::Conflict => {
            let upload = knowledge::upload(services, &scope, id).await?;
            Err(Failure::from(problem).at_offset(upload.received))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said of a file that has come whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// Words for a new document: at most 20 of 1 to 40 characters. A new version keeps those that the document has.
    #[serde(default)]
    #[schema(value_type = Vec<model::knowledge::Tag>, max_items = 20)]
    tags: Vec<String>,
}

/// Make a document of a file that has come whole
#[utoipa::path(
    post, path = "/api/v1/knowledge/uploads/{id}/finish",
    request_body = Finish,
    params(("id" = UploadId, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "It was there already: nothing was added", body = Envelope<Given>),
        (status = 201, description = "Taken; `Location` is the document's address", body = Envelope<Given>),
        (status = 409, description = "Bytes are missing")
    )
)]
pub async fn finish(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<UploadId>,
    Json(finish): Json<Finish>,
) -> Result<Response, Failure> {
    Ok(given(knowledge::finish_upload(server.services(), &scope, id, finish.tags).await?))
}

/// Throw an upload away
#[utoipa::path(
    delete, path = "/api/v1/knowledge/uploads/{id}",
    params(("id" = UploadId, Path, description = "The upload's id")),
    responses((status = 204, description = "Thrown away, with all that had come"))
)]
pub async fn cancel(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<UploadId>) -> Result<StatusCode, Failure> {
    knowledge::cancel_upload(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An upload, and where it goes on in headers too.
fn standing(upload: Upload) -> Response {
    let headers = [(UPLOAD_OFFSET, HeaderValue::from(upload.received)), (UPLOAD_LENGTH, HeaderValue::from(upload.bytes))];
    (headers, Envelope::of(upload)).into_response()
}

/// What a piece says of itself.
fn offset(headers: &HeaderMap) -> Result<u64, Failure> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/octet-stream")) {
        return Err(Failure::new(Code::Invalid, "Send the piece with the header “Content-Type: application/octet-stream”.")
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let offset = headers.get(UPLOAD_OFFSET).and_then(|offset| offset.to_str().ok()?.trim().parse().ok());
    offset.ok_or_else(|| {
        Problem::of_field("Upload-Offset", "Say in the header “Upload-Offset” at which byte of the file this piece begins.").into()
    })
}
