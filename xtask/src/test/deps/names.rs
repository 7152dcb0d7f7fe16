//! Type names are unique within a crate: whoever looks one up finds one thing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace;

/// The crates that people look types up in.
const CRATES: [&str; 16] = [
    "app",
    "app/model",
    "frontend",
    "frontend/capture",
    "frontend/worklet",
    "server",
    "server/documents",
    "server/domain",
    "server/kernel",
    "server/live",
    "server/ports",
    "server/providers",
    "server/store",
    "server/terms",
    "server/voice",
    "xtask",
];

/// Fails on a type whose name another one of its crate has.
pub fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for name in CRATES {
        let mut places = BTreeMap::<String, Vec<String>>::new();
        collect(&workspace::root().join(name).join("src"), &mut places)?;
        wrong.extend(twice(name, places));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("names that two types of a crate have: {}", wrong.join("; ")) }
}

fn twice(name: &str, places: BTreeMap<String, Vec<String>>) -> Vec<String> {
    let several = places.into_iter().filter(|(_, files)| files.len() > 1);
    several.map(|(kind, files)| format!("{name}: {kind} in {}", files.join(", "))).collect()
}

fn collect(folder: &Path, places: &mut BTreeMap<String, Vec<String>>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // What stands for a type where there is no browser has its name, so that both builds say the same.
        if path.is_dir() {
            collect(&path, places)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") && path.file_name().is_some_and(|name| name != "nowhere.rs") {
            let file = path.strip_prefix(workspace::root()).unwrap_or(&path).display().to_string();
            let mut kinds: Vec<_> = fs::read_to_string(&path)?.lines().filter_map(defined).map(str::to_owned).collect();
            kinds.sort_unstable();
            // Twice in one file are two builds of one.
            kinds.dedup();
            for kind in kinds {
                places.entry(kind).or_default().push(file.clone());
            }
        }
    }
    Ok(())
}

/// The type that a line defines. What is within a function or an `impl` is indented and not `pub`, and nobody's but theirs.
fn defined(line: &str) -> Option<&str> {
    let line = if line.trim_start().starts_with("pub") { line.trim_start() } else { line };
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest).trim_start(),
        None => line,
    };
    let (keyword, rest) = line.split_once(' ')?;
    if !matches!(keyword, "struct" | "enum" | "trait" | "type" | "union") {
        return None;
    }
    let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
    // `$name` is a macro's, and each of its uses is another type.
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_defines() {
        assert_eq!(defined("pub(in crate::calls) struct Track {"), Some("Track"));
        assert_eq!(defined("        pub struct Settings {"), Some("Settings"));
        assert_eq!(defined("type Key = (u8, String);"), Some("Key"));
        assert_eq!(defined("pub trait Job: Send {"), Some("Job"));
        for none in
            ["    struct Inner;", "    type Err = X;", "use a::struct_name;", "fn enum_of() {", "// struct A", "        pub struct $name {"]
        {
            assert_eq!(defined(none), None, "{none}");
        }
    }

    #[test]
    fn two_types_of_a_name_are_told_with_their_places() {
        let places =
            BTreeMap::from([("A".to_owned(), vec!["x.rs".to_owned(), "y.rs".to_owned()]), ("B".to_owned(), vec!["x.rs".to_owned()])]);
        assert_eq!(twice("app", places), ["app: A in x.rs, y.rs"]);
    }
}
