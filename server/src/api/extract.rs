//! axum's extractors, with failures that say what to do.

use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::IntoResponse;
use http::StatusCode;
use model::Code;
use serde::de::DeserializeOwned;

use crate::web::body;
use crate::web::problem::Failure;

/// A JSON body: an object, small or what its route allows, and soon there.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let most = body::most(request.extensions());
        body::check_announced(request.headers(), most)?;
        match tokio::time::timeout(body::MAX_WAIT, object(request, state, most)).await {
            Ok(read) => read.map(Self),
            Err(_) => Err(body::too_slow()),
        }
    }
}

/// Reads a JSON object of at most `most` bytes. serde would take the fields of an array in their order too, which nobody documented.
///
/// # Errors
/// What is wrong with the body.
pub async fn object<T: DeserializeOwned, S: Send + Sync>(request: Request, state: &S, most: usize) -> Result<T, Failure> {
    let (parts, body) = request.into_parts();
    let read = Request::from_parts(parts.clone(), body);
    let bytes = Bytes::from_request(read, state).await.map_err(|rejection| unread(rejection.into(), most))?;
    let is_array = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let read = Request::from_parts(parts, Body::from(bytes));
    let axum::Json(value) = axum::Json::<T>::from_request(read, state).await.map_err(|rejection| unread(rejection, most))?;
    if is_array {
        return Err(Failure::new(
            Code::Invalid,
            "The JSON does not fit: it is an array, and an object is expected. The document at /api/docs says which.",
        ));
    }
    Ok(value)
}

/// Parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Failure))]
pub struct Path<T>(pub T);

/// The failure of a JSON body that can't be taken.
pub fn unread(rejection: JsonRejection, most: usize) -> Failure {
    match rejection {
        JsonRejection::JsonDataError(error) => Failure::new(
            Code::Invalid,
            format!("The JSON does not fit: {}. The document at /api/docs says what is expected.", inner(&error)),
        ),
        JsonRejection::JsonSyntaxError(error) => {
            Failure::new(Code::Invalid, format!("The body is no valid JSON: {}.", inner(&error))).with_status(StatusCode::BAD_REQUEST)
        }
        JsonRejection::MissingJsonContentType(_) => {
            Failure::new(Code::Invalid, "Send JSON with the header “Content-Type: application/json”.")
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => body::too_large(most),
        other if body::is_too_slow(&other) => body::too_slow(),
        _ => body::broken_off(),
    }
}

impl From<PathRejection> for Failure {
    fn from(_: PathRejection) -> Self {
        // An id that is none belongs to nothing.
        Self::new(Code::NotFound, "There is nothing under this address.")
    }
}

/// What serde says, without axum's words around it.
fn inner(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().trim_end_matches('.').to_owned()
}

/// The address exists, the method doesn't.
pub async fn wrong_method() -> axum::response::Response {
    Failure::new(Code::Invalid, "This address does not take this method.").with_status(StatusCode::METHOD_NOT_ALLOWED).into_response()
}
