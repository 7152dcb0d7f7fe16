//! `cargo xtask bench`: one table of what it costs, kept in `docs/benchmarks.md` with `--write`.
//!
//! Programs that measure print `key=value` lines (`engine.p95_us=41`); every such line becomes a row.

mod browser;
mod engine;
mod knowledge;
mod load;
mod machine;
mod server;
mod sizes;
mod work;

use std::fs;

use anyhow::Result;

use crate::build;
use crate::process::{cargo, run};
use crate::step::step;
use crate::workspace::{self, Mode};

/// Heads what people write about the figures.
const NOTES: &str = "## Known about these figures\n";

/// A row of the table.
pub struct Measure {
    pub name: String,
    pub value: String,
}

impl Measure {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// How long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Full,
}

/// Builds the release once, measures everything, prints the table.
pub fn bench(effort: Effort, write: bool) -> Result<()> {
    build::browser_side(Mode::Release)?;
    // Together: the load generator alone would have everything compiled again.
    step("server and load generator", || {
        run(cargo().args(["build", "--package", "server", "--bin", "closezly", "--example", "load", "--example", "streams", "--release"]))
    })?;
    let mut measures = step("live engine", engine::measure)?;
    measures.extend(step("sizes", || sizes::measure(&Mode::Release.site()))?);
    measures.extend(step("idle server", || server::measure(effort))?);
    measures.extend(step("load", || load::measure(effort))?);
    measures.extend(step("event streams", || load::measure_streams(effort))?);
    measures.extend(step("jobs and events", work::measure)?);
    measures.extend(step("knowledge", || knowledge::measure(effort))?);
    measures.extend(step("browser", browser::measure)?);
    let machine = machine::describe();
    println!("\n{machine}\n\n{}", table(&measures));
    if write {
        let file = workspace::root().join("docs/benchmarks.md");
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, document(&machine, &measures, notes(&before)))?;
        println!("written to docs/benchmarks.md");
    }
    Ok(())
}

/// The `key=value` lines of a program's output; other lines are for people.
fn key_values(text: &str) -> Vec<Measure> {
    let pairs = text.lines().filter_map(|line| line.trim().split_once('='));
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    pairs.filter(|(key, value)| is_key(key) && !value.is_empty()).map(|(key, value)| Measure::new(key, value)).collect()
}

fn table(measures: &[Measure]) -> String {
    let width = measures.iter().map(|measure| measure.name.len()).max().unwrap_or(0);
    measures.iter().map(|Measure { name, value }| format!("{name:<width$}  {value}\n")).collect()
}

/// What people wrote below the table: it stays.
fn notes(document: &str) -> &str {
    document.find(NOTES).and_then(|at| document.get(at..)).unwrap_or(NOTES)
}

fn document(machine: &str, measures: &[Measure], notes: &str) -> String {
    let rows: String = measures.iter().map(|Measure { name, value }| format!("| {name} | {value} |\n")).collect();
    format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench --write`. What each line means is said where it is measured: `xtask/src/bench/`, \
         `server/live/benches/`.\n\n{machine}\n\n| measure | value |\n|---|---:|\n{rows}\n{notes}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stay_when_the_table_is_written_again() {
        let measures = [Measure::new("engine.p95_us", "41")];
        let first = document("A machine", &measures, notes(""));
        let noted = format!("{first}\n- It is quick.\n");
        let again = document("Another machine", &measures, notes(&noted));
        assert!(again.contains("Another machine") && again.ends_with("\n- It is quick.\n"), "{again}");
    }

    #[test]
    fn only_key_value_lines_become_rows() {
        let rows = key_values("Timer precision: 20 ns\nengine.events_per_second=512000\n engine.p95_us=41\na b=c\nempty=\n");
        let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect();
        assert_eq!(rows, [("engine.events_per_second", "512000"), ("engine.p95_us", "41")]);
    }
}
