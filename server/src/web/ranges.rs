//! Ranges of bytes, as players ask for sound.

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// Nothing that we know, or several ranges: then everything is sent, as RFC 9110 allows.
    Everything,
    /// A part, which is within.
    Part(Range<u64>),
    /// It lies outside.
    Outside,
}

impl ByteRange {
    /// Reads the header, for something of this length.
    pub fn of(header: &str, length: u64) -> Self {
        let Some((first, last)) =
            header.trim().strip_prefix("bytes=").filter(|rest| !rest.contains(',')).and_then(|rest| rest.split_once('-'))
        else {
            return Self::Everything;
        };
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let range = match (first.trim(), last.trim()) {
            ("", suffix) => match number(suffix) {
                Some(0) => return Self::Outside,
                Some(suffix) => length.saturating_sub(suffix)..length,
                None => return Self::Everything,
            },
            (first, "") => match number(first) {
                Some(first) => first..length,
                None => return Self::Everything,
            },
            (first, last) => match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
                _ => return Self::Everything,
            },
        };
        if range.start >= length { Self::Outside } else { Self::Part(range) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (header, expected) in [
            ("bytes=0-99", ByteRange::Part(0..100)),
            ("bytes=900-", ByteRange::Part(900..1000)),
            ("bytes=-100", ByteRange::Part(900..1000)),
            ("bytes=-5000", ByteRange::Part(0..1000)),
            ("bytes=0-18446744073709551615", ByteRange::Part(0..1000)),
            ("bytes=1000-", ByteRange::Outside),
            ("bytes=-0", ByteRange::Outside),
            ("bytes=5-2", ByteRange::Everything),
            ("bytes=0-1,5-6", ByteRange::Everything),
            ("lines=0-1", ByteRange::Everything),
            ("bytes=a-b", ByteRange::Everything),
            ("bytes=", ByteRange::Everything),
        ] {
            assert_eq!(ByteRange::of(header, 1000), expected, "{header}");
        }
        assert_eq!(ByteRange::of("bytes=0-", 0), ByteRange::Outside);
    }
}
