//! How many dates of a labelled set are understood: `cargo run -p live --example dates -- ../shared/data/dates`.
//!
//! Reads every `*.jsonl` below the folder; a line is `{text, ref, kind, start, end, source}`. Prints `key=value` lines, for the
//! set and for its two halves, told apart by a hash of the text (the half `even` was looked at while the grammar was written,
//! `odd` was not).
//!
//! How it counts: a point is right if [`due_dates::read`] gives the day of its start; of a week, month, quarter or year that is its
//! first day. An interval is right by its last day, for something is due at its end; the ends of duckling's rows are exclusive,
//! those of chrono's inclusive. Open intervals and holidays have their own scores. A row of kind `none` is false if any day is
//! found. `due_right` asks [`due_dates::find`] instead, which tells no past day and no time of day alone: only of the points and
//! intervals that lie on the day itself or after it, by the day that each row gives, so its weeks ("next week", which is due on
//! a Friday) count as wrong.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{Duration, NaiveDate, NaiveDateTime, Timelike};
use live::due_dates::{self, DayOrder, Viewpoint};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(rename = "ref")]
    seen: NaiveDateTime,
    kind: String,
    start: Option<NaiveDateTime>,
    end: Option<NaiveDateTime>,
    source: String,
}

#[derive(Default)]
struct Share {
    counted: u32,
    of: u32,
}

impl Share {
    fn count(&mut self, yes: bool) {
        self.of += 1;
        self.counted += u32::from(yes);
    }
}

impl Row {
    /// The half of the set: FNV-1a of the text in lower case.
    fn is_odd(&self) -> bool {
        let hash = self
            .text
            .to_lowercase()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash ^ (hash >> 32)) & 1 == 1
    }

    /// The day that counts.
    fn day(&self) -> Option<NaiveDate> {
        match (self.kind.contains("interval"), self.end) {
            (true, Some(end)) if self.source.starts_with("duckling") => Some((end - Duration::seconds(1)).date()),
            (true, Some(end)) => Some(end.date()),
            _ => self.start.map(|start| start.date()),
        }
    }

    fn seen(&self) -> Viewpoint {
        Viewpoint {
            today: self.seen.date(),
            minute: Some(self.seen.time().num_seconds_from_midnight() / 60),
            // Both sets are American by default.
            order: DayOrder::MonthFirst,
        }
    }
}

fn rows(folder: &Path, rows: &mut Vec<Row>) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            self::rows(&path, rows)?;
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            for line in std::fs::read_to_string(&path)?.lines().filter(|line| !line.trim().is_empty()) {
                rows.push(serde_json::from_str(line)?);
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: dates FOLDER [--wrong]")?;
    // Only of the half that may be looked at.
    let tells_wrong = arguments.next().as_deref() == Some("--wrong");
    let mut all = Vec::new();
    rows(Path::new(&folder), &mut all)?;
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    for row in &all {
        let half = if row.is_odd() { "odd" } else { "even" };
        let seen = row.seen();
        let (read, due) = (due_dates::read(&row.text, &seen), due_dates::find(&row.text, &seen));
        let mut count = |key: &str, yes: bool| {
            for part in ["all", half] {
                shares.entry(format!("{part}_{key}")).or_default().count(yes);
            }
        };
        let day = row.day();
        let got = read.as_ref().map(|days| if row.kind.contains("interval") { days.last } else { days.first });
        let mut wrong = false;
        match row.kind.as_str() {
            "point" | "interval" => {
                wrong = got != day;
                count("right", !wrong);
                count(&format!("{}_right", row.kind), !wrong);
                count("silent", read.is_none());
                if day >= Some(seen.today) {
                    count("due_right", due.as_ref().map(|due| due.date) == day);
                    count("due_silent", due.is_none());
                }
            }
            "none" => {
                wrong = read.is_some() || due.is_some();
                count("false", read.is_some());
                count("due_false", due.is_some());
            }
            kind => count(if kind.starts_with("holiday") { "holiday_right" } else { "open_right" }, got == day),
        }
        if wrong && tells_wrong && half == "even" {
            println!("# {} | {} | {} | {:?} | {:?} | due {:?}", row.kind, row.text, row.seen, day, read, due.map(|due| due.date));
        }
    }
    for (key, share) in &shares {
        println!("{key}={:.3} ({} of {})", f64::from(share.counted) / f64::from(share.of.max(1)), share.counted, share.of);
    }
    Ok(())
}
