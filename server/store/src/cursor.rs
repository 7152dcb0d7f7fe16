//! Opaque cursors of lists that are ordered by time and id, newest first.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::{Result, StoreError};

/// Which list a cursor is of: one of another list is no place in this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Calls = 1,
    Documents = 2,
    DeadJobs = 3,
    Uses = 4,
}

/// The place after which a page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

/// As late as both engines can say: the year 9999.
pub(crate) fn end_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(253_402_300_799_000_000).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Cursor {
    /// Before everything in a list that starts with the newest.
    pub(crate) fn newest() -> Self {
        Self { at: end_of_time(), id: Uuid::max() }
    }

    /// The cursor of a request, or the list's start.
    pub(crate) fn parse(list: List, text: Option<&str>) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::newest()) };
        let mut bytes = [0_u8; 25];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| StoreError::Cursor)?;
        if bytes[0] != list as u8 {
            return Err(StoreError::Cursor);
        }
        let (mut micros, mut id) = ([0_u8; 8], [0_u8; 16]);
        micros.copy_from_slice(&bytes[1..9]);
        id.copy_from_slice(&bytes[9..]);
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(micros)).ok_or(StoreError::Cursor)?;
        if !(DateTime::UNIX_EPOCH..=end_of_time()).contains(&at) {
            return Err(StoreError::Cursor);
        }
        Ok(Self { at, id: Uuid::from_bytes(id) })
    }

    /// What a page of this list gives out, and [`Self::parse`] takes.
    pub(crate) fn text(self, list: List) -> String {
        let (micros, id) = (hex::encode(self.at.timestamp_micros().to_be_bytes()), hex::encode(self.id.as_bytes()));
        format!("{:02x}{micros}{id}", list as u8)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(micros in 0..253_402_300_799_000_000_i64, id: u128) {
            let cursor = Cursor { at: DateTime::from_timestamp_micros(micros).unwrap(), id: Uuid::from_u128(id) };
            let text = cursor.text(List::Calls);
            prop_assert_eq!(Cursor::parse(List::Calls, Some(&text)).unwrap(), cursor);
            prop_assert!(matches!(Cursor::parse(List::Documents, Some(&text)), Err(StoreError::Cursor)));
        }

        #[test]
        fn any_other_text_is_refused(text in ".*") {
            prop_assume!(text.len() != 50);
            prop_assert!(matches!(Cursor::parse(List::Calls, Some(&text)), Err(StoreError::Cursor)));
        }

        #[test]
        fn no_bytes_panic(bytes: [u8; 25]) {
            let _ = Cursor::parse(List::Calls, Some(&hex::encode(bytes)));
        }
    }
}
