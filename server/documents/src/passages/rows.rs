//! Rows of tables that are too long for one passage.

use super::cut;
use crate::content::{Line, Pair};
use crate::normalize;

/// A row as pieces of at most `most` characters. Each begins with what the row is about, and no value stands without its column.
pub fn pieces(line: &Line, target: usize, most: usize) -> Vec<String> {
    let whole = normalize::characters(&line.text).trim().to_owned();
    if whole.chars().count() <= most {
        return vec![whole];
    }
    let text = |from: u32, to: u32| normalize::characters(line.text.get(from as usize..to as usize).unwrap_or_default());
    let names: Vec<String> = line.pairs.iter().filter(|pair| pair.names_row).map(|pair| text(pair.start, pair.end)).collect();
    let names = names.join("; ");
    let names_chars = names.chars().count();
    if line.pairs.is_empty() || names_chars > most / 3 {
        return cut::cut(&whole, target, most).into_iter().map(str::to_owned).collect();
    }
    let mut pieces = Vec::new();
    let mut piece = names.clone();
    let mut add = |cell: String| {
        let is_new = piece.chars().count() <= names_chars;
        if !is_new && piece.chars().count() + cell.chars().count() + 2 > most {
            pieces.push(std::mem::replace(&mut piece, names.clone()));
        }
        if !piece.is_empty() {
            piece.push_str("; ");
        }
        piece.push_str(&cell);
    };
    for pair in line.pairs.iter().filter(|pair| !pair.names_row) {
        let Pair { start, value, end, .. } = *pair;
        let column = text(start, value);
        let room = most.saturating_sub(names_chars + column.chars().count() + 2);
        if room < most / 4 {
            // A column's name as long as a passage: it is said once.
            cut::cut(&text(start, end), most / 2, most - names_chars - 2).into_iter().for_each(|cell| add(cell.to_owned()));
            continue;
        }
        cut::cut(&text(value, end), room * 2 / 3, room).into_iter().for_each(|cell| add(format!("{column}{cell}")));
    }
    pieces.push(piece);
    pieces
}
