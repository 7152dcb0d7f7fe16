#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::content::{Block, Budget};

/// The lines of what is written, those of texts too.
fn lines_of(write: impl FnOnce(&mut Content)) -> Vec<String> {
    let budget = Budget::new(1 << 24, 1 << 24, 10);
    let mut out = Content::new(&budget);
    write(&mut out);
    let blocks = out.parts.into_iter().flat_map(|part| part.blocks);
    let lines = blocks.flat_map(|block| match block {
        Block::Table(rows) => rows.into_iter().map(|row| row.text).collect(),
        Block::Text(text) => vec![format!("# {text}")],
        other => panic!("{other:?}"),
    });
    lines.collect()
}

fn rows(text: &str) -> Vec<Row> {
    text.lines().map(|line| if line.trim().is_empty() { Row::default() } else { Row::of(line.split('|').map(str::to_owned)) }).collect()
}

fn read_rows(rows: Vec<Row>) -> Vec<String> {
    lines_of(|out| {
        let mut table = Table::default();
        rows.into_iter().for_each(|row| table.push(row, out).unwrap());
        table.finish(out).unwrap();
    })
}

/// A table whose cells are parted by bars; an empty line is an empty row.
fn read(text: &str) -> Vec<String> {
    read_rows(rows(text))
}

#[test]
fn each_value_has_its_column() {
    assert_eq!(
        read("Plan|Set-up fee|Monthly price|Notice\nMeadow||240 euros|30 days\nOrchard|400 euros|980 euros|90 days"),
        [
            "Plan: Meadow; Set-up fee: –; Monthly price: 240 euros; Notice: 30 days",
            "Plan: Orchard; Set-up fee: 400 euros; Monthly price: 980 euros; Notice: 90 days"
        ]
    );
    assert_eq!(
        read("Feature|Free|Pro|Custom\nSeats|1|20|unlimited\nSSO|no|no|yes")[0],
        "Feature: Seats; Free: 1; Pro: 20; Custom: unlimited"
    );
    // A comparison: the first name is missing.
    assert_eq!(read("|Meadow|Orchard\nSSO|yes|\nAudit log||yes"), ["SSO; Meadow: yes; Orchard: –", "Audit log; Meadow: –; Orchard: yes"]);
}

#[test]
fn what_is_sparse_leaves_out_what_is_empty() {
    assert_eq!(read("Name|A|B|C|D\nx|1||||\ny|1|2|3|4")[0], "Name: x; A: 1");
}

#[test]
fn lines_above_the_names_are_no_rows() {
    assert_eq!(
        read(
            "Valid from|2027-01-01|\nPrepared by|Pricing desk|\nPlan|Monthly price|Notice\nMeadow|240 euros|30 days\nOrchard|980 euros|90 days"
        ),
        [
            "Valid from: 2027-01-01",
            "Prepared by: Pricing desk",
            "Plan: Meadow; Monthly price: 240 euros; Notice: 30 days",
            "Plan: Orchard; Monthly price: 980 euros; Notice: 90 days"
        ]
    );
    assert_eq!(read("Prices 2027\nPlan|Price\nMeadow|240"), ["# Prices 2027", "Plan: Meadow; Price: 240"]);
}

#[test]
fn a_second_table_has_its_own_names() {
    assert_eq!(
        read(
            "Valid from|2027-01-01\nCurrency|euros\n\nPlan|Monthly price\nMeadow|240\nOrchard|980\n\nAdd-on|One-time fee\nData import|750"
        ),
        [
            "Valid from: 2027-01-01",
            "Currency: euros",
            "Plan: Meadow; Monthly price: 240",
            "Plan: Orchard; Monthly price: 980",
            "Add-on: Data import; One-time fee: 750"
        ]
    );
    // Without an empty row, but with a title.
    assert_eq!(
        read("Plan|Price\nMeadow|240\nOrchard|980\nAdd-ons\nAdd-on|Fee\nImport|750\nExport|250")[2..],
        ["# Add-ons", "Add-on: Import; Fee: 750", "Add-on: Export; Fee: 250"]
    );
    // Without anything between, where several columns of values turn into names.
    assert_eq!(
        read("Plan|Seats|Price\nMeadow|20|240\nOrchard|80|980\nAdd-on|Hours|Fee\nImport|5|750\nExport|2|250")[2..],
        ["Add-on: Import; Hours: 5; Fee: 750", "Add-on: Export; Hours: 2; Fee: 250"]
    );
    // Beside it.
    assert_eq!(
        read("Plan|Price||Add-on|Fee\nMeadow|240||Import|750\nOrchard|980||Export|250"),
        ["Plan: Meadow; Price: 240", "Plan: Orchard; Price: 980", "Add-on: Import; Fee: 750", "Add-on: Export; Fee: 250"]
    );
    // A gap that is there for its looks.
    assert_eq!(
        read("Plan|Price||Notice|Term\nMeadow|240||30 days|12 months"),
        ["Plan: Meadow; Price: 240; Notice: 30 days; Term: 12 months"]
    );
}

#[test]
fn a_table_with_empty_rows_in_it_goes_on() {
    assert_eq!(
        read("Plan|Price\nMeadow|240\n\nOrchard|980\n\n\nCustom|on request"),
        ["Plan: Meadow; Price: 240", "Plan: Orchard; Price: 980", "Plan: Custom; Price: on request"]
    );
    assert_eq!(read("Plan|Price\n\nMeadow|240\n\nOrchard|980"), ["Plan: Meadow; Price: 240", "Plan: Orchard; Price: 980"]);
}

#[test]
fn a_table_goes_on_with_the_names_of_another() {
    let lines = lines_of(|out| {
        let mut table = Table::default();
        rows("Plan|Price\nMeadow|240").into_iter().for_each(|row| table.push(row, out).unwrap());
        let names = table.finish(out).unwrap();
        let mut table = Table::after(names);
        rows("Orchard|980\nForest|450").into_iter().for_each(|row| table.push(row, out).unwrap());
        table.finish(out).unwrap();
    });
    assert_eq!(lines, ["Plan: Meadow; Price: 240", "Plan: Orchard; Price: 980", "Plan: Forest; Price: 450"]);
}

#[test]
fn years_and_ranges_are_names_over_other_values() {
    let years: String = (1..=300).map(|row| format!("\nArea {row:02}|{} seats|{} seats", 100 + row, 200 + row)).collect();
    let read_years = read(&format!("Region|2025|2026{years}"));
    assert_eq!(read_years.len(), 300);
    assert_eq!(read_years[289], "Region: Area 290; 2025: 390 seats; 2026: 490 seats");
    assert_eq!(read("Region|2025|2026\nNorth|10|20")[0], "Region: North; 2025: 10; 2026: 20");
    assert_eq!(
        read("Plan|1–49|50–199|200+\nMeadow|12 euros|11 euros|9 euros")[0],
        "Plan: Meadow; 1–49: 12 euros; 50–199: 11 euros; 200+: 9 euros"
    );
    assert_eq!(read("Plan|10 seats|50 seats\nMeadow|240 euros|980 euros")[0], "Plan: Meadow; 10 seats: 240 euros; 50 seats: 980 euros");
    // Values over values are no names.
    assert_eq!(read("Kim|2019|2021\nAda|2020|2022"), ["Kim | 2019 | 2021", "Ada | 2020 | 2022"]);
    assert_eq!(read("Meadow|240\nOrchard|980"), ["Meadow: 240", "Orchard: 980"]);
}

#[test]
fn a_cell_counts_in_each_place_that_it_spans() {
    let mut grid = Grid::default();
    let mut placed = Vec::new();
    let mut row = |cells: &[(&str, u32, u32)]| {
        cells.iter().for_each(|(text, columns, rows)| grid.cell(text, *columns, *rows, false));
        placed.push(grid.end_row());
    };
    row(&[("Region", 1, 1), ("Channel", 1, 1), ("Answer within", 1, 1)]);
    row(&[("North", 1, 2), ("Phone", 1, 1), ("20 minutes", 1, 1)]);
    row(&[("Mail", 1, 1), ("9 hours", 1, 1)]);
    row(&[("South", 1, 1), ("Not offered", 2, 1)]);
    assert_eq!(
        read_rows(placed),
        [
            "Region: North; Channel: Phone; Answer within: 20 minutes",
            "Region: North; Channel: Mail; Answer within: 9 hours",
            "Region: South; Channel: Not offered; Answer within: Not offered"
        ]
    );
}

#[test]
fn names_may_span_columns_and_rows() {
    let table = |rows: &[&[(&str, u32, u32)]]| {
        let mut grid = Grid::default();
        let placed = rows.iter().map(|cells| {
            cells.iter().for_each(|(text, columns, rows)| grid.cell(text, *columns, *rows, false));
            grid.end_row()
        });
        read_rows(placed.collect())
    };
    assert_eq!(
        table(&[
            &[("Plan", 1, 1), ("Price", 2, 1), ("Notice", 1, 1)],
            &[("Meadow", 1, 1), ("240", 1, 1), ("250", 1, 1), ("30 days", 1, 1)],
            &[("Orchard", 1, 1), ("on request", 2, 1), ("90 days", 1, 1)],
        ]),
        ["Plan: Meadow; Price: 240; Price: 250; Notice: 30 days", "Plan: Orchard; Price: on request; Notice: 90 days"]
    );
    assert_eq!(
        table(&[
            &[("Plan", 1, 2), ("2026", 2, 1), ("2027", 2, 1)],
            &[("Seats", 1, 1), ("Price", 1, 1), ("Seats", 1, 1), ("Price", 1, 1)],
            &[("Meadow", 1, 1), ("20", 1, 1), ("240", 1, 1), ("25", 1, 1), ("260", 1, 1)],
        ]),
        ["Plan: Meadow; 2026, Seats: 20; 2026, Price: 240; 2027, Seats: 25; 2027, Price: 260"]
    );
    // All words: what is under a name that spans nothing is no name.
    assert_eq!(
        table(&[&[("Plan", 1, 1), ("Support", 2, 1)], &[("Meadow", 1, 1), ("mail", 1, 1), ("phone", 1, 1)]]),
        ["Plan: Meadow; Support: mail; Support: phone"]
    );
    // Groups that are only written over their first column.
    assert_eq!(
        read("|2026||2027|\nPlan|Seats|Price|Seats|Price\nMeadow|20|240|25|260"),
        ["Plan: Meadow; 2026, Seats: 20; 2026, Price: 240; 2027, Seats: 25; 2027, Price: 260"]
    );
}

#[test]
fn of_two_rows_of_names_one_may_be_said() {
    let mut grid = Grid::default();
    let mut placed = Vec::new();
    for cells in [
        &[("Plan", 1, 2), ("2025", 2, 1), ("2026", 2, 1)][..],
        &[("Seats", 1, 1), ("Price", 1, 1), ("Seats", 1, 1), ("Price", 1, 1)],
        &[("Meadow", 1, 1), ("10", 1, 1), ("20 EUR", 1, 1), ("30", 1, 1), ("40 EUR", 1, 1)],
        &[("Total", 2, 1), ("60 EUR", 1, 1), ("1", 1, 1), ("90 EUR", 1, 1)],
    ] {
        cells.iter().for_each(|(text, columns, rows)| grid.cell(text, *columns, *rows, false));
        placed.push(grid.end_row());
    }
    placed[0].names = true;
    assert_eq!(
        read_rows(placed),
        [
            "Plan: Meadow; 2025, Seats: 10; 2025, Price: 20 EUR; 2026, Seats: 30; 2026, Price: 40 EUR",
            // Its name is no value of the column that it spans.
            "Plan: Total; 2025, Price: 60 EUR; 2026, Seats: 1; 2026, Price: 90 EUR"
        ]
    );
}

#[test]
fn a_row_over_the_whole_table_names_those_below_it() {
    let mut grid = Grid::default();
    let mut placed = Vec::new();
    for cells in [
        &[("Plan", 1), ("Price", 1), ("Notice", 1)][..],
        &[("Europe", 3)],
        &[("Meadow", 1), ("240", 1), ("30 days", 1)],
        &[("America", 3)],
        &[("Meadow", 1), ("290", 1), ("60 days", 1)],
        &[("All prices are without tax.", 3)],
    ] {
        cells.iter().for_each(|(text, columns)| grid.cell(text, *columns, 1, false));
        placed.push(grid.end_row());
    }
    assert_eq!(
        read_rows(placed),
        [
            "Europe",
            "Europe; Plan: Meadow; Price: 240; Notice: 30 days",
            "America",
            "America; Plan: Meadow; Price: 290; Notice: 60 days",
            "All prices are without tax."
        ]
    );
}

#[test]
fn what_the_format_says_counts_first() {
    let row = |text: &str, is_name: bool| {
        let mut row = rows(text).remove(0);
        row.slots.iter_mut().for_each(|slot| slot.is_name = is_name);
        row
    };
    assert_eq!(read_rows(vec![row("10|20", true), row("1|2", false)]), ["10: 1; 20: 2"]);
    assert_eq!(read_rows(vec![row("Plan|Price", true), row("Meadow|240", false), row("Total|240", true)])[1], "Plan: Total; Price: 240");
    assert_eq!(
        read_rows(vec![row("Plan|Price", true), row("Meadow|240", false), row("Plan|Price", true), row("Orchard|980", false)])[1],
        "Plan: Orchard; Price: 980"
    );
    // Names at the left, values at the right.
    let mut pair = rows("Owner|Kim\nRole|Buyer");
    pair.iter_mut().for_each(|row| row.slots[0].is_name = true);
    assert_eq!(read_rows(pair), ["Owner: Kim", "Role: Buyer"]);
    assert_eq!(read("Contract|Meadow\nNotice|30 days\nPrice|240 euros"), ["Contract: Meadow", "Notice: 30 days", "Price: 240 euros"]);
    assert_eq!(read("Owner:|Kim\nRole:|Buyer"), ["Owner: Kim", "Role: Buyer"]);
}

proptest! {
    #[test]
    fn no_value_is_lost_or_comes_under_another_column(
        width in 2usize..7,
        cells in proptest::collection::vec(proptest::option::weighted(0.8, 0u32..1_000_000), 1..120),
    ) {
        let names: Vec<String> = (0..width).map(|column| format!("Name {}", char::from(b'A' + column as u8))).collect();
        let mut table = vec![Row::of(names.iter().cloned())];
        let body: Vec<Vec<Option<u32>>> = cells.chunks(width - 1).map(<[_]>::to_vec).collect();
        for (at, row) in body.iter().enumerate() {
            table.push(Row::of(std::iter::once(format!("row {at}x")).chain(row.iter().map(|cell| cell.map_or(String::new(), |cell| format!("{cell} EUR"))))));
        }
        let named = (1..width).any(|column| body.iter().any(|row| row.get(column - 1).is_some_and(Option::is_some)));
        let lines = read_rows(table);
        if named {
            prop_assert_eq!(lines.len(), body.len());
            for (at, (row, line)) in body.iter().zip(&lines).enumerate() {
                let (expected, prefix) = (format!("row {at}x"), "Name A: ");
                prop_assert!(line.starts_with(&format!("{prefix}{expected}")), "{}", line);
                for (cell, name) in row.iter().zip(&names[1..]) {
                    if let Some(cell) = cell {
                        let pair = format!("; {name}: {cell} EUR");
                        prop_assert!(line.contains(&pair), "{} in {}", pair, line);
                    }
                }
            }
        }
    }

    #[test]
    fn any_spans_and_texts_are_read(cells in proptest::collection::vec(("[a-zA-Z0-9 %€]{0,6}", 0u32..6, 0u32..6, any::<bool>(), any::<bool>()), 0..80)) {
        let mut grid = Grid::default();
        let mut placed = Vec::new();
        for (text, columns, rows, is_name, ends) in &cells {
            grid.cell(text, *columns, *rows, *is_name);
            if *ends {
                placed.push(grid.end_row());
            }
        }
        placed.push(grid.end_row());
        // Each place is said at most once, however far its cell reaches.
        let places = placed.iter().map(|row| row.slots.len()).sum::<usize>();
        let written = read_rows(placed);
        prop_assert!(written.len() <= cells.len() + 1 && written.iter().map(String::len).sum::<usize>() <= places * 80 + 80);
    }
}
