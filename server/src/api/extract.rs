//! axum's extractors, with failures that say what to do.

use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::IntoResponse;
use http::StatusCode;
use model::Code;
use serde::de::DeserializeOwned;

use crate::web::problem::Failure;

/// A JSON body: an object. serde would take the fields of an array in their order too, which nobody documented.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(object(request, state).await?))
    }
}

/// Why a body is no object of the wanted kind.
pub enum NoObject {
    /// What axum says.
    Rejected(JsonRejection),
    /// It is an array.
    Array,
}

impl From<NoObject> for Failure {
    fn from(error: NoObject) -> Self {
        match error {
            NoObject::Rejected(rejection) => rejection.into(),
            NoObject::Array => Self::new(
                Code::Invalid,
                "The JSON does not fit: it is an array, and an object is expected. The document at /api/docs says which.",
            ),
        }
    }
}

/// Reads a JSON object.
///
/// # Errors
/// What is wrong with the body.
pub async fn object<T: DeserializeOwned, S: Send + Sync>(request: Request, state: &S) -> Result<T, NoObject> {
    let (parts, body) = request.into_parts();
    let read = Request::from_parts(parts.clone(), body);
    let bytes = Bytes::from_request(read, state).await.map_err(|rejection| NoObject::Rejected(rejection.into()))?;
    let is_array = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let read = Request::from_parts(parts, Body::from(bytes));
    let axum::Json(value) = axum::Json::<T>::from_request(read, state).await.map_err(NoObject::Rejected)?;
    if is_array { Err(NoObject::Array) } else { Ok(value) }
}

/// Parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Failure))]
pub struct Path<T>(pub T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Failure))]
pub struct Query<T>(pub T);

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => Self::new(
                Code::Invalid,
                format!("The JSON does not fit: {}. The document at /api/docs says what is expected.", inner(&error)),
            ),
            JsonRejection::JsonSyntaxError(error) => {
                Self::new(Code::Invalid, format!("The body is no valid JSON: {}.", inner(&error))).with_status(StatusCode::BAD_REQUEST)
            }
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(Code::Invalid, "Send JSON with the header “Content-Type: application/json”.")
                    .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Self::new(Code::TooLarge, "A request may carry at most 1 MB."),
            _ => Self::new(Code::Invalid, "The body could not be read. Send it again.").with_status(StatusCode::BAD_REQUEST),
        }
    }
}

impl From<PathRejection> for Failure {
    fn from(_: PathRejection) -> Self {
        // An id that is none belongs to nothing.
        Self::new(Code::NotFound, "There is nothing under this address.")
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(Code::Invalid, format!("The query does not fit: {}.", inner(&rejection)))
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
