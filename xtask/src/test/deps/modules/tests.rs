use tempfile::TempDir;

use super::*;

/// A crate of these files.
fn fixture(files: &[(&str, &str)]) -> Result<(TempDir, Read)> {
    let folder = TempDir::new()?;
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
    }
    let read = read("domain", folder.path(), "src")?;
    Ok((folder, read))
}

fn wrong_in(files: &[(&str, &str)], known: &[(&str, &str)]) -> Result<Vec<String>> {
    Ok(wrong(fixture(files)?.1, known))
}

const LIB: (&str, &str) = ("lib.rs", "mod calls;\nmod knowledge;\nmod error;\nmod jobs;\npub use error::{Error as Trouble, Result};\n");

#[test]
fn a_clean_crate_has_nothing_wrong() -> Result<()> {
    let files = [
        LIB,
        ("calls.rs", "use crate::knowledge::answer::Answer;\nuse crate::Trouble;\n"),
        ("knowledge/answer.rs", "use super::memory;\nuse crate::error::Result;"),
        ("knowledge/memory.rs", "#[cfg(test)]\nuse crate::calls;"),
        ("knowledge/memory/tests.rs", "use crate::calls;"),
        ("error.rs", ""),
    ];
    assert_eq!(wrong_in(&files, &[])?, [""; 0]);
    Ok(())
}

#[test]
fn an_arrow_that_the_table_does_not_have_is_named_with_file_and_line() -> Result<()> {
    let files = [LIB, ("calls.rs", ""), ("knowledge/answer.rs", "\nfn f() { super::super::calls::run() }"), ("error.rs", "")];
    assert_eq!(wrong_in(&files, &[])?, ["src/knowledge/answer.rs:2: calls::run: knowledge may not know calls"]);
    Ok(())
}

#[test]
fn what_areas_stand_on_knows_none() -> Result<()> {
    let files = [LIB, ("calls.rs", ""), ("error.rs", ""), ("jobs.rs", "use crate::{calls, error};")];
    assert_eq!(wrong_in(&files, &[])?, ["src/jobs.rs:1: calls: jobs is no area and may know none, least of all calls"]);
    Ok(())
}

#[test]
fn a_knot_is_named_with_every_thread_through_the_facade_too() -> Result<()> {
    let files = [LIB, ("jobs.rs", "use crate::Trouble;"), ("error.rs", "use crate::jobs::Job;")];
    assert_eq!(
        wrong_in(&files, &[])?,
        ["error, jobs know each other:", "  error → jobs  src/error.rs:1: jobs::Job", "  jobs → error  src/jobs.rs:1: Trouble"]
    );
    Ok(())
}

#[test]
fn a_part_of_an_area_counts_as_the_area() -> Result<()> {
    let files = [LIB, ("knowledge.rs", "use crate::website::visit;"), ("website/visit.rs", "use crate::knowledge::x;"), ("error.rs", "")];
    assert_eq!(wrong_in(&files, &[])?, [""; 0]);
    Ok(())
}

#[test]
fn everything_at_once_is_refused() -> Result<()> {
    assert_eq!(wrong_in(&[LIB, ("calls.rs", "use super::*;")], &[])?, ["src/calls.rs:1: *: everything at once hides whom it knows"]);
    Ok(())
}

#[test]
fn a_known_arrow_is_excused_until_it_is_untied() -> Result<()> {
    let tied = [LIB, ("calls.rs", ""), ("error.rs", ""), ("jobs.rs", "use crate::calls;")];
    assert_eq!(wrong_in(&tied, &[("jobs", "calls")])?, [""; 0]);
    let untied = [LIB, ("calls.rs", ""), ("error.rs", ""), ("jobs.rs", "")];
    assert_eq!(wrong_in(&untied, &[("jobs", "calls")])?, ["jobs → calls is untied: take it from the known ones in xtask"]);
    let harmless = [LIB, ("calls.rs", ""), ("error.rs", ""), ("jobs.rs", "use crate::error::Result;")];
    assert_eq!(wrong_in(&harmless, &[("jobs", "error")])?, ["jobs → error is no fault any more: take it from the known ones in xtask"]);
    Ok(())
}
