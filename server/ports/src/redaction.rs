//! The one door through which words leave the server for a provider: texts for models, words that a recognizer expects, mails.

mod rules;

use std::fmt;

use crate::mail::Mail;

/// Something that may leave the server: it has passed [`Redaction`], the only maker. Ports of providers take nothing else.
///
/// Nobody else can make one, not even out of another:
///
/// ```compile_fail,E0423
/// let text = ports::Outbound("a customer's words".to_owned());
/// ```
///
/// ```
/// let text = ports::Redaction::default().text("password: hunter2");
/// assert_eq!(text.get(), "password: [secret]");
/// ```
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
}

impl Outbound<String> {
    /// The same words with single blanks between them.
    #[must_use]
    pub fn folded(&self) -> Self {
        Self(self.0.split_whitespace().collect::<Vec<_>>().join(" "))
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

/// What is taken out before something leaves: the rules in `redaction/rules.rs`, the same for everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redaction {}

impl Redaction {
    /// A text as it may leave: numbers of cards and accounts, passwords and keys are taken out, and a word in brackets says what was
    /// there. Redacting it again changes nothing.
    pub fn text(self, text: impl Into<String>) -> Outbound<String> {
        Outbound(rules::apply(text.into()))
    }

    /// Texts as they may leave.
    pub fn texts<T: AsRef<str>>(self, texts: &[T]) -> Vec<Outbound<String>> {
        texts.iter().map(|text| self.text(text.as_ref())).collect()
    }

    /// A mail of the server to the person whose account it is about. It leaves as it is: it holds no word of a call or a document, and
    /// its link is the secret that this person is meant to have.
    pub fn account_mail(self, mail: Mail) -> Outbound<Mail> {
        Outbound(mail)
    }
}

#[cfg(test)]
mod tests;
