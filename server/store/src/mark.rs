//! The mark that a server leaves beside its SQLite file, and what tells one file from another.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the server before left behind because it did not stop in order.
#[derive(Debug)]
pub(crate) struct Mark {
    /// Which file it had open.
    pub(crate) database: u64,
    /// Whether the schema was up to date, so that nothing changes it any more.
    pub(crate) serving: bool,
    /// The schema's number in the file then; none in the mark of a version before.
    pub(crate) schema: Option<u32>,
    /// Whether this is a copy of the mark that the server wrote.
    pub(crate) copied: bool,
    /// Its last sign of life.
    pub(crate) changed: (i64, i64),
}

impl Mark {
    /// Always of the same length, so that it can be written over on a full disk.
    pub(crate) fn text(database: u64, own: u64, schema: Option<i64>) -> String {
        let (serving, schema) = (u8::from(schema.is_some()), schema.unwrap_or_default());
        format!("closezly-mark 1\ndatabase {database:020}\nmark {own:020}\nserving {serving}\nschema {schema:010}\n")
    }

    /// The mark beside a database, if there is one that can be read.
    pub(crate) fn of(database: &Path) -> Option<Self> {
        let mut file = File::open(beside(database, "-mark")).ok()?;
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let metadata = file.metadata().ok()?;
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        Some(Self {
            database: value("database ")?,
            serving: value("serving ")? == 1,
            schema: value("schema ").and_then(|schema| u32::try_from(schema).ok()),
            copied: value("mark ")? != inode(&metadata),
            changed: changed(&metadata),
        })
    }
}

/// The path of a file beside the database.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    PathBuf::from(name)
}

/// Which file it is; always the same where the system doesn't tell.
pub(crate) fn inode(file: &Metadata) -> u64 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::ino(file);
    #[cfg(not(unix))]
    return u64::from(file.is_dir());
}

/// When anything of it was last changed, which no copying program can choose. Always the same where the system doesn't tell.
pub(crate) fn changed(file: &Metadata) -> (i64, i64) {
    #[cfg(unix)]
    return (std::os::unix::fs::MetadataExt::ctime(file), std::os::unix::fs::MetadataExt::ctime_nsec(file));
    #[cfg(not(unix))]
    return (i64::from(file.is_dir()), 0);
}
