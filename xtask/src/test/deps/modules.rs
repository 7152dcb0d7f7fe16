//! Arrows between the modules of a crate, from its sources.
//!
//! A crate's top-level modules are areas, or what all areas stand on. An area knows what it stands on, and those areas that the table
//! names; what areas stand on knows no area; nobody knows himself by a detour. What must go the other way is an event or a manifest.

mod graph;
mod paths;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::test::{Outcome, ensure};
use crate::workspace;
use graph::{Arrows, knots, reachable};
pub use paths::named;

/// Crates that have areas, and their folders. One that isn't there yet is passed over.
const CRATES: [(&str, &str); 4] =
    [("domain", "server/domain"), ("kernel", "server/kernel"), ("model", "app/model"), ("store", "server/store")];

/// The areas, and which others each may know.
const AREAS: [(&str, &[&str]); 20] = [
    ("identity", &[]),
    ("storage", &[]),
    ("team", &["identity"]),
    ("settings", &["identity"]),
    ("playbooks", &[]),
    ("knowledge", &["playbooks", "storage"]),
    ("calls", &["playbooks", "knowledge", "identity", "storage"]),
    ("insights", &["calls", "playbooks"]),
    ("library", &["calls", "insights"]),
    ("coaching", &["calls", "insights", "team"]),
    ("crm", &["calls", "insights", "settings"]),
    ("meetings", &["calls", "crm", "settings"]),
    ("outreach", &["crm", "meetings", "knowledge"]),
    ("intelligence", &["crm", "knowledge"]),
    ("leads", &["crm", "outreach", "intelligence"]),
    ("billing", &["team", "settings"]),
    ("privacy", &["settings"]),
    ("analytics", &["calls", "insights", "team"]),
    ("integrations", &["settings", "identity"]),
    ("operations", &["settings", "storage"]),
];

/// Modules that belong to an area without bearing its name.
const PARTS: [(&str, &str, &str); 15] = [
    ("domain", "events", "integrations"),
    ("domain", "socket", "calls"),
    ("domain", "website", "knowledge"),
    ("model", "insights", "calls"),
    ("model", "metrics", "calls"),
    // What a playbook says, it says in the words of calls: kinds of cues, sides, verbosity.
    ("model", "playbook", "calls"),
    ("model", "wire", "calls"),
    ("store", "cues", "calls"),
    ("store", "parts", "calls"),
    ("store", "recording", "calls"),
    ("store", "reviews", "calls"),
    ("store", "segments", "calls"),
    ("store", "sessions", "identity"),
    ("store", "sign_ups", "identity"),
    ("store", "tokens", "identity"),
];

/// Arrows that are there and should not be: to be untied one by one. One that is untied must go from here too.
const KNOWN: [(&str, &str, &str); 0] = [];

/// What stands above all areas: the one list of them, and tools for tests.
const ROOF: [&str; 3] = ["assembly", "catalogue", "testing"];

/// Each crate's modules; one check a crate.
pub fn check() -> Outcome {
    let mut outcome = Outcome::default();
    for (name, folder) in CRATES {
        let source = workspace::root().join(folder).join("src");
        if source.is_dir() {
            outcome.check(check_crate(name, &source));
        }
    }
    outcome
}

fn check_crate(name: &str, source: &Path) -> Result<()> {
    let known: Vec<_> = KNOWN.iter().filter(|(of, _, _)| *of == name).map(|(_, from, to)| (*from, *to)).collect();
    let shown = source.strip_prefix(workspace::root()).unwrap_or(source);
    let read = read(name, source, &shown.display().to_string())?;
    let wrong = wrong(read, &known);
    ensure(wrong.is_empty(), || format!("modules of {name} know what they must not:\n     {}", wrong.join("\n     ")))
}

/// The arrows of a crate, and names that hide some.
struct Read {
    arrows: Arrows,
    hidden: Vec<String>,
}

/// Reads every source below a folder.
fn read(name: &str, folder: &Path, shown: &str) -> Result<Read> {
    let mut sources = Vec::new();
    collect(folder, &mut Vec::new(), shown, &mut sources)?;
    let root = sources.iter().find(|source| source.module.is_empty()).with_context(|| format!("{shown}/lib.rs is missing"))?;
    let modules: BTreeSet<&str> = sources.iter().filter_map(|source| source.module.first()).map(String::as_str).collect();
    // What the root hands on under its own name is known where it is defined.
    let facade: BTreeMap<String, String> = named(&root.text, &[])
        .into_iter()
        .filter_map(|named| Some((named.alias, named.path.first().filter(|first| modules.contains(first.as_str()))?.clone())))
        .collect();
    let mut read = Read { arrows: Arrows::new(), hidden: Vec::new() };
    for source in sources.iter().filter(|source| !source.module.is_empty()) {
        let from = part_of(name, &source.module[0]);
        for named in named(&source.text, &source.module) {
            let Some(first) = named.path.first() else { continue };
            let place = format!("{}:{}: {}", source.shown, named.line, named.path.join("::"));
            if first == "*" {
                read.hidden.push(format!("{place}: everything at once hides whom it knows"));
                continue;
            }
            let Some(to) = modules.get(first.as_str()).copied().or_else(|| facade.get(first).map(String::as_str)) else { continue };
            let to = part_of(name, to);
            if to != from {
                read.arrows.entry((from.to_owned(), to.to_owned())).or_default().push(place);
            }
        }
    }
    Ok(read)
}

struct Source {
    module: Vec<String>,
    shown: String,
    text: String,
}

fn collect(folder: &Path, module: &mut Vec<String>, shown: &str, sources: &mut Vec<Source>) -> Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let (path, file) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let shown = format!("{shown}/{file}");
        if path.is_dir() && file != "tests" {
            module.push(file);
            collect(&path, module, &shown, sources)?;
            module.pop();
        } else if let Some(stem) = file.strip_suffix(".rs").filter(|stem| !matches!(*stem, "tests" | "main")) {
            let own = !matches!(stem, "lib" | "mod");
            let module = module.iter().cloned().chain(own.then(|| stem.to_owned())).collect();
            sources.push(Source { module, shown, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

/// The area that a module belongs to, else the module itself.
fn part_of<'a>(name: &str, module: &'a str) -> &'a str {
    PARTS.iter().find(|(of, part, _)| *of == name && *part == module).map_or(module, |(_, _, area)| *area)
}

/// Everything that is wrong with the arrows, exceptions aside, and with the exceptions.
fn wrong(read: Read, known: &[(&str, &str)]) -> Vec<String> {
    let Read { mut arrows, hidden: mut wrong } = read;
    let mut excused = Arrows::new();
    for (from, to) in known {
        match arrows.remove_entry(&((*from).to_owned(), (*to).to_owned())) {
            Some((arrow, places)) => drop(excused.insert(arrow, places)),
            None => wrong.push(format!("{from} → {to} is untied: take it from the known ones in xtask")),
        }
    }
    let all: Arrows = arrows.iter().chain(&excused).map(|(arrow, places)| (arrow.clone(), places.clone())).collect();
    for (from, to) in excused.keys() {
        if forbidden(from, to).is_none() && !reachable(&all, to).contains(from.as_str()) {
            wrong.push(format!("{from} → {to} is no fault any more: take it from the known ones in xtask"));
        }
    }
    for ((from, to), places) in &arrows {
        if let Some(why) = forbidden(from, to) {
            wrong.extend(places.iter().map(|place| format!("{place}: {why}")));
        }
    }
    for knot in knots(&arrows) {
        wrong.push(format!("{} know each other:", knot.join(", ")));
        let within = arrows.iter().filter(|((from, to), _)| knot.contains(from) && knot.contains(to));
        wrong.extend(within.flat_map(|((from, to), places)| places.iter().map(move |place| format!("  {from} → {to}  {place}"))));
    }
    wrong
}

/// Why an arrow may not be, whatever else there is.
fn forbidden(from: &str, to: &str) -> Option<String> {
    let area = |name: &str| AREAS.iter().find(|(area, _)| *area == name).map(|(_, knows)| *knows);
    match (area(from), area(to)) {
        (None, Some(_)) if ROOF.contains(&from) => None,
        (None, Some(_)) => Some(format!("{from} is no area and may know none, least of all {to}")),
        (Some(knows), Some(_)) if !knows.contains(&to) => Some(format!("{from} may not know {to}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
