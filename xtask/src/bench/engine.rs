//! The live engine alone: events a second, and time from a transcript event to its effects.

use anyhow::Result;

use super::{Measure, key_values};
use crate::process::{cargo, output};

pub fn measure() -> Result<Vec<Measure>> {
    Ok(key_values(&output(cargo().args(["bench", "--package", "live", "--bench", "engine"]))?))
}
