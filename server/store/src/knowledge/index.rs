//! Vectors of one organization and one model in memory, in 8 bits a number, scanned one by one.
//!
//! Pure: no I/O. What comes and goes it is told ([`Index::add`], [`Index::remove`]); `revision` remembers up to where. The
//! similarities are good to about one percent: take some more than needed and weigh those with the full vectors.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use model::DocumentId;

/// The vectors of one organization and model. 100,000 of 384 numbers take about 45 MB.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Up to which revision of the organization it was told.
    pub revision: i64,
    dimensions: usize,
    /// `dimensions` numbers a vector, one vector after the other.
    codes: Vec<i8>,
    entries: Vec<Entry>,
    rows: HashMap<i64, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    serial: i64,
    document: DocumentId,
    version: i64,
    /// What a code of 1 stands for.
    unit: f32,
}

impl Index {
    /// How many vectors it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a passage's vector, or puts it in the place of the one before. The first one says how many numbers all have; one
    /// of another length, or with numbers that are none, is left out.
    pub fn add(&mut self, serial: i64, document: DocumentId, version: i64, vector: &[f32]) {
        if self.is_empty() {
            self.dimensions = vector.len();
        }
        if vector.len() != self.dimensions || vector.is_empty() {
            return;
        }
        let Some((unit, codes)) = quantize(vector) else { return };
        let entry = Entry { serial, document, version, unit };
        match self.rows.get(&serial) {
            Some(&row) => {
                self.entries[row] = entry;
                self.codes[row * self.dimensions..][..self.dimensions].copy_from_slice(&codes);
            }
            None => {
                self.rows.insert(serial, self.entries.len());
                self.entries.push(entry);
                self.codes.extend_from_slice(&codes);
            }
        }
    }

    /// Forgets the passages of a document's version.
    pub fn remove(&mut self, document: DocumentId, version: i64) {
        for row in (0..self.entries.len()).rev() {
            if self.entries[row].document == document && self.entries[row].version == version {
                self.remove_row(row);
            }
        }
    }

    fn remove_row(&mut self, row: usize) {
        let last = self.entries.len() - 1;
        let gone = self.entries.swap_remove(row);
        self.rows.remove(&gone.serial);
        if row != last {
            self.codes.copy_within(last * self.dimensions.., row * self.dimensions);
            self.rows.insert(self.entries[row].serial, row);
        }
        self.codes.truncate(last * self.dimensions);
    }

    /// The passages whose vectors are nearest, with their similarity (about the cosine), best first.
    pub fn search(&self, vector: &[f32], limit: usize) -> Vec<(i64, f32)> {
        if vector.len() != self.dimensions || self.is_empty() || limit == 0 {
            return Vec::new();
        }
        let Some((unit, query)) = quantize(vector) else { return Vec::new() };
        let mut best = BinaryHeap::with_capacity(limit.min(self.len()) + 1);
        let mut worst = f32::NEG_INFINITY;
        for (codes, entry) in self.codes.chunks_exact(self.dimensions).zip(&self.entries) {
            let similarity = dot(codes, &query) as f32 * entry.unit * unit;
            if similarity >= worst || best.len() < limit {
                best.push(Near { similarity, serial: entry.serial });
                if best.len() > limit {
                    best.pop();
                }
                if best.len() == limit {
                    worst = best.peek().map_or(worst, |near| near.similarity);
                }
            }
        }
        best.into_sorted_vec().into_iter().map(|near| (near.serial, near.similarity)).collect()
    }
}

/// Ordered so that the worst is the greatest: a heap gives it up first.
struct Near {
    similarity: f32,
    serial: i64,
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        other.similarity.total_cmp(&self.similarity).then(self.serial.cmp(&other.serial))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Near {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Near {}

/// None for a vector with a number that is none.
fn quantize(vector: &[f32]) -> Option<(f32, Vec<i8>)> {
    if !vector.iter().all(|number| number.is_finite()) {
        return None;
    }
    let greatest = vector.iter().fold(0.0_f32, |greatest, number| greatest.max(number.abs()));
    let unit = greatest / 127.0;
    // A vector of zeros is like nothing.
    let scale = if unit > 0.0 { 1.0 / unit } else { 0.0 };
    Some((unit, vector.iter().map(|number| (number * scale).round() as i8).collect()))
}

/// In steps of 16, which the compiler makes one instruction of: products of 8 bits in 16, sums in 32.
fn dot(left: &[i8], right: &[i8]) -> i32 {
    let (left, left_rest) = left.as_chunks::<16>();
    let (right, right_rest) = right.as_chunks::<16>();
    let product = |(left, right): (&i8, &i8)| i32::from(i16::from(*left) * i16::from(*right));
    let whole: i32 = left.iter().zip(right).map(|(left, right)| left.iter().zip(right).map(product).sum::<i32>()).sum();
    whole + left_rest.iter().zip(right_rest).map(product).sum::<i32>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn document(number: u128) -> DocumentId {
        DocumentId(Uuid::from_u128(number))
    }

    /// Some vector of length 1, the same for the same seed.
    fn vector(seed: u64, dimensions: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        let raw: Vec<f32> = (0..dimensions).map(|_| next()).collect();
        let length = raw.iter().map(|number| number * number).sum::<f32>().sqrt();
        raw.into_iter().map(|number| number / length).collect()
    }

    #[test]
    fn the_nearest_is_the_same_as_with_full_vectors() {
        let mut index = Index::default();
        let vectors: Vec<Vec<f32>> = (0..2_000).map(|seed| vector(seed, 384)).collect();
        for (vector, serial) in vectors.iter().zip(0..) {
            index.add(serial, document(1), 1, vector);
        }
        let mut kept = 0;
        for seed in 0..20 {
            let query = vector(seed + 10_000, 384);
            let exact = |serial: i64| vectors[serial as usize].iter().zip(&query).map(|(a, b)| a * b).sum::<f32>();
            let mut all: Vec<i64> = (0..2_000).collect();
            all.sort_by(|a, b| exact(*b).total_cmp(&exact(*a)));
            let found = index.search(&query, 50);
            assert!(found.is_sorted_by(|a, b| a.1 >= b.1));
            assert!(found.iter().all(|(serial, similarity)| (exact(*serial) - similarity).abs() < 0.01));
            kept += all[..10].iter().filter(|serial| found.iter().any(|(other, _)| other == *serial)).count();
        }
        assert_eq!(kept, 200, "the best ten are among the fifty that are weighed again");
    }

    #[test]
    fn odd_vectors_are_left_out() {
        let mut index = Index::default();
        assert_eq!(index.search(&[1.0], 3), []);
        index.add(1, document(1), 1, &[1.0, 0.0]);
        index.add(2, document(1), 1, &[1.0]);
        index.add(3, document(1), 1, &[f32::NAN, 0.0]);
        index.add(4, document(1), 1, &[f32::INFINITY, 0.0]);
        index.add(5, document(1), 1, &[0.0, 0.0]);
        assert_eq!(index.len(), 2);
        assert_eq!(index.search(&[1.0, 0.0], 9).iter().map(|(serial, _)| *serial).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(index.search(&[1.0], 9), []);
        assert_eq!(index.search(&[f32::NAN, 1.0], 9), []);
        assert_eq!(index.search(&[1.0, 0.0], 0), []);
        index.remove(document(1), 1);
        index.add(6, document(1), 1, &[1.0, 0.0, 0.0]);
        assert_eq!(index.len(), 1, "an empty one takes vectors of any length");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Add(i64, u128, i64, u64),
        Remove(u128, i64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let add = (0..40_i64, 0..4_u128, 0..2_i64, 0..500_u64)
            .prop_map(|(serial, document, version, seed)| Step::Add(serial, document, version, seed));
        let remove = (0..4_u128, 0..2_i64).prop_map(|(document, version)| Step::Remove(document, version));
        prop::collection::vec(prop_oneof![4 => add, 1 => remove], 0..80)
    }

    proptest! {
        #[test]
        fn it_has_what_was_added_and_not_removed(steps in steps(), query: u64, dimensions in 1..40_usize) {
            let mut index = Index::default();
            let mut kept: HashMap<i64, (u128, i64, Vec<f32>)> = HashMap::new();
            for step in steps {
                match step {
                    Step::Add(serial, owner, version, seed) => {
                        let vector = vector(seed, dimensions);
                        index.add(serial, document(owner), version, &vector);
                        kept.insert(serial, (owner, version, vector));
                    }
                    Step::Remove(owner, gone) => {
                        index.remove(document(owner), gone);
                        kept.retain(|_, (other, version, _)| (*other, *version) != (owner, gone));
                    }
                }
            }
            prop_assert_eq!(index.len(), kept.len());
            let query = vector(query, dimensions);
            let found = index.search(&query, 100);
            prop_assert_eq!(found.len(), kept.len());
            for (serial, similarity) in &found {
                let exact: f32 = kept[serial].2.iter().zip(&query).map(|(a, b)| a * b).sum();
                prop_assert!((exact - similarity).abs() < 0.02, "{exact} {similarity}");
            }
            // The best of fewer are the beginning of the best of all.
            let few = index.search(&query, 5);
            prop_assert_eq!(&found[..few.len()], &few[..]);
        }
    }
}
