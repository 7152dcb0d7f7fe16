//! Who knows whom, and who knows himself in the end.

use std::collections::{BTreeMap, BTreeSet};

/// Arrows and where each is drawn.
pub type Arrows = BTreeMap<(String, String), Vec<String>>;

/// Groups of more than one module in which each reaches each other.
pub fn knots(arrows: &Arrows) -> Vec<Vec<String>> {
    let modules: BTreeSet<&str> = arrows.keys().flat_map(|(from, to)| [from.as_str(), to.as_str()]).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = modules.iter().map(|module| (*module, reachable(arrows, module))).collect();
    let mut knots = BTreeSet::new();
    for (module, others) in &reached {
        let knot: Vec<String> = others.iter().filter(|other| reached[**other].contains(module)).map(ToString::to_string).collect();
        if knot.len() > 1 {
            knots.insert(knot);
        }
    }
    knots.into_iter().collect()
}

/// Everything that arrows lead to from a module.
pub fn reachable<'a>(arrows: &'a Arrows, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut ahead = vec![from];
    while let Some(module) = ahead.pop() {
        for (_, to) in arrows.keys().filter(|(from, _)| from == module) {
            if found.insert(to.as_str()) {
                ahead.push(to);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_are_found_and_chains_are_none() {
        let arrows = |pairs: &[(&str, &str)]| -> Arrows {
            pairs.iter().map(|(from, to)| (((*from).to_owned(), (*to).to_owned()), Vec::new())).collect()
        };
        assert_eq!(knots(&arrows(&[("a", "b"), ("b", "c"), ("a", "c")])), Vec::<Vec<String>>::new());
        assert_eq!(knots(&arrows(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "e"), ("e", "d")])), [["b", "c"], ["d", "e"]]);
    }
}
