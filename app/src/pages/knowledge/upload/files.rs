//! Files of the person's own computer: chosen or dropped, read piece by piece.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub use browser::{LocalFile, carries_files, chosen, dropped, forget, keep, kept, open_picker, remember, remembered, wait};

#[cfg(not(feature = "hydrate"))]
mod nowhere;
#[cfg(not(feature = "hydrate"))]
pub use nowhere::{LocalFile, carries_files, chosen, dropped, forget, keep, kept, open_picker, remember, remembered, wait};

/// The most files that are taken at once.
pub const MOST_FILES: usize = 2_000;

/// Whether a file of a folder is something that the computer left there, not a person.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
fn is_litter(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$") || ["thumbs.db", "desktop.ini"].contains(&name.to_lowercase().as_str())
}

/// The folder of a path within what was chosen: all but the file's name.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
fn folder_of(path: &str) -> String {
    path.trim_matches('/').rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_computer_left_is_not_taken() {
        for litter in [".DS_Store", ".git", "~$offer.docx", "Thumbs.db", "desktop.ini"] {
            assert!(is_litter(litter), "{litter}");
        }
        for file in ["offer.docx", "a.b", "thumbs.pdf"] {
            assert!(!is_litter(file), "{file}");
        }
    }

    #[test]
    fn a_folder_is_a_path_without_its_last_name() {
        assert_eq!(["a/b/c.pdf", "/a/c.pdf", "c.pdf", ""].map(folder_of), ["a/b", "a", "", ""]);
    }
}
