//! Reads the weights of CTranslate2's format: a list of named tables of numbers.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};

/// A table of numbers, as bytes of 16-bit floats.
pub struct Table<'a> {
    pub shape: Vec<usize>,
    pub bytes: &'a [u8],
}

/// Tables by name.
pub struct Weights<'a>(HashMap<String, Table<'a>>);

/// What 16-bit floats are called there.
const FLOAT16: u8 = 4;

/// Reads a whole file. Tables of other types than 16-bit floats are settings of that program, and left out.
pub fn read(bytes: &[u8]) -> Result<Weights<'_>> {
    let mut rest = Rest(bytes);
    let (version, name) = (rest.number()?, rest.text()?);
    let _revision = rest.number()?;
    if version != 6 || name != "WhisperSpec" {
        bail!("the weights are {name} of version {version}, not Whisper's of version 6");
    }
    let mut tables = HashMap::new();
    for _ in 0..rest.number()? {
        let name = rest.text()?;
        let [rank] = *rest.take(1)? else { bail!("it ends early") };
        let shape = (0..rank).map(|_| rest.number().map(|number| number as usize)).collect::<Result<Vec<_>>>()?;
        let [kind] = *rest.take(1)? else { bail!("it ends early") };
        let length = rest.number()? as usize;
        let bytes = rest.take(length)?;
        if kind == FLOAT16 {
            if shape.iter().product::<usize>() * 2 != length {
                bail!("the table {name} is of another size than it says");
            }
            tables.insert(name, Table { shape, bytes });
        }
    }
    // Names for the same table.
    for _ in 0..rest.number()? {
        let (alias, of) = (rest.text()?, rest.text()?);
        if let Some(table) = tables.get(&of) {
            let same = Table { shape: table.shape.clone(), bytes: table.bytes };
            tables.insert(alias, same);
        }
    }
    Ok(Weights(tables))
}

impl<'a> Weights<'a> {
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn table(&self, name: &str) -> Result<&Table<'a>> {
        self.0.get(name).with_context(|| format!("the weights have no {name}"))
    }
}

impl<'a> Table<'a> {
    /// Some of its rows.
    pub fn rows(&self, from: usize, to: usize) -> Result<Self> {
        let row = self.shape.iter().skip(1).product::<usize>() * 2;
        let bytes = self.bytes.get(from * row..to * row).context("a table has too few rows")?;
        Ok(Table { shape: std::iter::once(to - from).chain(self.shape.iter().skip(1).copied()).collect(), bytes })
    }

    /// All of it.
    pub fn whole(&self) -> Self {
        Table { shape: self.shape.clone(), bytes: self.bytes }
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("the weights end early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into()?))
    }

    fn text(&mut self) -> Result<String> {
        let length = u16::from_le_bytes(self.take(2)?.try_into()?);
        let text = String::from_utf8_lossy(self.take(length.into())?).into_owned();
        Ok(text.trim_end_matches('\0').to_owned())
    }
}
