//! What both engines take as text.

use std::borrow::Cow;

/// PostgreSQL takes no NUL in text or JSON, and a recognizer may print anything.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
