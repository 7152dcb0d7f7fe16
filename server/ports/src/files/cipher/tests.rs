#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const NAME: &str = "o/documents/1";

fn ring(name: &str, byte: u8) -> KeyRing {
    use base64::Engine;
    KeyRing::parse(&format!("{name}:{}", base64::engine::general_purpose::STANDARD.encode([byte; 32])).into()).unwrap()
}

fn seal(content: &[u8], pieces: usize) -> Vec<u8> {
    let mut out = BytesMut::new();
    let mut sealer = Sealer::new("a", &[1; 32], NAME, &mut out).unwrap();
    content.chunks(pieces).for_each(|piece| sealer.push(piece, &mut out).unwrap());
    sealer.finish(&mut out).unwrap();
    out.to_vec()
}

fn open_as(ring: KeyRing, object: &str, stored: &[u8], pieces: usize) -> Result<Vec<u8>, FileError> {
    let mut out = BytesMut::new();
    let mut opener = Opener::new(ring, object.to_owned());
    stored.chunks(pieces).try_for_each(|piece| opener.push(piece, &mut out))?;
    opener.finish(&mut out)?;
    Ok(out.to_vec())
}

fn open(stored: &[u8]) -> Result<Vec<u8>, FileError> {
    open_as(ring("a", 1), NAME, stored, 10_000)
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

/// Lengths around the ends of chunks, where mistakes live.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![0..300usize, CHUNK - 2..CHUNK + 3, 2 * CHUNK - 1..2 * CHUNK + 2, 0..3 * CHUNK]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_sealed_is_opened_however_it_comes(length in lengths(), written in 1..200_000usize, read in 1..200_000usize) {
        let (content, written, read) = (content(length), written.max(length / 500 + 1), read.max(length / 500 + 1));
        let stored = seal(&content, written);
        prop_assert_eq!(open_as(ring("a", 1), NAME, &stored, read).unwrap(), content);
    }

    #[test]
    fn any_flipped_bit_is_found(length in lengths(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut stored = seal(&content(length), 50_000);
        let at = at.index(stored.len());
        stored[at] ^= 1 << bit;
        prop_assert!(open(&stored).is_err());
    }

    #[test]
    fn any_flipped_bit_of_the_header_is_found(at in 0..MAGIC.len() + 2 + SALT + PREFIX + CHECK, bit in 0..8u8) {
        let mut stored = seal(b"content", 50_000);
        stored[at] ^= 1 << bit;
        prop_assert!(open(&stored).is_err());
    }

    #[test]
    fn any_cut_is_found(length in lengths(), at in any::<prop::sample::Index>()) {
        let stored = seal(&content(length), 50_000);
        prop_assert!(open(&stored[..at.index(stored.len())]).is_err());
    }

    #[test]
    fn anything_appended_is_found(length in lengths(), more in prop::collection::vec(any::<u8>(), 1..100)) {
        let mut stored = seal(&content(length), 50_000);
        stored.extend(more);
        prop_assert!(open(&stored).is_err());
    }

    #[test]
    fn rubbish_is_an_error_and_no_panic(rubbish in prop::collection::vec(any::<u8>(), 0..400)) {
        let stored = [&MAGIC[..], &rubbish].concat();
        prop_assert!(open(&stored).is_err());
    }
}

fn header() -> usize {
    MAGIC.len() + 1 + 1 + SALT + PREFIX + CHECK
}

#[test]
fn swapped_repeated_and_dropped_chunks_are_found() {
    let stored = seal(&content(4 * CHUNK), CHUNK);
    let (start, body) = stored.split_at(header());
    let chunks: Vec<&[u8]> = body.chunks(SEALED).collect();
    assert_eq!(chunks.len(), 4);
    for order in [&[1, 0, 2, 3][..], &[0, 2, 1, 3], &[0, 0, 1, 2, 3], &[0, 1, 3], &[1, 2, 3], &[3], &[0, 1, 2, 3, 3]] {
        let changed: Vec<u8> = start.iter().copied().chain(order.iter().flat_map(|&index| chunks[index].to_vec())).collect();
        assert!(matches!(open(&changed), Err(FileError::Tampered)), "{order:?}");
    }
    // Whole chunks that are good, but the end is gone.
    for kept in 1..4 {
        assert!(matches!(open(&stored[..header() + kept * SEALED]), Err(FileError::Truncated)), "{kept}");
    }
    assert!(matches!(open(start), Err(FileError::Truncated)));
    assert!(matches!(open(&start[..20]), Err(FileError::Truncated)));
}

#[test]
fn a_chunk_of_another_file_is_found() {
    let (one, other) = (seal(&content(100), 100), seal(&content(100), 100));
    let mixed = [&one[..header()], &other[header()..]].concat();
    assert!(matches!(open(&mixed), Err(FileError::Tampered)));
}

#[test]
fn a_file_under_another_name_is_found() {
    let stored = seal(b"content", 7);
    let moved = open_as(ring("a", 1), "other/documents/1", &stored, 100);
    assert!(matches!(moved, Err(FileError::Tampered)));
}

#[test]
fn keys_that_are_wrong_or_missing_are_told_apart() {
    let stored = seal(b"content", 7);
    assert!(matches!(open_as(ring("a", 2), NAME, &stored, 100), Err(FileError::WrongKey(name)) if name == "a"));
    assert!(matches!(open_as(ring("b", 1), NAME, &stored, 100), Err(FileError::NoKey(name)) if name == "a"));
    assert!(matches!(open_as(KeyRing::default(), NAME, &stored, 100), Err(FileError::NoKey(_))));
}

#[test]
fn a_plain_file_passes_only_where_it_may() {
    for plain in [&b""[..], b"C", b"CLZ", b"plain text", b"CLZY\x02 another version"] {
        assert_eq!(open_as(KeyRing::default(), NAME, plain, 2).unwrap(), plain);
        assert!(matches!(open(plain), Err(FileError::NotEncrypted)), "{plain:?}");
    }
}

#[test]
fn two_files_of_one_content_have_nothing_in_common() {
    let (one, other) = (seal(&content(1000), 1000), seal(&content(1000), 1000));
    assert_ne!(one[header()..], other[header()..]);
    assert_eq!(key_name(&one).as_deref(), Some("a"));
    assert_eq!(key_name(b"plain"), None);
}
