//! Signing up, in and out, and a new password for who forgot theirs: plain documents with forms, of which the browser gets no code.

pub mod api;
mod form;
#[cfg(feature = "ssr")]
mod sign_in;
#[cfg(feature = "ssr")]
mod sign_up;

use crate::plain::plain_pages;
pub use form::{FormReturn, FormState};
#[cfg(feature = "ssr")]
use sign_in::{ForgotPassword, ResetPassword, SignIn};
#[cfg(feature = "ssr")]
use sign_up::{ConfirmSignUp, SignUp};

plain_pages! {
    "/sign-in" => SignIn;
    "/sign-up" => SignUp;
    "/sign-up/confirm" => ConfirmSignUp;
    "/forgot-password" => ForgotPassword;
    "/reset-password" => ResetPassword;
}

/// Where to go next, if that is a path of this site; else the first page. What a browser might take for another site's
/// address (`//host`, `/\host`, with tabs in between) is none.
pub fn local_path(path: &str) -> &str {
    let mut characters = path.chars();
    let fits = characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && path.len() <= 1000
        && !path.chars().any(|c| c.is_control() || c == '\\');
    if fits { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for fine in ["/", "/calls?search=a#b", "/calls/1/live"] {
            assert_eq!(local_path(fine), fine);
        }
        for wrong in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "/a\\b", "calls"]
        {
            assert_eq!(local_path(wrong), "/", "{wrong:?}");
        }
    }
}
