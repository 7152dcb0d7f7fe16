//! The one error that server functions return.

#[cfg(feature = "ssr")]
use leptos::server_fn::codec::JsonEncoding as ErrorEncoding;
#[cfg(not(feature = "ssr"))]
use leptos::server_fn::codec::PostcardEncoding as ErrorEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{Code, Problem};
use serde::{Deserialize, Serialize};

/// What a server function failed with: a code to branch on, a sentence to show where the action was.
///
/// On the server, making one (`?` on a [`Problem`]) also sets the HTTP status of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError(pub Problem);

impl AppError {
    /// An error with a code and a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem::new(code, message).into()
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        #[cfg(feature = "ssr")]
        status::answer_with(problem.code);
        Self(problem)
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    // JSON for programs and for forms without JavaScript. The browser doesn't read it (`rpc` has its own way), so it has no code for it; on
    // a live call's socket no error is sent at all.
    type Encoder = ErrorEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::UnsupportedRequestMethod(_) => {
                Self::new(Code::Unavailable, "Can't reach the server. Check your connection, then try again.")
            }
            // On the server it is what came in that could not be read.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => {
                Self::new(Code::Invalid, "What was sent could not be read: it must be UTF-8 text in the form's own shape.")
            }
            ServerFnErrorErr::Deserialization(_) => {
                Self::new(Code::Unavailable, "The server's answer could not be read. Reload the page, then try again.")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::new(Code::Invalid, "The form arrived incomplete. Reload the page, then try again.")
            }
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::Response(_) => Problem::internal().into(),
        }
    }
}

#[cfg(feature = "ssr")]
mod status {
    use http::header::{ACCEPT, UPGRADE};
    use http::{Method, StatusCode, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use model::Code;

    /// Gives the running response the code's status. A form that is sent without JavaScript is answered by a redirect
    /// back to its page, and a websocket says within itself what is wrong: an error's status would break either.
    pub(super) fn answer_with(code: Code) {
        let has_own_status = use_context::<Parts>().is_some_and(|parts| {
            let plain_form = parts.method == Method::POST
                && parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
            plain_form || parts.headers.contains_key(UPGRADE)
        });
        if let (false, Some(response), Ok(status)) = (has_own_status, use_context::<ResponseOptions>(), StatusCode::from_u16(code.status()))
        {
            response.set_status(status);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_crosses_the_wire() {
        let error = AppError(Problem::of_field("email", "Give a mail address, such as sam@example.com."));
        assert_eq!(AppError::de(error.ser()), error);
    }

    #[test]
    fn a_lost_connection_says_what_to_do() {
        let error = AppError::from_server_fn_error(ServerFnErrorErr::Request("TypeError: Failed to fetch".into()));
        assert_eq!(error.code(), Code::Unavailable);
        assert!(!error.to_string().contains("TypeError"), "no internal text reaches a person");
    }

    #[test]
    fn what_can_not_be_read_is_not_a_panic() {
        // In the browser it is an answer that can't be read; on the server it is what came in.
        let expected = if cfg!(feature = "ssr") { Code::Invalid } else { Code::Unavailable };
        assert_eq!(AppError::de("<html>502</html>".into()).code(), expected);
    }
}
