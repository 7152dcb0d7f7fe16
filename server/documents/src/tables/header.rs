//! Which rows of a table name its columns.
//!
//! What a format says itself counts first (`<th>`, repeated header rows, bold rows). Else a row names the columns if it is one of the
//! first, its cells are short words or a series (years, ranges), and it has a name for (nearly) every column that the rows below fill.
//! Where that is not sure a table has no names: a wrong name is worse than none.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::kinds::{Kind, is_word, kind, unit};
use super::{Cover, Row};

/// So many rows may stand above the names.
const MAX_ABOVE: usize = 10;
/// So many rows below are looked at.
const MAX_BELOW: usize = 20;
/// Names of columns are at most so long, in characters.
const MAX_NAME: usize = 80;
/// Names stand in at most so many rows above one another.
const MAX_NAME_ROWS: usize = 4;

/// The names that hold for rows, and what they are said under.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// By column; empty where there is none.
    pub names: Vec<Rc<str>>,
    /// The row that spans the whole table above the rows that come.
    pub section: Rc<str>,
    /// The rows of names as they stand: one that comes again is no row.
    shown: Vec<Vec<Rc<str>>>,
}

impl Head {
    /// Whether any column has a name.
    pub fn has_names(&self) -> bool {
        self.names.iter().any(|name| !name.is_empty())
    }

    /// Whether a row is one of the names again, as at the top of the next page.
    pub fn repeats(&self, row: &Row) -> bool {
        self.shown.iter().any(|shown| shown.iter().map(|text| &**text).eq(row.slots.iter().map(|slot| &*slot.text)))
    }

    fn of(rows: &[Row], columns: &Range<usize>, groups: Option<&Row>) -> Self {
        let mut head = Self { names: vec!["".into(); columns.end], ..Self::default() };
        let mut group: Rc<str> = "".into();
        for column in columns.clone() {
            let mut parts: Vec<&str> = Vec::new();
            if let Some(above) = groups {
                if !above.text(column).is_empty() {
                    group = above.text(column).into();
                }
                parts.push(&group);
            }
            parts.extend(rows.iter().filter(|row| row.cover(column) != Cover::Above).map(|row| row.text(column)));
            let mut name = String::new();
            for part in parts.into_iter().map(|part| part.trim_end_matches([':', ' '])).filter(|part| !part.is_empty()) {
                if !name.is_empty() {
                    name.push_str(", ");
                }
                name.push_str(part);
            }
            head.names[column] = name.replace(['\n', '\r'], " ").into();
        }
        head.shown = rows.iter().map(|row| row.slots.iter().map(|slot| Rc::clone(&slot.text)).collect()).collect();
        head
    }
}

/// The columns of the tables that stand beside one another: what an empty column parts, if each part has names for its own rows.
pub fn sides(rows: &[Row]) -> Vec<Range<usize>> {
    let width = rows.iter().map(|row| row.slots.len()).max().unwrap_or_default();
    let whole = || std::iter::once(0..width).collect();
    let mut sides: Vec<Range<usize>> = Vec::new();
    for column in 0..width {
        if rows.iter().all(|row| row.text(column).is_empty()) {
            continue;
        }
        match sides.last_mut() {
            Some(side) if side.end == column => side.end += 1,
            _ => sides.push(column..column + 1),
        }
    }
    if sides.len() < 2 || sides.len() > 10 {
        return whole();
    }
    // Each has a column of names of its own: else the empty column is there for its looks.
    let is_table = |side: &Range<usize>| {
        let header = find(rows, side, None).0;
        if side.len() < 2 || header.is_empty() {
            return false;
        }
        let names: Vec<&str> = rows[header.end..].iter().map(|row| row.text(side.start)).filter(|text| !text.is_empty()).collect();
        let distinct: HashSet<&&str> = names.iter().collect();
        !names.is_empty() && distinct.len() == names.len() && names.iter().all(|name| is_word(kind(name)))
    };
    if sides.iter().all(is_table) { sides } else { whole() }
}

/// The rows that name the columns, and their names. None at all: an empty range, with the names of the table before if these rows are
/// its rest.
pub fn find(rows: &[Row], columns: &Range<usize>, last: Option<&Head>) -> (Range<usize>, Head) {
    if let Some(header) = said(rows, columns) {
        // Of two rows of names some formats know the first one only.
        let end = header.end.max(extend(rows, columns, header.end - 1));
        let header = header.start..end;
        let head = Head::of(&rows[header.clone()], columns, None);
        return (header, head);
    }
    if let Some(at) = guessed(rows, columns, last) {
        let end = extend(rows, columns, at);
        // Groups over names that come again, each group's name over its first column.
        let groups = at.checked_sub(1).map(|above| &rows[above]).filter(|above| {
            let names: Vec<&str> = rows[at].filled(columns).map(|(_, slot)| &*slot.text).collect();
            let distinct: HashSet<&&str> = names.iter().collect();
            distinct.len() < names.len() && above.cells(columns) >= 2
        });
        let head = Head::of(&rows[at..end], columns, groups);
        return (at - usize::from(groups.is_some())..end, head);
    }
    let rest = last.filter(|head| {
        let most = rows.iter().map(|row| row.cells(columns)).max().unwrap_or_default();
        let named = head.names.iter().filter(|name| !name.is_empty()).count();
        let fits = rows.iter().flat_map(|row| row.filled(columns)).all(|(column, _)| head.names.get(column).is_some());
        most >= 2 && most * 2 > named && fits
    });
    (0..0, rest.cloned().unwrap_or_default())
}

/// Whether a row alone may name what comes behind an empty one.
pub fn may_name(row: &Row) -> bool {
    row.shown().len() >= 2 && row.slots.iter().all(|slot| matches!(kind(&slot.text), Kind::Text | Kind::Word | Kind::Empty | Kind::Year))
}

/// The rows of which the format itself says that they name columns.
fn said(rows: &[Row], columns: &Range<usize>) -> Option<Range<usize>> {
    let says = |row: &Row| {
        let mut cells = row.filled(columns).filter(|(_, slot)| slot.cover != Cover::Above).peekable();
        row.cells(columns) >= 2 && cells.peek().is_some() && (row.names || cells.all(|(_, slot)| slot.is_name))
    };
    let first = rows.iter().take(MAX_ABOVE).position(says)?;
    // Two columns of which the left one alone names: names and values side by side.
    let end = first + rows[first..].iter().take(MAX_NAME_ROWS).take_while(|row| says(row)).count();
    // All of them: then it says nothing.
    (end < rows.len() || end == 1).then_some(first..end)
}

/// The row that looks as if it named the columns.
fn guessed(rows: &[Row], columns: &Range<usize>, last: Option<&Head>) -> Option<usize> {
    let pairs = columns.len() == 2 && rows.iter().all(|row| row.slots.get(columns.start).is_some_and(|slot| slot.is_name));
    if rows.len() < 2 || pairs {
        return None;
    }
    for at in 0..rows.len().min(MAX_ABOVE + 1) - 1 {
        let (row, below) = (&rows[at], below(rows, at));
        let narrower = || rows[..at].iter().all(|above| above.cells(columns) < row.filled(columns).count());
        if names(row, below, columns) && covers(row, below, columns) && (at == 0 || narrower()) {
            let clear = contrast(row, below, columns) > 0;
            if at == 0 && columns.len() == 2 && mixed(below, columns.start + 1) {
                return None;
            }
            let other = last.is_some_and(|last| clear || !same_columns(last, row, columns));
            return (if last.is_some() { other } else { clear || even(row, columns) }).then_some(at);
        }
        if row.cells(columns) >= columns.len().max(2) {
            // A row as wide as the table that names nothing: the table has begun.
            return None;
        }
    }
    None
}

fn below(rows: &[Row], at: usize) -> &[Row] {
    &rows[at + 1..rows.len().min(at + 1 + MAX_BELOW)]
}

/// Whether all cells of a row could be names, seen with the rows below.
fn names(row: &Row, below: &[Row], columns: &Range<usize>) -> bool {
    let cells: Vec<(usize, &str, Kind)> =
        row.filled(columns).filter(|(_, slot)| slot.cover != Cover::Left).map(|(at, slot)| (at, &*slot.text, kind(&slot.text))).collect();
    // What has a name and a value in itself names nothing else.
    if cells.len() < 2 || cells.iter().any(|(_, text, _)| text.chars().count() > MAX_NAME || text.contains(": ")) {
        return false;
    }
    let values: Vec<&(usize, &str, Kind)> = cells.iter().filter(|(_, _, kind)| !is_word(*kind)).collect();
    let Some((_, _, series)) = values.first() else { return cells.iter().any(|(_, _, kind)| *kind == Kind::Text) };
    let first_is_name = row.text(columns.start).is_empty() || is_word(kind(row.text(columns.start)));
    let distinct: HashSet<&str> = values.iter().map(|(_, text, _)| *text).collect();
    first_is_name
        && values.len() >= 2
        && distinct.len() == values.len()
        && !matches!(series, Kind::Flag)
        && values.iter().all(|(_, _, kind)| kind == series)
        && (*series != Kind::Number || rises(values.iter().map(|(_, text, _)| *text)))
        && other_values(&values, *series, below)
}

/// Whether what stands below a series of years, ranges or numbers is of another kind: else it is a row of values itself.
fn other_values(series: &[&(usize, &str, Kind)], of: Kind, below: &[Row]) -> bool {
    let (mut same, mut all) = (0usize, 0usize);
    for (column, name, _) in series {
        for text in below.iter().map(|row| row.text(*column)).filter(|text| !text.is_empty()) {
            all += 1;
            same += usize::from(kind(text) == of && (of != Kind::Quantity || unit(text) == unit(name)));
        }
    }
    all > 0 && same * 2 <= all
}

fn rises<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let numbers: Vec<f64> = texts.filter_map(|text| text.replace([',', ' '], "").parse().ok()).collect();
    numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Whether it has a name for (nearly) every cell below; the first column may go without one.
fn covers(row: &Row, below: &[Row], columns: &Range<usize>) -> bool {
    let (mut named, mut all) = (0usize, 0usize);
    for (column, _) in below.iter().flat_map(|row| row.filled(columns)).filter(|(column, _)| *column > columns.start) {
        all += 1;
        named += usize::from(!row.text(column).is_empty());
    }
    all > 0 && named * 5 >= all * 4
}

/// Over how many columns of values a name stands.
fn contrast(row: &Row, below: &[Row], columns: &Range<usize>) -> usize {
    let is_value = |column: usize| {
        let texts = below.iter().map(|row| row.text(column)).filter(|text| !text.is_empty());
        let (values, all) = texts.fold((0, 0), |(values, all), text| (values + usize::from(kind(text) != Kind::Text), all + 1));
        all > 0 && values * 5 >= all * 4
    };
    row.filled(columns).filter(|(column, slot)| is_word(kind(&slot.text)) && is_value(*column)).count()
}

/// Whether the values of a column are each of another kind: then the other column names them, and nothing names both.
fn mixed(below: &[Row], column: usize) -> bool {
    let texts: Vec<&str> = below.iter().map(|row| row.text(column)).filter(|text| !text.is_empty()).collect();
    let kinds: HashSet<String> = texts.iter().map(|text| format!("{:?} {}", kind(text), unit(text).to_lowercase())).collect();
    let is_plain = |text: &&str| matches!(kind(text), Kind::Number | Kind::Flag | Kind::Word);
    // Of two rows, a number and a yes may well stand under one name.
    (texts.len() > 2 || texts.len() == 2 && !texts.iter().any(is_plain))
        && kinds.len() == texts.len()
        && texts.iter().all(|text| kind(text) != Kind::Text)
}

/// Whether its cells are written alike: `Currency | euros` is a name and a value.
fn even(row: &Row, columns: &Range<usize>) -> bool {
    let mut firsts = row.filled(columns).filter_map(|(_, slot)| slot.text.chars().next());
    let labels = row.filled(columns).filter(|(_, slot)| slot.text.ends_with(':')).count();
    match firsts.next() {
        Some(first) if first.is_uppercase() && columns.len() == 2 => labels != 1 && firsts.all(|c| !c.is_lowercase()),
        _ => labels != 1,
    }
}

fn same_columns(last: &Head, row: &Row, columns: &Range<usize>) -> bool {
    let named = |column: usize| last.names.get(column).is_some_and(|name| !name.is_empty());
    columns.clone().all(|column| named(column) != row.text(column).is_empty())
}

/// The end of the names that begin at a row: what stands under a name that spans several columns may name these.
fn extend(rows: &[Row], columns: &Range<usize>, at: usize) -> usize {
    let mut end = at + 1;
    while end + 1 < rows.len() && end - at < MAX_NAME_ROWS {
        let (above, row) = (&rows[end - 1], &rows[end]);
        let hangs = columns.clone().any(|column| row.cover(column) == Cover::Above);
        let spans = columns.clone().any(|column| above.cover(column) == Cover::Left);
        let parts = columns.clone().all(|column| {
            let alone = above.cover(column) != Cover::Left && above.cover(column + 1) != Cover::Left;
            let filled = !row.text(column).is_empty() && row.cover(column) == Cover::Own;
            !(alone && filled && !above.text(column).is_empty())
        });
        if !((hangs || spans) && parts && names(row, below(rows, end), columns)) {
            break;
        }
        end += 1;
    }
    end
}

/// Where in a block the next table begins: a row that names columns though values stand above and below it.
pub fn second_table(rows: &[Row], columns: &Range<usize>) -> Option<usize> {
    (3..rows.len().saturating_sub(1)).find_map(|at| {
        let (row, above) = (&rows[at], &rows[at - 1]);
        let said = row.cells(columns) >= 2
            && (row.names || row.filled(columns).all(|(_, slot)| slot.is_name))
            && !above.filled(columns).all(|(_, slot)| slot.is_name)
            && names(row, below(rows, at), columns);
        let values = |rows: &[Row], column: usize| {
            let texts: Vec<&str> = rows.iter().map(|row| row.text(column)).filter(|text| !text.is_empty()).collect();
            texts.len() > 1 && texts.iter().all(|text| kind(text) != Kind::Text)
        };
        // What stands alone above it is its title.
        let titled = above.cells(columns) == 1 && above.filled(columns).count() == 1 && rows[at - 2].cells(columns) > 1;
        let turns = || {
            let from = at.saturating_sub(MAX_BELOW).max(1);
            let before = &rows[from..at - usize::from(titled)];
            columns.clone().filter(|column| kind(row.text(*column)) == Kind::Text && values(before, *column)).count()
        };
        let clear = || {
            row.cells(columns) >= 2
                && names(row, below(rows, at), columns)
                && covers(row, below(rows, at), columns)
                && contrast(row, below(rows, at), columns) > usize::from(!titled)
                && turns() > usize::from(!titled)
        };
        (said || clear()).then_some(at - usize::from(titled))
    })
}
