//! Programs of others that read what this crate can't, where somebody has installed them.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Where the programs of others are. Without one of them, what it would read is a document that failed with a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// `tesseract`: reads pictures of text.
    pub tesseract: Option<PathBuf>,
    /// `soffice` or `libreoffice`: reads old Office files.
    pub office: Option<PathBuf>,
}

impl Programs {
    /// Those on the path of this process.
    pub fn on_path() -> Self {
        Self::within(&env::var_os("PATH").unwrap_or_default())
    }

    /// Those in these folders, which are written as in `PATH`.
    pub fn within(path: &OsStr) -> Self {
        Self { tesseract: find(path, &["tesseract"]), office: find(path, &["soffice", "libreoffice"]) }
    }
}

/// The first of these programs in the first of the folders that has it. Folders that depend on where the server was started don't count.
fn find(path: &OsStr, names: &[&str]) -> Option<PathBuf> {
    let may_run = |file: &PathBuf| file.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    let folders = || env::split_paths(path).filter(|folder| folder.is_absolute());
    names.iter().find_map(|name| folders().map(|folder| folder.join(name)).find(may_run))
}

/// The variables of a program of others: none of the server's, which may hold its secrets, but the path.
pub(crate) fn variables(folder: &str) -> Vec<(String, String)> {
    let path = env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned());
    [("PATH", path.as_str()), ("HOME", folder), ("TMPDIR", folder), ("LC_ALL", "C.UTF-8")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn programs_are_files_that_may_run() {
        let folders = ["one", "two"].map(|_| tempfile::tempdir().unwrap());
        let put = |folder: usize, name: &str, mode: u32| {
            let path = folders[folder].path().join(name);
            fs::write(&path, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        };
        let path = env::join_paths([PathBuf::from("relative"), folders[0].path().into(), folders[1].path().into()]).unwrap();
        assert_eq!(Programs::within(&path), Programs::default());
        put(0, "tesseract", 0o644);
        fs::create_dir(folders[0].path().join("soffice")).unwrap();
        let office = put(0, "libreoffice", 0o755);
        let tesseract = put(1, "tesseract", 0o755);
        assert_eq!(Programs::within(&path), Programs { tesseract: Some(tesseract), office: Some(office) });
        let office = put(1, "soffice", 0o755);
        assert_eq!(Programs::within(&path).office, Some(office));
    }
}
