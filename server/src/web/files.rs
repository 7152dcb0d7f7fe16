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

use super::caller::Caller;
use super::problem::Failure;
use crate::wiring::Server;

/// Which file of a document.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// None for the current version's.
    version: Option<i64>,
}

/// `GET /knowledge/{id}/file?version=`: always to be saved, never shown. What somebody uploaded is not ours, and must not run as a
/// page of this site.
pub async fn document(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let Some(scope) = &caller.scope else { return Ok(Redirect::to("/sign-in?next=/knowledge").into_response()) };
    let id: DocumentId = id.parse().map_err(|_| Failure::new(Code::NotFound, "There is no such document. It may have been deleted."))?;
    let which: Which = serde_urlencoded::from_str(&query.unwrap_or_default())
        .map_err(|_| Failure::new(Code::Invalid, "The version in this address is no number. Open the file from the document's page."))?;
    let file = knowledge::file(server.services(), scope, id, which.version).await?;
    Ok(answer(file))
}

fn answer(file: DocumentFile) -> Response {
    let DocumentFile { name, bytes, content } = file;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, bytes.into());
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(&name)).unwrap_or(HeaderValue::from_static("attachment")));
    (headers, Body::from_stream(content.map_err(std::io::Error::other))).into_response()
}

/// RFC 6266: a plain name for old programs, and the whole one for all others.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || ". -_()".contains(c) { c } else { '_' }).collect();
    let whole: String = name
        .bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
            if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_into_a_header() {
        assert_eq!(disposition("Price list.pdf"), "attachment; filename=\"Price list.pdf\"; filename*=UTF-8''Price%20list.pdf");
        for name in ["a\"b\r\nx: y.pdf", "Größe €.docx", "\u{202e}fdp.exe", "价格.xlsx", ""] {
            let text = disposition(name);
            assert!(HeaderValue::from_str(&text).is_ok_and(|value| value.to_str().is_ok()), "{text}");
            assert_eq!(text.matches('"').count(), 2, "{text}");
        }
    }
}
