//! What is known of a window: its words, its vector, and the vector of what was said before it.

/// Numbers in a vector of the encoder that the heads were made with.
pub const DIMENSIONS: usize = 384;
/// Places that words and pairs of words are hashed to.
pub const BUCKETS: usize = 8_192;
/// How much the words count beside the vector.
const WORDS: f32 = 0.5;
/// How much what was said before counts.
const BEFORE: f32 = 0.5;
/// Words of what was said before that count: its last ones.
const LAST: usize = 25;

/// A window as a head weighs it.
#[derive(Clone, Debug)]
pub struct Features {
    /// The vector of its words, of length 1.
    pub vector: Vec<f32>,
    /// That of what the other side said before, shortened; empty if nobody had said anything.
    pub before: Vec<f32>,
    /// Places of its words and pairs of words, each once, with their weight.
    pub words: Vec<(u32, f32)>,
}

impl Features {
    /// Of a text that an encoder made `vector` of, after one that it made `before` of; `before` may be empty. The encoder is given texts as
    /// [`windows`](crate::windows()) and [`before`] write them.
    pub fn new(text: &str, vector: Vec<f32>, mut before: Vec<f32>) -> Self {
        before.iter_mut().for_each(|number| *number *= BEFORE);
        Self { vector, before, words: hashed(text) }
    }
}

/// A text in small letters, without marks: as different recognizers write the same.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = if letter == '’' { '\'' } else { letter };
        if letter.is_alphanumeric() || "'%$£€".contains(letter) {
            plain.extend(letter.to_lowercase());
        } else if !plain.ends_with(' ') && !plain.is_empty() {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// What of the other side's last words is given to the encoder.
pub fn before(text: &str) -> String {
    let plain = plain(text);
    let words: Vec<&str> = plain.split(' ').collect();
    words[words.len().saturating_sub(LAST)..].join(" ")
}

/// Words and pairs of words by the place that their hash gives them, all of the same weight, together of length [`WORDS`].
fn hashed(text: &str) -> Vec<(u32, f32)> {
    let plain = plain(text);
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let single = words.iter().map(|word| place(&[word]));
    let pairs = words.windows(2).map(place);
    let mut places: Vec<u32> = single.chain(pairs).collect();
    places.sort_unstable();
    places.dedup();
    let weight = WORDS / (places.len().max(1) as f32).sqrt();
    places.into_iter().map(|place| (place, weight)).collect()
}

/// FNV-1a over the words, with a space between them.
fn place(words: &[&str]) -> u32 {
    let bytes = words.iter().enumerate().flat_map(|(at, word)| (at > 0).then_some(b' ').into_iter().chain(word.bytes()));
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The upper bits are the better mixed ones.
    (hash ^ (hash >> 15)) % BUCKETS as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recognizers_writing_makes_no_difference() {
        assert_eq!(plain("  Well — that’s  €40, too MUCH!"), "well that's €40 too much");
        assert_eq!(plain("well that's €40 too much"), "well that's €40 too much");
        assert_eq!(hashed("Well, that’s too much."), hashed("well that's too much"));
        assert_eq!(plain("…"), "");
        assert!(hashed("").is_empty());
    }

    #[test]
    fn the_last_words_before_count() {
        let long = (0..40).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        assert!(before(&long).starts_with("15 16") && before(&long).ends_with("39"));
        assert_eq!(before("So?"), "so");
    }

    #[test]
    fn all_words_together_weigh_the_same() {
        for text in ["no", "no we can't do that", "we have always done it this way and nobody wants to change it now"] {
            let length: f32 = hashed(text).iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
            assert!((length - WORDS).abs() < 1e-4, "{text}: {length}");
        }
    }
}
