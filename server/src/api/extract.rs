//! axum's extractors, with failures that say what to do.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::IntoResponse;
use http::StatusCode;
use model::Code;

use crate::web::problem::Failure;

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Failure))]
pub struct Json<T>(pub T);

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
