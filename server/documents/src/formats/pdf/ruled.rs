//! Tables with drawn lines: a cell is what four of them enclose.

use super::flow;
use super::glyphs::{Glyph, Rule};
use crate::normalize::{self, Hyphens};
use crate::tables::{Grid, Row};

/// Lines that are nearer to one another are one, in points.
const NEAR: f32 = 2.5;
/// No table that anybody reads has more lines in one direction.
const MAX_LINES: usize = 400;

/// A table on a page.
pub struct RuledTable {
    /// Where its columns part.
    xs: Vec<f32>,
    /// Where its rows part, from the top.
    ys: Vec<f32>,
    level: Vec<Rule>,
    upright: Vec<Rule>,
}

/// The tables that the lines of a page draw.
pub fn tables(rules: &[Rule]) -> Vec<RuledTable> {
    if rules.len() > 5_000 {
        return Vec::new();
    }
    let mut groups: Vec<Vec<Rule>> = Vec::new();
    for rule in rules {
        let touching: Vec<usize> = (0..groups.len()).filter(|at| groups[*at].iter().any(|other| touch(rule, other))).collect();
        let mut joined = vec![*rule];
        for at in touching.into_iter().rev() {
            joined.extend(groups.swap_remove(at));
        }
        groups.push(joined);
    }
    let mut tables: Vec<RuledTable> = groups.into_iter().filter_map(|rules| RuledTable::of(&rules)).collect();
    tables.sort_by(|a, b| b.top().total_cmp(&a.top()));
    tables
}

fn touch(a: &Rule, b: &Rule) -> bool {
    if a.level == b.level {
        return (a.at - b.at).abs() < NEAR && a.from <= b.to + NEAR && b.from <= a.to + NEAR;
    }
    (b.from - NEAR..=b.to + NEAR).contains(&a.at) && (a.from - NEAR..=a.to + NEAR).contains(&b.at)
}

fn places(rules: &[Rule]) -> Vec<f32> {
    let mut places: Vec<f32> = rules.iter().map(|rule| rule.at).collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|next, last| *next - *last < NEAR);
    places
}

impl RuledTable {
    /// A table, if lines make one: at least two columns and two rows.
    fn of(rules: &[Rule]) -> Option<Self> {
        let (level, upright): (Vec<Rule>, Vec<Rule>) = rules.iter().partition(|rule| rule.level);
        let (xs, mut ys) = (places(&upright), places(&level));
        ys.reverse();
        let right = (3..MAX_LINES).contains(&xs.len()) && (3..MAX_LINES).contains(&ys.len());
        right.then_some(Self { xs, ys, level, upright })
    }

    /// Its upper end.
    pub fn top(&self) -> f32 {
        self.ys.first().copied().unwrap_or_default()
    }

    /// Whether a line is one of its own.
    pub fn draws(&self, rule: &Rule) -> bool {
        let (at, own) = if rule.level { (&self.ys, &self.level) } else { (&self.xs, &self.upright) };
        at.iter().any(|at| (at - rule.at).abs() < NEAR) && own.iter().any(|other| touch(rule, other))
    }

    /// Whether a place is in it.
    pub fn holds(&self, (x, y): (f32, f32)) -> bool {
        let within = |from: Option<&f32>, to: Option<&f32>, at: f32| from.zip(to).is_some_and(|(from, to)| (*from..=*to).contains(&at));
        within(self.xs.first(), self.xs.last(), x) && within(self.ys.last(), self.ys.first(), y)
    }

    /// Whether a line parts two neighbouring cells: it is drawn along (nearly) the whole of their side.
    fn parts(rules: &[Rule], at: f32, from: f32, to: f32) -> bool {
        let along = rules.iter().filter(|rule| (rule.at - at).abs() < NEAR);
        let drawn: f32 = along.map(|rule| (rule.to.min(to) - rule.from.max(from)).max(0.0)).sum();
        drawn >= (to - from) * 0.7
    }

    /// Its rows, with the text of these glyphs in its cells.
    pub fn rows(&self, glyphs: &[Glyph], hyphens: &Hyphens) -> Vec<Row> {
        let (columns, rows) = (self.xs.len() - 1, self.ys.len() - 1);
        let place = |glyph: &Glyph| {
            let (x, y) = glyph.middle();
            let column = self.xs.windows(2).position(|pair| (pair[0]..pair[1]).contains(&x));
            let row = self.ys.windows(2).position(|pair| (pair[1]..pair[0]).contains(&y));
            column.zip(row)
        };
        let mut cells: Vec<Vec<Vec<Glyph>>> = vec![vec![Vec::new(); columns]; rows];
        for glyph in glyphs {
            if let Some((column, row)) = place(glyph) {
                cells[row][column].push(glyph.clone());
            }
        }
        let mut taken = vec![vec![false; columns]; rows];
        let mut grid = Grid::default();
        let mut written = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                if taken[row][column] {
                    continue;
                }
                let (right, below) = self.span(row, column, &taken);
                let mut glyphs = Vec::new();
                for (taken, cells) in taken.iter_mut().zip(&mut cells).skip(row).take(below) {
                    for at in column..column + right {
                        taken[at] = true;
                        glyphs.append(&mut cells[at]);
                    }
                }
                let lines = flow::lines(&glyphs);
                let text = normalize::join_lines(&normalize::characters(&flow::text(&lines)), hyphens).join(" ");
                grid.cell(&text.replace('\n', " "), right as u32, below as u32, false);
            }
            written.push(grid.end_row());
        }
        written
    }

    /// How many columns and rows the cell spans that begins at a place.
    fn span(&self, row: usize, column: usize, taken: &[Vec<bool>]) -> (usize, usize) {
        let (mut right, mut below) = (1, 1);
        while column + right < self.xs.len() - 1
            && !taken[row][column + right]
            && !Self::parts(&self.upright, self.xs[column + right], self.ys[row + 1], self.ys[row])
        {
            right += 1;
        }
        while row + below < self.ys.len() - 1
            && !Self::parts(&self.level, self.ys[row + below], self.xs[column], self.xs[column + right])
            && (column..column + right).all(|at| !taken[row + below][at])
        {
            below += 1;
        }
        (right, below)
    }
}
