//! The one door through which text leaves the server for a provider.

use std::fmt;

/// Something that may leave the server: it has passed [`Redaction`], the only maker. Ports of providers take nothing else.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outbound<T>(T);

impl<T> Outbound<T> {
    /// What leaves.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What leaves, by value.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Something that is made of nothing but this: folded white space, a shorter text.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Outbound<U> {
        Outbound(make(self.0))
    }
}

impl AsRef<str> for Outbound<String> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<T> fmt::Debug for Outbound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may be a customer's words: it doesn't belong into a log.
        f.write_str("Outbound(…)")
    }
}

/// What is taken out of texts before they leave. Nothing so far: an organization's rules come with the language models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redaction {}

impl Redaction {
    /// A text as it may leave.
    pub fn text(self, text: impl Into<String>) -> Outbound<String> {
        Outbound(text.into())
    }

    /// Texts as they may leave.
    pub fn texts<T: AsRef<str>>(self, texts: &[T]) -> Vec<Outbound<String>> {
        texts.iter().map(|text| self.text(text.as_ref())).collect()
    }
}
