//! No file of Rust is so long that nobody reads it: tests too. What is generated lies in the target folder, and isn't asked.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::output;
use crate::workspace;

/// The most lines that a file may have.
const MOST: usize = 500;

/// Fails on a file with more lines than that; says how long half of them are.
pub fn check() -> Result<()> {
    let lengths = lengths()?;
    if let Some(median) = median(lengths.iter().map(|(_, lines)| *lines).collect()) {
        println!("   {} files of Rust: half of them have at most {median} lines", lengths.len());
    }
    let long = too_long(&lengths);
    if long.is_empty() {
        return Ok(());
    }
    bail!(
        "files of more than {MOST} lines: {}. Split each by what it tells of into modules beside it (`a.rs` → `a/b.rs`); what others name \
         stays where they look for it, by `pub use` in the parent",
        long.join(", ")
    )
}

/// Every file with its lines: what git knows, and what is new and not ignored.
fn lengths() -> Result<Vec<(String, usize)>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", "*.rs"];
    let listed = output(Command::new("git").args(arguments).current_dir(workspace::root()))?;
    let mut lengths = Vec::new();
    for name in listed.split_terminator('\0') {
        let path = workspace::root().join(name);
        // Deleted, and git was not told yet.
        if path.is_file() {
            let text = fs::read_to_string(&path).with_context(|| format!("could not read {name}"))?;
            lengths.push((name.to_owned(), text.lines().count()));
        }
    }
    Ok(lengths)
}

/// The longest first, each with its lines.
fn too_long(lengths: &[(String, usize)]) -> Vec<String> {
    let mut long: Vec<_> = lengths.iter().filter(|(_, lines)| *lines > MOST).collect();
    long.sort_unstable_by_key(|(name, lines)| (std::cmp::Reverse(*lines), name));
    long.into_iter().map(|(name, lines)| format!("{name} ({lines})")).collect()
}

/// The length in the middle; of two in the middle, the longer one.
fn median(mut lengths: Vec<usize>) -> Option<usize> {
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_too_long_is_told_the_longest_first() {
        let file = |name: &str, lines| (name.to_owned(), lines);
        let lengths = [file("a.rs", MOST), file("tests/b.rs", MOST + 1), file("c.rs", 9), file("d.rs", 744), file("e.rs", 744)];
        assert_eq!(too_long(&lengths), ["d.rs (744)", "e.rs (744)", "tests/b.rs (501)"]);
    }

    #[test]
    fn the_length_in_the_middle() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![7, 1, 9, 5]), Some(7));
    }
}
