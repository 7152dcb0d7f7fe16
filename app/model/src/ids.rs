//! Identifiers: UUID version 7 in newtypes, so that one kind can never be passed for another.
//!
//! They are made on the server only (`ports::Ids`); a segment, a cue and a bookmark have no id of their own but a
//! number within their call.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// A tenant.
    OrganizationId,
    /// A person who signs in; may be a member of several organizations.
    PersonId,
    /// A person's place in one organization, with a role.
    MemberId,
    /// One signed-in browser.
    SessionId,
    /// A program's sign-in, with all refresh tokens that came of it.
    SignInId,
    /// A long-lived token for the REST interface.
    ApiTokenId,
    /// A conversation.
    CallId,
    /// A piece of work that the server does later.
    JobId,
    /// A collection of documents with who may use them.
    CollectionId,
    /// Something that the organization knows from: a file, a text, a web page.
    DocumentId,
    /// A file that is being sent, piece by piece.
    UploadId,
    /// A website that documents are fetched from.
    WebsiteId,
}
