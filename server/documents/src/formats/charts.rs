//! Charts: their values as a table, a row for each category.

use crate::content::Content;
use crate::failure::Failure;
use crate::formats::xml::{Token, Xml};
use crate::formats::{number_format, write_rows};
use crate::tables::{Row, Slot};

/// No chart that anybody reads has more points.
const MAX_POINTS: usize = 10_000;

#[derive(Default)]
struct Series {
    name: String,
    categories: Vec<String>,
    values: Vec<String>,
}

/// A value as the chart's number format shows it.
fn shown(text: String, format: &str) -> String {
    match text.trim().parse() {
        Ok(value) if !format.is_empty() && !format.eq_ignore_ascii_case("general") => number_format::number(value, format, false),
        _ => text,
    }
}

/// Writes the title of a chart and its values.
pub fn write(text: &str, out: &mut Content) -> Result<(), Failure> {
    let mut series: Vec<Series> = Vec::new();
    let (mut within, mut text_run, mut point, mut index) = (String::new(), false, String::new(), 0usize);
    let (mut is_value, mut titles, mut title) = (false, Vec::new(), String::new());
    let (mut is_format, mut format) = (false, String::new());
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) => match tag.name() {
                "ser" => series.push(Series::default()),
                name @ ("tx" | "cat" | "val" | "xVal" | "yVal" | "bubbleSize") => within = name.to_owned(),
                "pt" => index = tag.get("idx").and_then(|index| index.parse().ok()).unwrap_or(0),
                "formatCode" => (is_format, format) = (true, String::new()),
                "strCache" | "strLit" | "numCache" | "numLit" => format.clear(),
                "v" => is_value = true,
                "t" => text_run = true,
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "v" => {
                    is_value = false;
                    let text = shown(std::mem::take(&mut point), &format);
                    let Some(series) = series.last_mut() else { continue };
                    let into = match within.as_str() {
                        "tx" => {
                            series.name = text;
                            continue;
                        }
                        "cat" | "xVal" => &mut series.categories,
                        "val" | "yVal" => &mut series.values,
                        _ => continue,
                    };
                    if index < MAX_POINTS {
                        into.resize(into.len().max(index + 1), String::new());
                        into[index] = text;
                    }
                }
                "formatCode" => is_format = false,
                "t" => text_run = false,
                "p" if !title.trim().is_empty() => titles.push(std::mem::take(&mut title)),
                "cat" | "val" | "xVal" | "yVal" | "bubbleSize" => within.clear(),
                _ => {}
            },
            Token::Text(text) if is_value => point.push_str(&text),
            Token::Text(text) if is_format => format.push_str(&text),
            Token::Text(text) if text_run => title.push_str(&text),
            Token::Text(_) => {}
        }
    }
    titles.iter().try_for_each(|title| out.line(title.trim()))?;
    let Some(first) = series.first() else { return Ok(()) };
    let mut names = Row { names: true, ..Row::default() };
    for (column, series) in series.iter().enumerate() {
        let name = if series.name.is_empty() { "Value" } else { series.name.as_str() };
        names.place(column + 1, Slot { text: name.into(), is_name: true, ..Slot::default() });
    }
    let length = series.iter().map(|series| series.values.len()).max().unwrap_or_default();
    let rows = (0..length).map(|at| {
        let category = first.categories.get(at).cloned().unwrap_or_default();
        Row::of(std::iter::once(category).chain(series.iter().map(|series| series.values.get(at).cloned().unwrap_or_default())))
    });
    write_rows(std::iter::once(names).chain(rows), out)
}
