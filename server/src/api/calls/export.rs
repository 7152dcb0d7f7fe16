//! A call as a file.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calls;
use domain::calls::export::Format;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use model::CallId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::extract::Path;
use crate::api::query::Query;
use crate::web::attachment::attachment;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// As what to export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Export {
    /// `markdown` (or `md`), `json` or `srt`.
    #[param(inline, value_type = Formats)]
    format: String,
}

/// What a format is called, for the document: the domain reads it.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "for the OpenAPI document")]
enum Formats {
    Markdown,
    Md,
    Json,
    Srt,
}

/// Export a call
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/export",
    params(("id" = CallId, Path, description = "The call's id"), Export),
    responses(
        (status = 200, description = "A file", content(
            (String = "text/markdown"), (serde_json::Value = "application/json"), (String = "application/x-subrip")
        ))
    )
)]
pub async fn export(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    Query(query): Query<Export>,
) -> Result<Response, Failure> {
    let format: Format = query.format.parse()?;
    let export = calls::export::export(server.services(), &scope, id, format).await?;
    let mut response = export.body.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(export.content_type) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CONTENT_DISPOSITION, attachment(&export.file_name));
    Ok(response)
}
