//! How much time stretches cover together.

use crate::time::Millis;

/// Stretches that are kept apart: later ones may begin before them. Older ones are only a sum.
const APART: usize = 128;

/// Stretches of call time. What several cover counts once, in whatever order they come, as long as they don't begin before the newest
/// few dozen that are apart from each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretches {
    /// The time that is covered before `settled_until`.
    settled: Millis,
    settled_until: Millis,
    /// By time, none touching another.
    apart: Vec<(Millis, Millis)>,
}

impl Stretches {
    /// Adds a stretch; what lies before the settled time is known already.
    pub fn cover(&mut self, start: Millis, end: Millis) {
        let (mut start, mut end) = (start.max(self.settled_until), end);
        if end <= start {
            return;
        }
        let first = self.apart.partition_point(|stretch| stretch.1 < start);
        let last = self.apart.partition_point(|stretch| stretch.0 <= end);
        for stretch in self.apart.drain(first..last.max(first)) {
            (start, end) = (start.min(stretch.0), end.max(stretch.1));
        }
        self.apart.insert(first, (start, end));
        if self.apart.len() > APART {
            let (start, end) = self.apart.remove(0);
            self.settled = self.settled + end.since(start);
            self.settled_until = end;
        }
    }

    /// The time that all cover together.
    pub fn length(&self) -> Millis {
        self.apart.iter().map(|(start, end)| end.since(*start)).sum::<Millis>() + self.settled
    }

    /// The time that all cover before a moment; none if stretches there are only a sum by now.
    pub fn length_until(&self, until: Millis) -> Option<Millis> {
        (until >= self.settled_until)
            .then(|| self.apart.iter().map(|(start, end)| until.min(*end).since(*start)).sum::<Millis>() + self.settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_cover_counts_once_in_any_order() {
        let pieces = [(0, 10), (8, 9), (20, 30), (5, 22), (40, 40), (50, 40), (31, 35)];
        for turn in 0..pieces.len() {
            let mut stretches = Stretches::default();
            for index in 0..pieces.len() {
                let (start, end) = pieces[(index + turn) % pieces.len()];
                stretches.cover(Millis(start), Millis(end));
            }
            assert_eq!(stretches.length(), Millis(34), "{turn}");
        }
    }

    #[test]
    fn what_is_covered_until_a_moment_is_told_while_it_is_known() {
        let mut stretches = Stretches::default();
        (0..APART as i64 + 8).for_each(|index| stretches.cover(Millis(index * 10), Millis(index * 10 + 5)));
        for (until, covered) in [(1_360, 680), (1_352, 677), (1_350, 675), (100, 50)] {
            assert_eq!(stretches.length_until(Millis(until)), Some(Millis(covered)), "{until}");
        }
        assert_eq!(stretches.length_until(Millis(60)), None);
    }

    #[test]
    fn memory_stays_small() {
        let mut stretches = Stretches::default();
        (0..1_000).for_each(|index| stretches.cover(Millis(index * 10), Millis(index * 10 + 5)));
        assert_eq!((stretches.length(), stretches.apart.len()), (Millis(5_000), APART));
        stretches.cover(Millis::ZERO, Millis(10_000));
        assert!(stretches.length() <= Millis(10_000));
    }
}
