//! ZIP archives: each file in it is a part. Depth, number and size are bounded, so that one which holds itself ends.

use model::PlaceKind;

use crate::content::{Block, Content};
use crate::failure::Failure;
use crate::formats::Reading;
use crate::formats::package::Package;

/// Reads an archive.
pub fn read(package: &mut Package, reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let names = package.names();
    let mut locked = 0;
    let mut files = 0;
    for (index, name) in names.iter().enumerate() {
        let ignored =
            name.ends_with('/') || name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|file| file.starts_with('.'));
        if ignored {
            continue;
        }
        files += 1;
        if !out.budget.open() {
            out.note("This archive holds more files than one document may have: the last ones were not read.");
            break;
        }
        let bytes = match package.bytes_at(index) {
            Ok(bytes) => bytes,
            Err(Failure::PasswordNeeded) => {
                locked += 1;
                continue;
            }
            Err(failure @ (Failure::Full | Failure::TooMuch(_))) => return Err(failure),
            Err(_) => {
                out.note(format!("{name} is damaged and was not read."));
                continue;
            }
        };
        let (parts, rest) = reading.inner(&bytes, name, out);
        add(parts, name, out);
        rest?;
    }
    if locked > 0 && locked == files {
        return Err(Failure::Unsupported("This archive is protected by a password. Unpack it, and give the files in it.".into()));
    }
    if locked > 0 {
        out.note("Files in it that are protected by a password were not read.");
    }
    match (out.is_empty(), files) {
        (false, _) => Ok(()),
        (true, 0) => Err(Failure::NoText("There is no file in this archive.".into())),
        (true, _) => Err(Failure::NoText("No file in this archive could be read. Unpack it, and give the files in it.".into())),
    }
}

/// Adds the parts of a file as parts that its name stands at.
pub fn add(parts: Vec<(String, Vec<Block>)>, name: &str, out: &mut Content) {
    for (label, blocks) in parts.into_iter().filter(|part| !part.1.is_empty()) {
        let label = if label.is_empty() { name.to_owned() } else { format!("{name}, {label}") };
        out.begin(PlaceKind::Part, &label);
        out.take(blocks);
    }
}
