//! Passwords that whoever runs the server refuses: a file of SHA-1 hashes, as lists of breached passwords come. It may be as large as a disk:
//! nothing of it is loaded, a hash is found by halving the file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use kernel::{DomainError, Result};
use sha1::{Digest as _, Sha1};

use super::password::normalized;

/// Digits of a hash.
const DIGITS: usize = 40;
/// Longest line: the hash, a colon, and how often it was seen.
const LONGEST_LINE: usize = 80;
/// At so many places a file's order is looked at when the server starts.
const LOOKED_AT: u64 = 64;

/// A sorted list of hashes in a file, opened anew for each look.
#[derive(Clone, Debug)]
pub struct RefusedPasswords {
    path: PathBuf,
}

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RefusedPasswordsError {
    /// It can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line is no hash.
    #[error("{} is no list of refused passwords: at byte {at} there is no line of 40 hexadecimal digits (a SHA-1), alone or with “:” and a number behind it", path.display())]
    NoHash {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
    },
    /// It has nothing in it.
    #[error("{} is empty; take the setting out if no password is to be refused beside the common ones", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It can't be searched by halving.
    #[error("{} is not sorted: the hash at byte {at} is smaller than one before it; sort the file, for example by `LC_ALL=C sort`", path.display())]
    Unsorted {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
    },
}

/// A hash as it is compared.
type Hash = [u8; DIGITS];

/// A line: its hash, and where the next one begins.
struct Line {
    at: u64,
    hash: Hash,
    next: u64,
}

impl RefusedPasswords {
    /// Looks at a file: that it can be read, has hashes in it, and is sorted, as far as looking here and there tells.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(path: &Path) -> Result<Self, RefusedPasswordsError> {
        let refused = Self { path: path.to_owned() };
        let mut search = refused.search()?;
        let mut before: Option<Line> = None;
        for step in 0..=LOOKED_AT {
            let from = u64::try_from(u128::from(search.length) * u128::from(step) / u128::from(LOOKED_AT)).unwrap_or(search.length);
            let Some(line) = search.line_from(from)? else { continue };
            if before.as_ref().is_some_and(|before| before.at < line.at && before.hash > line.hash) {
                return Err(RefusedPasswordsError::Unsorted { path: refused.path, at: line.at });
            }
            before = Some(line);
        }
        if before.is_none() { Err(RefusedPasswordsError::Empty { path: refused.path }) } else { Ok(refused) }
    }

    /// Whether the list has a password, as it was typed or as it is hashed here.
    ///
    /// # Errors
    /// If the file can't be read any more: nobody sets a password that was not looked up.
    pub(super) async fn contain(&self, password: &str) -> Result<bool> {
        let mut hashes = vec![hash_of(password)];
        let normalized = normalized(password);
        if normalized != password {
            hashes.push(hash_of(&normalized));
        }
        let refused = self.clone();
        let looked_up = tokio::task::spawn_blocking(move || {
            for hash in hashes {
                if refused.search()?.has(&hash)? {
                    return Ok(true);
                }
            }
            Ok::<_, RefusedPasswordsError>(false)
        });
        let found = looked_up.await.map_err(|error| DomainError::Internal(error.to_string()))?;
        found.map_err(|error| DomainError::Internal(format!("refused_passwords_file: {error}")))
    }

    fn search(&self) -> Result<Search<'_>, RefusedPasswordsError> {
        let unreadable = |source| RefusedPasswordsError::Unreadable { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Ok(Search { path: &self.path, file, length })
    }
}

fn hash_of(password: &str) -> Hash {
    const DIGIT: &[u8; 16] = b"0123456789ABCDEF";
    let mut digits = [0; DIGITS];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(Sha1::digest(password.as_bytes())) {
        pair.copy_from_slice(&[DIGIT[usize::from(byte >> 4)], DIGIT[usize::from(byte & 15)]]);
    }
    digits
}

/// One look into the file.
struct Search<'a> {
    path: &'a Path,
    file: File,
    length: u64,
}

impl Search<'_> {
    fn has(&mut self, wanted: &Hash) -> Result<bool, RefusedPasswordsError> {
        // The line, if it is there, begins in between.
        let (mut from, mut until) = (0, self.length);
        while from < until {
            let middle = from + (until - from) / 2;
            match self.line_from(middle)? {
                Some(line) if line.at < until => match line.hash.cmp(wanted) {
                    std::cmp::Ordering::Equal => return Ok(true),
                    std::cmp::Ordering::Less => from = line.next,
                    std::cmp::Ordering::Greater => until = middle,
                },
                // No line begins behind the middle.
                _ => until = middle,
            }
        }
        Ok(false)
    }

    /// The first line that begins at `from` or later; none if no line does.
    fn line_from(&mut self, from: u64) -> Result<Option<Line>, RefusedPasswordsError> {
        // With the byte before, to know whether a line begins at `from`; room for the rest of one line and all of the next.
        let start = from.saturating_sub(1);
        let mut read = Vec::with_capacity(2 * LONGEST_LINE + 2);
        let unreadable = |source| RefusedPasswordsError::Unreadable { path: self.path.to_owned(), source };
        self.file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
        (&self.file).take(2 * LONGEST_LINE as u64 + 2).read_to_end(&mut read).map_err(unreadable)?;
        let end_of_line = |from: usize| read.iter().skip(from).position(|byte| *byte == b'\n').map(|place| from + place);
        let begin = match (from, end_of_line(0)) {
            (0, _) => 0,
            (_, Some(end)) => end + 1,
            // The last line, or one that is too long to be one.
            (_, None) if start + read.len() as u64 >= self.length => return Ok(None),
            (_, None) => return Err(RefusedPasswordsError::NoHash { path: self.path.to_owned(), at: start }),
        };
        if begin >= read.len() {
            return Ok(None);
        }
        let at = start + begin as u64;
        let end = end_of_line(begin).unwrap_or(read.len());
        let hash = parse(&read[begin..end]).ok_or_else(|| RefusedPasswordsError::NoHash { path: self.path.to_owned(), at })?;
        Ok(Some(Line { at, hash, next: start + end as u64 + 1 }))
    }
}

/// `5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493`, in capitals or not, with or without the number, the line's end of any system.
fn parse(line: &[u8]) -> Option<Hash> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(DIGITS)?;
    let count = rest.strip_prefix(b":").unwrap_or(b"0");
    let fits = (rest.is_empty() || rest.starts_with(b":")) && digits.iter().all(u8::is_ascii_hexdigit);
    if !fits || count.is_empty() || !count.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut hash: Hash = digits.try_into().ok()?;
    hash.make_ascii_uppercase();
    Some(hash)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn list(passwords: &[String], end: &str, numbered: bool) -> String {
        let mut lines: Vec<String> = passwords.iter().map(|password| String::from_utf8(hash_of(password).to_vec()).unwrap()).collect();
        lines.sort();
        lines
            .iter()
            .enumerate()
            .map(|(number, line)| if numbered { format!("{line}:{number}{end}") } else { format!("{line}{end}") })
            .collect()
    }

    #[test]
    fn a_hash_is_as_others_write_it() {
        assert_eq!(&hash_of("password"), b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
    }

    #[tokio::test]
    async fn what_is_on_the_list_is_found_wherever_it_stands_and_nothing_else() {
        for (count, end, numbered) in [(1, "\n", false), (2, "\r\n", true), (3, "\n", true), (1_000, "\r\n", true), (1_001, "\n", false)] {
            let known: Vec<String> = (0..count).map(|number| format!("password number {number}")).collect();
            let written = list(&known, end, numbered);
            for text in [written.clone(), written.trim_end().to_owned(), written.to_lowercase()] {
                let file = file(&text);
                let refused = RefusedPasswords::open(file.path()).unwrap();
                for password in &known {
                    assert!(refused.contain(password).await.unwrap(), "{password} of {count}");
                }
                for other in ["another", "password number x", ""] {
                    assert!(!refused.contain(other).await.unwrap(), "{other} of {count}");
                }
            }
        }
        let file = file(&list(&["größe ist relativ".to_owned()], "\n", false));
        let refused = RefusedPasswords::open(file.path()).unwrap();
        assert!(refused.contain("gro\u{308}ße\u{a0}ist relativ").await.unwrap(), "as another computer writes it");
    }

    #[test]
    fn a_file_that_is_no_such_list_says_why() {
        let error = |text: &str| RefusedPasswords::open(file(text).path()).map(drop).unwrap_err().to_string();
        assert!(error("").contains("is empty"));
        assert!(error("password\n123456\n").contains("byte 0"), "passwords themselves");
        let hash = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
        assert!(error(&format!("{hash}:many\n")).contains("byte 0"));
        assert!(error(&format!("{hash}{hash}\n")).contains("byte 0"), "a longer hash");
        assert!(error(&"x".repeat(10_000)).contains("40 hexadecimal digits"));
        assert!(error(&format!("{hash}\n0{}\n", &hash[1..])).contains("not sorted"));
        let missing = RefusedPasswords::open(Path::new("/no/such/file")).map(drop).unwrap_err();
        assert!(missing.to_string().starts_with("/no/such/file can't be read"), "{missing}");
    }

    #[tokio::test]
    async fn nobody_sets_a_password_while_the_list_is_gone() {
        let file = file("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8\n");
        let refused = RefusedPasswords::open(file.path()).unwrap();
        assert!(refused.contain("password").await.unwrap());
        drop(file);
        assert!(refused.contain("another").await.is_err());
    }
}
