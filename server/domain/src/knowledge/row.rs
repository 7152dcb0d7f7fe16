//! Rows of tables as they stand in passages: `Column: value; Column: value`.

/// What stands for an empty place.
const NOTHING: &str = "–";
/// A value with so many words is a text, not a name.
const MOST_NAME_WORDS: usize = 6;

/// A row of a table with names of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// Column and value; the column may have no name.
    pub pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Row<'a> {
    /// A line as a row; none if it is none.
    pub fn parse(line: &'a str) -> Option<Self> {
        if line.contains('\n') {
            return None;
        }
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let mut named = 0;
        for piece in line.split("; ") {
            match piece.split_once(": ").filter(|(name, _)| !name.is_empty() && name.chars().count() <= 80) {
                Some((name, value)) => {
                    named += 1;
                    pairs.push((name.trim(), value.trim()));
                }
                // The name of a group of rows stands first; anything else is the rest of a value.
                None if pairs.is_empty() => pairs.push(("", piece.trim())),
                None => {}
            }
        }
        (named >= 2).then_some(Self { pairs })
    }

    /// The names of its columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().map(|(name, _)| *name).filter(|name| !name.is_empty())
    }

    /// Whether both are rows of tables with the same columns; places may be left out.
    pub fn is_of_the_table_of(&self, other: &Row<'_>) -> bool {
        let shared = self.columns().filter(|name| other.columns().any(|column| column == *name)).count();
        self.columns().next() == other.columns().next() && shared * 2 > self.columns().count()
    }

    /// From and to where the row holds, where two of its places say so: `Quantity from: 10; Quantity to: 19`.
    pub fn range(&self) -> Option<(f64, f64)> {
        let place = |words: &[&str]| {
            let is_so = |name: &str| name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
            self.pairs.iter().find(|(name, _)| is_so(name)).map(|(_, value)| value.replace([',', ' ', '.'], "").parse::<f64>().ok())
        };
        let (from, to) = (place(&["from", "min", "minimum"])?, place(&["to", "max", "maximum", "until"])?);
        (from.is_some() || to.is_some()).then(|| (from.unwrap_or(0.0), to.unwrap_or(f64::INFINITY)))
    }

    /// The values that name what the row is about: short, and no bare quantities.
    pub fn names(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.iter().copied().filter(|(_, value)| !is_empty(value) && value.split_whitespace().count() <= MOST_NAME_WORDS)
    }
}

/// Whether a place of a row is empty.
pub(super) fn is_empty(value: &str) -> bool {
    value.is_empty() || value == NOTHING
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_told_from_prose() {
        let row = Row::parse("Plan: Meadow; Set-up fee: –; Notice: 30 days").unwrap();
        assert_eq!(row.pairs, [("Plan", "Meadow"), ("Set-up fee", "–"), ("Notice", "30 days")]);
        assert!(is_empty(row.pairs[1].1) && !is_empty(row.pairs[2].1));
        assert_eq!(Row::parse("North; Channel: Mail; Answer within: 9 hours").unwrap().pairs[0], ("", "North"));
        assert!(Row::parse("Mind this: it costs more.").is_none());
        assert!(Row::parse("It costs 29 €.").is_none());
        let other = Row::parse("Plan: Orchard; Set-up fee: 400; Notice: –").unwrap();
        assert!(row.is_of_the_table_of(&other));
        assert_eq!(Row::parse("Product: Ribbons; Quantity from: 20; Quantity to: 49").unwrap().range(), Some((20.0, 49.0)));
        assert_eq!(Row::parse("Quantity from: 50; Quantity to: –").unwrap().range(), Some((50.0, f64::INFINITY)));
        assert_eq!(row.range(), None);
        assert!(!row.is_of_the_table_of(&Row::parse("Add-on: Import; Fee: 750").unwrap()));
    }
}
