//! A ZIP container with caps: what is unpacked counts against the document's budget, whatever its header claims.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::content::Budget;
use crate::failure::{Failure, TOO_LONG};
use crate::formats::encoding;

/// No part may unpack to more: 128 MB.
const MAX_PART_BYTES: u64 = 128 * 1024 * 1024;
/// An archive may list at most so many files.
const MAX_ENTRIES: usize = 20_000;

/// An opened container.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    budget: &'a Budget,
}

impl<'a> Package<'a> {
    /// Opens a container; `what` names the format in the sentence about a broken one.
    pub fn open(bytes: &'a [u8], budget: &'a Budget, what: &str) -> Result<Self, Failure> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Failure::broken(what))?;
        if archive.len() > MAX_ENTRIES {
            return Err(Failure::TooMuch(format!("This file holds more than {MAX_ENTRIES} others. Give fewer at a time.")));
        }
        Ok(Self { archive, budget })
    }

    /// The names of its files, in the order of the archive.
    pub fn names(&self) -> Vec<String> {
        (0..self.archive.len())
            .filter_map(|index| self.archive.name_for_index(index))
            .map(|name| name.map(Cow::into_owned).unwrap_or_default())
            .collect()
    }

    /// Whether it has this file.
    pub fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// A file's bytes; none if it has no such file.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self.archive.index_for_name(name) {
            Some(index) => self.bytes_at(index).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes of the file at this place of the archive.
    pub fn bytes_at(&mut self, index: usize) -> Result<Vec<u8>, Failure> {
        let most = MAX_PART_BYTES.min(self.budget.unpackable());
        let file = self.archive.by_index(index).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Failure::PasswordNeeded,
            ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
                Failure::Unsupported("This file is packed in a way that is not read. Pack it as a plain ZIP.".into())
            }
            _ => Failure::broken("file"),
        })?;
        if file.size() > most {
            return Err(Failure::TooMuch(TOO_LONG.to_owned()));
        }
        let mut bytes = Vec::with_capacity(file.size().min(1 << 20) as usize);
        // The size in the header is a claim: what really comes out is what counts.
        file.take(most + 1).read_to_end(&mut bytes).map_err(|_| Failure::broken("file"))?;
        self.budget.unpack(bytes.len() as u64)?;
        if bytes.len() as u64 > most {
            return Err(Failure::TooMuch(TOO_LONG.to_owned()));
        }
        Ok(bytes)
    }

    /// An XML file as text; none if it has no such file.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.bytes(name)?.map(|bytes| encoding::xml(&bytes)))
    }
}
