//! Files and texts that somebody gives, and what becomes of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, DocumentId, UploadId};

/// The largest file that is taken, in bytes (100 MB).
pub const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// A file that is being sent, piece by piece. It goes on where it stopped, from any page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The collection that it goes to.
    pub collection_id: CollectionId,
    /// The document whose next version it is; none for a new one.
    pub replaces: Option<DocumentId>,
    /// The file's name without folders.
    pub file_name: String,
    /// The folder that it was dropped with.
    pub folder: String,
    /// Bytes of the whole file.
    pub bytes: i64,
    /// Bytes that are on disk: where to go on.
    pub received: i64,
    /// When it is thrown away if nothing more comes.
    pub expires_at: DateTime<Utc>,
}

/// A file that somebody is about to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// The collection that it goes to; none for the first one, which is made if there is none.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// The document whose next version it is; none for a new one.
    #[serde(default)]
    pub replaces: Option<DocumentId>,
    /// The file's name. Folders in front of it are cut off.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = "line"))]
    pub file_name: String,
    /// The folder that it was dropped with, `/` between names; empty at the top.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000, pattern = "line"))]
    pub folder: String,
    /// Bytes of the whole file, 1 to [`MAX_FILE_BYTES`].
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 104857600))]
    pub bytes: u64,
}

/// A text that somebody pastes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// The collection that it goes to; none for the first one.
    #[serde(default)]
    pub collection: Option<CollectionId>,
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "line"))]
    pub title: String,
    /// Markdown or plain text, 1 to 1,000,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000000, pattern = "text"))]
    pub text: String,
    /// Words for it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<super::Tag>, max_items = 20))]
    pub tags: Vec<String>,
}

/// What became of a file or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    /// The document.
    pub document: DocumentId,
    /// It was there already, with exactly this content, in the same collection: nothing was added.
    pub duplicate: bool,
}
