//! Whether bytes are a whole model in whisper.cpp's format. Its own reader trusts a file, and what it reads beyond the end is whatever lies
//! there; so a file is walked through before it sees it.

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It ends too early.
    CutOff,
    /// It is something else: what.
    Other(String),
}

const MAGIC: u32 = 0x6767_6d6c;
/// Bytes of a block and numbers in it, by ggml's number of the type; those that a Whisper model may be quantised to.
const TYPES: [(u32, usize, usize); 12] = [
    (0, 4, 1),
    (1, 2, 1),
    (2, 18, 32),
    (3, 20, 32),
    (6, 22, 32),
    (7, 24, 32),
    (8, 34, 32),
    (10, 84, 256),
    (11, 110, 256),
    (12, 144, 256),
    (13, 176, 256),
    (14, 210, 256),
];

/// Walks through the whole file.
pub(super) fn check(bytes: &[u8]) -> Result<(), Wrong> {
    let mut rest = Walk(bytes);
    let other = |what: &str| Err(Wrong::Other(what.to_owned()));
    match rest.number() {
        Ok(MAGIC) => {}
        _ if bytes.starts_with(b"GGUF") => return other("it is GGUF, which whisper.cpp doesn't read"),
        _ if bytes.is_empty() => return Err(Wrong::CutOff),
        _ => return other("it begins with something else"),
    }
    let mut shape = [0; 11];
    for number in &mut shape {
        *number = rest.number()?;
    }
    let [vocabulary, audio, audio_state, audio_heads, audio_layers, text, text_state, text_heads, text_layers, mels, _] = shape;
    let sane = (50_000..60_000).contains(&vocabulary)
        && audio == 1_500
        && (64..=4_096).contains(&audio_state)
        && audio_state == text_state
        && (1..=64).contains(&audio_heads)
        && audio_state % audio_heads == 0
        && (1..=64).contains(&text_heads)
        && text_state % text_heads == 0
        && (1..=64).contains(&audio_layers)
        && (1..=64).contains(&text_layers)
        && text == 448
        && (mels == 80 || mels == 128);
    if !sane {
        return other("it isn't of Whisper's shape");
    }
    let (filters, bins) = (rest.number()?, rest.number()?);
    if filters != mels || bins != 201 {
        return other("its filters aren't Whisper's");
    }
    rest.skip(filters as usize * bins as usize * 4)?;
    let tokens = rest.number()?;
    if tokens > vocabulary {
        return other("it has more words than it says");
    }
    for _ in 0..tokens {
        let length = rest.number()? as usize;
        rest.skip(length)?;
    }
    let mut tensors = 0;
    while !rest.0.is_empty() {
        rest.tensor()?;
        tensors += 1;
    }
    // Of each layer of the encoder 15, of the decoder 24; and 11 besides. The last ones aren't missed by a file that ends between two of them.
    if tensors < 15 * audio_layers + 24 * text_layers + 11 {
        return Err(Wrong::CutOff);
    }
    Ok(())
}

struct Walk<'a>(&'a [u8]);

impl Walk<'_> {
    fn number(&mut self) -> Result<u32, Wrong> {
        let (number, rest) = self.0.split_first_chunk().ok_or(Wrong::CutOff)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*number))
    }

    fn skip(&mut self, bytes: usize) -> Result<(), Wrong> {
        self.0 = self.0.get(bytes..).ok_or(Wrong::CutOff)?;
        Ok(())
    }

    fn tensor(&mut self) -> Result<(), Wrong> {
        let (dimensions, name, kind) = (self.number()?, self.number()?, self.number()?);
        let broken = || Wrong::Other("a table of its numbers is broken".to_owned());
        if !(1..=4).contains(&dimensions) || name > 200 {
            return Err(broken());
        }
        let (mut count, mut row) = (1_usize, 0);
        for dimension in 0..dimensions {
            let size = self.number()? as usize;
            if dimension == 0 {
                row = size;
            }
            count = count.checked_mul(size).filter(|count| (1..1 << 32).contains(count)).ok_or_else(broken)?;
        }
        let (_, bytes, block) = TYPES.iter().find(|(number, ..)| *number == kind).ok_or_else(broken)?;
        if row % block != 0 {
            return Err(broken());
        }
        self.skip(name as usize)?;
        self.skip(count / block * bytes)
    }
}

#[cfg(test)]
pub(super) mod tests;
