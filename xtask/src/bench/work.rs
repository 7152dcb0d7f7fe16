//! Jobs and events (`server/kernel/examples/work.rs`).

use anyhow::Result;

use super::{Measure, key_values};
use crate::process::{cargo, output};
use crate::test::{Postgres, tools};

pub fn measure() -> Result<Vec<Measure>> {
    let postgres = Postgres::start(&tools::python()?)?;
    let mut work = cargo();
    work.args(["run", "--release", "--quiet", "--package", "kernel", "--example", "work"]);
    Ok(key_values(&output(work.env("CLOSEZLY_TEST_POSTGRES", &postgres.url))?))
}
