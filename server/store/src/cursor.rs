//! Opaque cursors of lists that are ordered by time and id, newest first.
//!
//! A cursor begins with its list's name: one of another list is no place in this one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::{Result, StoreError};

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

    /// The cursor of a request for `list`, or the list's start.
    pub(crate) fn parse(list: &str, text: Option<&str>) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::newest()) };
        let place = text.strip_prefix(list).and_then(|rest| rest.strip_prefix('-')).ok_or(StoreError::Cursor)?;
        let mut bytes = [0_u8; 24];
        hex::decode_to_slice(place, &mut bytes).map_err(|_| StoreError::Cursor)?;
        let (mut micros, mut id) = ([0_u8; 8], [0_u8; 16]);
        micros.copy_from_slice(&bytes[..8]);
        id.copy_from_slice(&bytes[8..]);
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(micros)).ok_or(StoreError::Cursor)?;
        if !(DateTime::UNIX_EPOCH..=end_of_time()).contains(&at) {
            return Err(StoreError::Cursor);
        }
        Ok(Self { at, id: Uuid::from_bytes(id) })
    }

    /// What a page of this list gives out, and [`Self::parse`] takes.
    pub(crate) fn text(self, list: &str) -> String {
        format!("{list}-{}{}", hex::encode(self.at.timestamp_micros().to_be_bytes()), hex::encode(self.id.as_bytes()))
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
            let text = cursor.text("calls");
            prop_assert_eq!(Cursor::parse("calls", Some(&text)).unwrap(), cursor);
            for other in ["documents", "call", "calls-0"] {
                prop_assert!(matches!(Cursor::parse(other, Some(&text)), Err(StoreError::Cursor)));
            }
        }

        #[test]
        fn any_other_text_is_refused(text in ".*") {
            prop_assume!(!text.starts_with("calls-"));
            prop_assert!(matches!(Cursor::parse("calls", Some(&text)), Err(StoreError::Cursor)));
        }

        #[test]
        fn no_bytes_panic(bytes: [u8; 24]) {
            let _ = Cursor::parse("calls", Some(&format!("calls-{}", hex::encode(bytes))));
        }
    }
}
