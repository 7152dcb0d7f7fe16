//! The server has no files of a person's computer; these are never called there.

use std::time::Duration;

use leptos::ev;
use model::{Code, Problem, UploadId};

/// No file.
pub struct LocalFile;

impl LocalFile {
    /// No name.
    pub fn name(&self) -> String {
        String::new()
    }

    /// No folder.
    pub fn folder(&self) -> &str {
        ""
    }

    /// No content.
    pub fn bytes(&self) -> u64 {
        0
    }

    /// Never changed.
    pub fn stamp(&self) -> String {
        String::new()
    }

    /// Nothing to read.
    ///
    /// # Errors
    /// Always.
    pub async fn read(&self, _from: u64, _most: u64) -> Result<Vec<u8>, Problem> {
        Err(Problem::new(Code::Unavailable, "Files come from a browser."))
    }
}

/// Nothing was dropped.
pub struct Dropped;

impl Dropped {
    /// None.
    pub async fn files(self) -> Vec<LocalFile> {
        Vec::new()
    }
}

/// Nothing was chosen.
pub fn chosen(_event: &ev::Event) -> Vec<LocalFile> {
    Vec::new()
}

/// Nothing is dragged.
pub fn carries_files(_event: &ev::DragEvent) -> bool {
    false
}

/// Nothing was dropped.
pub fn dropped(_event: &ev::DragEvent) -> Dropped {
    Dropped
}

/// Opens nothing.
pub fn open_picker(_input: &str) {}

/// Keeps nothing.
pub fn keep(_number: u32, _file: LocalFile) {}

/// Nothing was kept.
pub fn kept(_number: u32) -> Option<std::rc::Rc<LocalFile>> {
    None
}

/// Has nothing to forget.
pub fn forget(_number: u32) {}

/// Remembers nothing.
pub fn remember(_upload: UploadId, _stamp: Option<&str>) {}

/// Nothing is remembered.
pub fn remembered(_upload: UploadId) -> Option<String> {
    None
}

/// Doesn't wait.
pub async fn wait(_length: Duration) {}
