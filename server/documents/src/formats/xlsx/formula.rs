//! Formulas that nobody has computed: programs that write workbooks often store no value. Simple ones are computed: arithmetic, texts,
//! comparisons, and the functions that sum, count, round and choose. Any other has no value, and the document says so.

use std::collections::HashMap;
use std::rc::Rc;

use super::cells::{Cells, Item, RawCell, area, place};

/// A formula may lead through so many others.
const MAX_DEPTH: u32 = 60;
/// So many cells are looked at for the formulas of one sheet.
const MAX_STEPS: u32 = 2_000_000;
/// So many cells of a sheet are known.
const MAX_CELLS: usize = 300_000;

/// What a formula gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(Rc<str>),
    /// True or false.
    Truth(bool),
    /// The value of an empty cell.
    Empty,
}

impl Value {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Truth(truth) => Some(f64::from(u8::from(*truth))),
            Self::Empty => Some(0.0),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Number(number) => crate::formats::number_format::general(*number),
            Self::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Empty => String::new(),
            Self::Text(text) => text.to_string(),
        }
    }
}

enum Known {
    Value(Value),
    Formula(Rc<str>),
    /// It is an error, or being computed.
    Nothing,
}

/// The cells of a sheet that has formulas without values.
#[derive(Default)]
pub struct Formulas {
    cells: HashMap<(u32, u32), Known>,
    steps: u32,
}

impl Formulas {
    /// Those of a sheet; nothing if all of them have values.
    pub fn of(text: &str, strings: &[Rc<str>]) -> Self {
        let lacks = |cell: &RawCell| cell.formula.is_some() && cell.value.is_empty() && cell.kind != "e";
        let mut all = Cells::new(text).filter_map(|item| if let Item::Cell(cell) = item { Some(cell) } else { None });
        if !all.any(|cell| lacks(&cell)) {
            return Self::default();
        }
        let mut cells = HashMap::new();
        for item in Cells::new(text) {
            let Item::Cell(cell) = item else { continue };
            if cells.len() >= MAX_CELLS {
                break;
            }
            let value = cell.value.trim();
            let known = match (cell.kind.as_str(), &cell.formula) {
                (_, Some(formula)) if lacks(&cell) => Known::Formula(formula.as_str().into()),
                ("s", _) => match value.parse::<usize>().ok().and_then(|at| strings.get(at)) {
                    Some(text) => Known::Value(Value::Text(Rc::clone(text))),
                    None => continue,
                },
                ("str" | "inlineStr", _) => Known::Value(Value::Text(cell.value.as_str().into())),
                ("b", _) => Known::Value(Value::Truth(value == "1")),
                ("e", _) => Known::Nothing,
                _ => match value.parse() {
                    Ok(number) => Known::Value(Value::Number(number)),
                    Err(_) => continue,
                },
            };
            cells.insert((cell.row, cell.column), known);
        }
        Self { cells, steps: 0 }
    }

    /// The value of a cell; none if it can't be computed here.
    pub fn value(&mut self, row: u32, column: u32) -> Option<Value> {
        self.cell((row, column), 0)
    }

    fn cell(&mut self, at: (u32, u32), depth: u32) -> Option<Value> {
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return None;
        }
        let formula = match self.cells.get(&at) {
            None => return Some(Value::Empty),
            Some(Known::Value(value)) => return Some(value.clone()),
            Some(Known::Nothing) => return None,
            Some(Known::Formula(formula)) => Rc::clone(formula),
        };
        // One that leads back to itself has no value.
        self.cells.insert(at, Known::Nothing);
        let mut parser = Parser { formulas: self, rest: formula.trim_start_matches('='), depth: depth + 1 };
        let value = parser.comparison().filter(|_| parser.rest.trim().is_empty());
        let value = value.filter(|value| value.number().is_none_or(f64::is_finite));
        if let Some(value) = &value {
            self.cells.insert(at, Known::Value(value.clone()));
        }
        value
    }
}

struct Parser<'f, 't> {
    formulas: &'f mut Formulas,
    rest: &'t str,
    depth: u32,
}

impl<'t> Parser<'_, 't> {
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(sign) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn comparison(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH * 4 {
            return None;
        }
        let mut left = self.joined()?;
        while let Some(sign) = ["<=", ">=", "<>", "=", "<", ">"].into_iter().find(|sign| self.takes(sign)) {
            let right = self.joined()?;
            let order = match (&left, &right) {
                (Value::Text(a), Value::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
                (a, b) => a.number()?.partial_cmp(&b.number()?)?,
            };
            left = Value::Truth(match sign {
                "<=" => order.is_le(),
                ">=" => order.is_ge(),
                "<>" => order.is_ne(),
                "=" => order.is_eq(),
                "<" => order.is_lt(),
                _ => order.is_gt(),
            });
        }
        self.depth -= 1;
        Some(left)
    }

    fn joined(&mut self) -> Option<Value> {
        let mut left = self.sum()?;
        while self.takes("&") {
            left = Value::Text((left.text() + &self.sum()?.text()).into());
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<Value> {
        let mut left = self.product()?;
        loop {
            let sign = match () {
                () if self.takes("+") => 1.0,
                () if self.takes("-") => -1.0,
                () => return Some(left),
            };
            left = Value::Number(left.number()? + sign * self.product()?.number()?);
        }
    }

    fn product(&mut self) -> Option<Value> {
        let mut left = self.power()?;
        loop {
            if self.takes("*") {
                left = Value::Number(left.number()? * self.power()?.number()?);
            } else if self.takes("/") {
                left = Value::Number(left.number()? / self.power()?.number()?);
            } else {
                return Some(left);
            }
        }
    }

    fn power(&mut self) -> Option<Value> {
        let mut left = self.signed()?;
        while self.takes("^") {
            left = Value::Number(left.number()?.powf(self.signed()?.number()?));
        }
        Some(left)
    }

    fn signed(&mut self) -> Option<Value> {
        let mut sign = None;
        while self.rest.trim_start().starts_with(['-', '+']) {
            if self.takes("-") {
                sign = Some(-sign.unwrap_or(1.0));
            } else {
                self.takes("+");
            }
        }
        let mut value = self.atom()?;
        while self.takes("%") {
            value = Value::Number(value.number()? / 100.0);
        }
        match sign {
            Some(sign) => Some(Value::Number(sign * value.number()?)),
            None => Some(value),
        }
    }

    fn atom(&mut self) -> Option<Value> {
        if self.takes("(") {
            let value = self.comparison()?;
            return self.takes(")").then_some(value);
        }
        let rest = self.rest.trim_start();
        if let Some(text) = rest.strip_prefix('"') {
            let (mut value, mut rest) = (String::new(), text);
            loop {
                let (part, after) = rest.split_once('"')?;
                value.push_str(part);
                rest = after;
                match rest.strip_prefix('"') {
                    Some(after) => {
                        value.push('"');
                        rest = after;
                    }
                    None => break,
                }
            }
            self.rest = rest;
            return Some(Value::Text(value.into()));
        }
        if rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            self.rest = &rest[end..];
            return rest[..end].parse().ok().map(Value::Number);
        }
        let name = self.word();
        if name.is_empty() {
            return None;
        }
        if self.takes("(") {
            return self.function(&name.to_ascii_uppercase());
        }
        match name.to_ascii_uppercase().as_str() {
            "TRUE" => Some(Value::Truth(true)),
            "FALSE" => Some(Value::Truth(false)),
            // Another sheet or file, an area where a value is wanted, a name.
            _ if self.rest.starts_with(['!', ':', '[']) => None,
            _ => self.formulas.cell(place(name)?, self.depth / 4 + 1),
        }
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '$' | '_' | '.')).unwrap_or(rest.len());
        self.rest = &rest[end..];
        &rest[..end]
    }

    /// The values of an argument: one, or those of an area.
    fn argument(&mut self) -> Option<Vec<Value>> {
        let before = self.rest;
        let first = self.word();
        if !first.is_empty() && self.takes(":") {
            let last = self.word();
            let (from, to) = area(&format!("{first}:{last}"))?;
            let mut values = Vec::new();
            for row in from.0..=to.0 {
                for column in from.1..=to.1 {
                    values.push(self.formulas.cell((row, column), self.depth / 4 + 1)?);
                }
            }
            return Some(values);
        }
        self.rest = before;
        self.comparison().map(|value| vec![value])
    }

    fn function(&mut self, name: &str) -> Option<Value> {
        let mut arguments: Vec<Vec<Value>> = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.argument()?);
                if self.takes(")") {
                    break;
                }
                if !self.takes(",") {
                    return None;
                }
            }
        }
        let all = || arguments.iter().flatten();
        let numbers: Vec<f64> = all().filter_map(|value| if let Value::Number(number) = value { Some(*number) } else { None }).collect();
        let one = |at: usize| arguments.get(at)?.first();
        let count = numbers.len() as f64;
        Some(match name {
            "SUM" => Value::Number(numbers.iter().sum()),
            "PRODUCT" => Value::Number(numbers.iter().product()),
            "AVERAGE" if count > 0.0 => Value::Number(numbers.iter().sum::<f64>() / count),
            "MIN" => Value::Number(numbers.iter().copied().reduce(f64::min).unwrap_or(0.0)),
            "MAX" => Value::Number(numbers.iter().copied().reduce(f64::max).unwrap_or(0.0)),
            "COUNT" => Value::Number(count),
            "COUNTA" => Value::Number(all().filter(|value| **value != Value::Empty).count() as f64),
            "ABS" => Value::Number(one(0)?.number()?.abs()),
            "INT" => Value::Number(one(0)?.number()?.floor()),
            "ROUND" | "ROUNDUP" | "ROUNDDOWN" => {
                let (value, scale) = (one(0)?.number()?, 10f64.powf(one(1)?.number()?.trunc()));
                // Without the noise of binary fractions.
                let scaled: f64 = format!("{:.12e}", value.abs() * scale).parse().ok()?;
                let rounded = match name {
                    "ROUND" => scaled.round(),
                    "ROUNDUP" => scaled.ceil(),
                    _ => scaled.floor(),
                };
                Value::Number(value.signum() * rounded / scale)
            }
            "IF" => match one(0)?.number()? != 0.0 {
                true => one(1)?.clone(),
                false => one(2).cloned().unwrap_or(Value::Truth(false)),
            },
            "AND" => Value::Truth(all().all(|value| value.number().is_some_and(|number| number != 0.0))),
            "OR" => Value::Truth(all().any(|value| value.number().is_some_and(|number| number != 0.0))),
            "NOT" => Value::Truth(one(0)?.number()? == 0.0),
            "CONCATENATE" | "CONCAT" => Value::Text(all().map(Value::text).collect::<String>().into()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn value(formula: &str) -> Option<Value> {
        let sheet = format!(
            "<s><sheetData><row r=\"1\"><c r=\"A1\"><v>20</v></c><c r=\"B1\"><v>0.5</v></c><c r=\"C1\" t=\"str\"><v>Meadow</v></c></row>\
             <row r=\"2\"><c r=\"A2\"><v>30</v></c><c r=\"B2\"><f>A1*2</f></c><c r=\"C2\"><f>C2+1</f></c><c r=\"D2\"><f>{formula}</f></c></row></sheetData></s>"
        );
        Formulas::of(&sheet, &[]).value(1, 3)
    }

    #[test]
    fn simple_formulas_are_computed() {
        for (formula, expected) in [
            ("A1+A2", 50.0),
            ("A1*(1-B1)", 10.0),
            ("-A1^2", 400.0),
            ("B2", 40.0),
            ("SUM(A1:A2,5)", 55.0),
            ("AVERAGE(A1:A2)", 25.0),
            ("MAX(A1:B2)", 40.0),
            ("ROUND(A1/3,2)", 6.67),
            ("ROUND(2.675,2)", 2.68),
            ("IF(A1&gt;10,A1*10%,0)", 2.0),
            ("COUNTA(A1:C1)", 3.0),
            ("E9+1", 1.0),
        ] {
            assert_eq!(value(formula), Some(Value::Number(expected)), "{formula}");
        }
        assert_eq!(value("C1&amp;\" plan\""), Some(Value::Text("Meadow plan".into())));
        assert_eq!(value("A1&lt;&gt;A2"), Some(Value::Truth(true)));
    }

    #[test]
    fn what_is_not_simple_has_no_value() {
        for formula in ["VLOOKUP(A1,A1:B2,2)", "Other!A1", "C2", "A1/0", "A1 A2", "SUM(A1", "D2", "A1:A2", "rate*2", ""] {
            assert_eq!(value(formula), None, "{formula}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_formula_breaks_anything(formula in "[A-D0-9+*/^(),:\"=-]{0,30}") {
            value(&formula.replace('"', "&quot;"));
        }

        #[test]
        fn nested_formulas_end(depth in 0usize..3_000) {
            value(&format!("{}1{}", "(".repeat(depth), ")".repeat(depth)));
        }
    }
}
