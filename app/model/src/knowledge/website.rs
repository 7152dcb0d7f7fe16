//! Websites that documents are fetched from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, WebsiteId};
use crate::text_enum::text_enum;

text_enum! {
    /// How far a website is.
    WebsiteState {
        /// Waiting for its first or next visit.
        Waiting = "waiting",
        /// Being visited.
        Fetching = "fetching",
        /// Visited.
        Done = "done",
        /// The last visit failed; `problem` says why.
        Failed = "failed",
    }
}

/// A website that documents are fetched from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Website {
    /// Its id.
    pub id: WebsiteId,
    /// The collection that its pages go to.
    pub collection_id: CollectionId,
    /// Where it starts.
    pub start: String,
    /// Only addresses that begin so are fetched.
    pub scope: String,
    /// At most so many pages.
    pub max_pages: i64,
    /// How often it is visited again, in hours; 0 for never.
    pub every_hours: i64,
    /// How far it is.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub state: WebsiteState,
    /// What is wrong, for people; empty if nothing is.
    pub problem: String,
    /// Pages of the last visit.
    pub pages: i64,
    /// When it was last visited.
    pub visited_at: Option<DateTime<Utc>>,
    /// When it is due again.
    pub due_at: Option<DateTime<Utc>>,
}

/// A website that somebody wants to be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWebsite {
    /// The collection that its pages go to; none for the first one.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// Where it starts: an `http` or `https` address.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, pattern = "^\\s*[Hh][Tt][Tt][Pp][Ss]?:"))]
    pub start: String,
    /// Only addresses that begin so are fetched; empty for the folder that `start` is in.
    #[serde(default)]
    pub scope: String,
    /// At most so many pages, 1 to 500.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 500))]
    pub max_pages: u32,
    /// How often it is visited again, in hours; 0 for never.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 8784))]
    pub every_hours: u32,
}
