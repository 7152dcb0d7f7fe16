#![allow(clippy::unwrap_used, clippy::expect_used)]

use model::PlaceKind;
use proptest::prelude::*;

use super::*;

fn part(kind: PlaceKind, number: u32, blocks: Vec<Block>) -> Part {
    Part { kind, number, label: String::new(), blocks }
}

fn sentences(number: usize) -> String {
    (0..number).map(|number| format!("This is sentence number {number} of the text. ")).collect::<String>().trim().to_owned()
}

#[test]
fn a_passage_never_crosses_a_page_or_a_heading() {
    let parts = [
        part(
            PlaceKind::Page,
            1,
            vec![Block::Heading(1, "A".into()), Block::Text("one".into()), Block::Heading(2, "B".into()), Block::Text("two".into())],
        ),
        part(
            PlaceKind::Page,
            2,
            vec![Block::Text("three".into()), Block::Heading(1, "C".into()), Block::Heading(1, "D".into()), Block::Text("four".into())],
        ),
    ];
    let passages = split(&parts);
    let seen: Vec<_> = passages.iter().map(|p| (p.number, p.place.number, p.place.headings.join("/"), p.text.as_str())).collect();
    assert_eq!(
        seen,
        [
            (1, 1, "A".into(), "one"),
            (2, 1, "A/B".into(), "two"),
            (3, 2, "A/B".into(), "three"),
            (4, 2, String::new(), "C"),
            (5, 2, "D".into(), "four")
        ]
    );
}

#[test]
fn a_long_paragraph_is_split_at_sentences() {
    let passages = split(&[part(PlaceKind::Whole, 1, vec![Block::Text(sentences(200))])]);
    assert!(passages.len() >= 5);
    assert!(passages.iter().all(|passage| passage.text.starts_with("This is") && passage.text.ends_with("text.")), "{passages:?}");
    assert_eq!(passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join(" "), sentences(200));
}

#[test]
fn rows_stay_whole() {
    let rows = (0..200).map(|row| Line::plain(format!("Name: row {row}; Code: {}", "x".repeat(30)))).collect();
    let passages = split(&[part(PlaceKind::Sheet, 1, vec![Block::Text("Before.".into()), Block::Table(rows)])]);
    assert!(passages.len() > 5);
    assert!(passages[0].text.starts_with("Before.\n\nName: row 0; "), "{}", passages[0].text);
    let lines = passages.iter().flat_map(|passage| passage.text.lines()).skip(2);
    assert!(lines.clone().all(|line| line.starts_with("Name: row ") && line.ends_with("xxx")), "{passages:?}");
    assert_eq!(lines.count(), 200);
}

#[test]
fn each_piece_of_a_long_row_says_what_it_is_about() {
    let mut line = Line::default();
    line.pair("Plan", "Meadow", true);
    line.pair("Notice", "30 days", false);
    line.pair("Terms", &sentences(80), false);
    line.pair("Remarks", &sentences(30), false);
    let passages = split(&[part(PlaceKind::Sheet, 1, vec![Block::Table(vec![line])])]);
    assert!(passages.len() > 2);
    for passage in &passages {
        assert!(passage.text.starts_with("Plan: Meadow; ") && passage.text.chars().count() <= MAX_CHARS, "{passage:?}");
        assert!(passage.text.contains("Terms: This is") || passage.text.contains("Remarks: This is"), "{passage:?}");
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_no_passage_is_too_long(
        paragraphs in proptest::collection::vec("[a-zA-Z .,\n]{0,400}|[a-z]{1,3000}|(日本語。){1,800}", 0..12),
        rows in proptest::collection::vec("[a-z |]{0,300}|[a-z]{1,4000}", 0..20),
    ) {
        let mut blocks: Vec<Block> = paragraphs.iter().cloned().enumerate().map(|(index, text)| if index % 2 == 0 { Block::Text(text) } else { Block::Printed(text) }).collect();
        blocks.push(Block::Table(rows.iter().map(|row| Line::plain(row.as_str())).collect()));
        let passages = split(&[part(PlaceKind::Whole, 1, blocks)]);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let before: String = paragraphs.iter().chain(&rows).map(|text| letters(text)).collect();
        let after: String = passages.iter().map(|passage| letters(&passage.text)).collect();
        prop_assert_eq!(before, after);
        for (index, passage) in passages.iter().enumerate() {
            prop_assert_eq!(passage.number, index as i64 + 1);
            prop_assert!(!passage.text.is_empty() && passage.text.chars().count() <= MAX_CHARS);
        }
    }
}
