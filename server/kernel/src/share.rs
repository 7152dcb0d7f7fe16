//! How much of something each of many may have at a time: connections of an address, sockets of a member.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// How many each has. Copies count together. Nothing is kept of who has none.
#[derive(Clone, Debug)]
pub struct Shares<K: Eq + Hash>(Arc<Mutex<HashMap<K, usize>>>);

/// One that counts for its holder until it is dropped.
#[derive(Debug)]
pub struct Share<K: Eq + Hash>(Shares<K>, K);

impl<K: Eq + Hash> Default for Shares<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash> Shares<K> {
    /// One more for this one; none if they have as many as they may. Without a `most` they may have any number, and it is counted.
    pub fn take(&self, of: K, most: Option<usize>) -> Option<Share<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has = counts.get(&of).copied().unwrap_or_default();
        if most.is_some_and(|most| has >= most) {
            return None;
        }
        counts.insert(of.clone(), has + 1);
        drop(counts);
        Some(Share(self.clone(), of))
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_has_so_many_and_what_is_let_go_makes_room() {
        let shares = Shares::default();
        let mut held = vec![shares.take("ann", Some(2)).unwrap(), shares.take("ann", Some(2)).unwrap()];
        assert!(shares.take("ann", Some(2)).is_none());
        let bobs = shares.clone().take("bob", Some(2));
        assert!(bobs.is_some(), "everybody has their own");
        held.pop();
        assert!(shares.take("ann", Some(2)).is_some());
        assert!(shares.take("eve", Some(0)).is_none());
        let many: Vec<_> = (0..9).filter_map(|_| shares.take("ann", None)).collect();
        assert_eq!(many.len(), 9, "without a most");
        drop((held, bobs, many));
        assert!(shares.0.lock().unwrap().is_empty(), "nobody is remembered who has nothing");
    }
}
