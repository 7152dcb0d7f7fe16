//! PDFs as they are seen: turned pages, drawn and aligned tables, raised signs, real hyphens, notes, text that isn't seen.

use crate::made::{fixture, pdf_page, read, text};

async fn of(name: &str) -> (String, Vec<String>) {
    let document = read(&fixture(name), name).await.unwrap();
    (text(&document), document.notes)
}

/// Lines of text, each with its place and size.
fn drawn(lines: &[(f32, f32, f32, &str)]) -> String {
    lines.iter().map(|(x, y, size, text)| format!("BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")).collect()
}

async fn page(content: &str) -> String {
    text(&read(&pdf_page(content, "", &[]), "a.pdf").await.unwrap())
}

#[tokio::test]
async fn turned_pages_are_read_line_by_line() {
    for name in ["turned-90.pdf", "turned-270.pdf"] {
        let (all, _) = of(name).await;
        let mut rest = all.as_str();
        for line in [
            "Price list for the Meadow plan",
            "A seat costs twelve euros a month.",
            "Set-up is free of charge.",
            "A yearly plan costs ten months.",
            "Notice is thirty days.",
        ] {
            let at = rest.find(line).unwrap_or_else(|| panic!("{name}: {line}: {all}"));
            rest = &rest[at + line.len()..];
        }
    }
    let lines = drawn(&[(60.0, 500.0, 11.0, "The first line of it."), (60.0, 486.0, 11.0, "The second line of it.")]);
    let upside_down = pdf_page(&format!("q -1 0 0 -1 595 842 cm {lines} Q"), "/Rotate 180", &[]);
    assert_eq!(text(&read(&upside_down, "a.pdf").await.unwrap()), "The first line of it. The second line of it.");
}

#[tokio::test]
async fn cells_of_drawn_tables_stay_whole() {
    let (all, _) = of("wrapped-cells.pdf").await;
    assert!(
        all.contains("Plan: Meadow; What is in it: Twenty seats, mail support on working days, and one workspace with five gigabytes; Price: 240; Notice: 30 days before the end of the year"),
        "{all}"
    );
    // Spans: a cell over two rows, one over two columns.
    let rules = "1 w 50 700 m 450 700 l S 50 670 m 450 670 l S 150 640 m 450 640 l S 50 610 m 450 610 l S 50 580 m 450 580 l S\n\
                 50 580 m 50 700 l S 150 580 m 150 700 l S 300 610 m 300 700 l S 450 580 m 450 700 l S\n";
    let texts = drawn(&[
        (60.0, 680.0, 10.0, "Region"),
        (160.0, 680.0, 10.0, "Channel"),
        (310.0, 680.0, 10.0, "Answer within"),
        (60.0, 650.0, 10.0, "North"),
        (160.0, 650.0, 10.0, "Phone"),
        (310.0, 650.0, 10.0, "20 minutes"),
        (160.0, 620.0, 10.0, "Mail"),
        (310.0, 620.0, 10.0, "9 hours"),
        (60.0, 590.0, 10.0, "South"),
        (160.0, 590.0, 10.0, "Not offered"),
        (60.0, 760.0, 10.0, "Support in all regions, as of this year."),
    ]);
    assert_eq!(
        page(&format!("{rules}{texts}")).await,
        "Support in all regions, as of this year.\n\nRegion: North; Channel: Phone; Answer within: 20 minutes\nRegion: North; Channel: Mail; Answer within: 9 hours\nRegion: South; Channel: Not offered; Answer within: Not offered"
    );
}

#[tokio::test]
async fn aligned_cells_are_a_table() {
    let texts = drawn(&[
        (60.0, 740.0, 11.0, "These are the plans, with their prices and their notice."),
        (60.0, 700.0, 10.0, "Plan"),
        (200.0, 700.0, 10.0, "Monthly price"),
        (340.0, 700.0, 10.0, "Notice"),
        (60.0, 684.0, 10.0, "Meadow"),
        (200.0, 684.0, 10.0, "240 euros"),
        (340.0, 684.0, 10.0, "30 days"),
        (60.0, 668.0, 10.0, "Orchard"),
        (340.0, 668.0, 10.0, "90 days"),
        (60.0, 652.0, 10.0, "Forest"),
        (200.0, 652.0, 10.0, "980 euros"),
        (340.0, 652.0, 10.0, "90 days"),
    ]);
    let all = page(&texts).await;
    for expected in [
        "These are the plans, with their prices and their notice.",
        "Plan: Meadow; Monthly price: 240 euros; Notice: 30 days",
        "Plan: Orchard; Monthly price: –; Notice: 90 days",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
}

#[tokio::test]
async fn columns_of_prose_are_read_one_after_another() {
    let left = [
        "The first column begins here and goes on",
        "for several lines that all are of the same",
        "length, as prose in columns is, until it",
        "ends with the last of its sentences here",
        "which is the fifth one of them all in it.",
    ];
    let right = [
        "The second column has other words that",
        "must not be mixed with those of the first",
        "one, or nobody would understand them at",
        "all, neither a person nor a program, and",
        "that is why they are read in this order.",
    ];
    let mut lines: Vec<(f32, f32, f32, &str)> = Vec::new();
    for (at, (left, right)) in left.iter().zip(&right).enumerate() {
        let y = 700.0 - 14.0 * at as f32;
        lines.push((60.0, y, 10.0, left));
        lines.push((320.0, y, 10.0, right));
    }
    // Turned, so that the library's own order isn't taken.
    let turned = pdf_page(&format!("q 0 1 -1 0 842 0 cm {} Q", drawn(&lines)), "/Rotate 90", &[]);
    let all = text(&read(&turned, "a.pdf").await.unwrap());
    assert!(all.contains("sentences here which is the fifth one of them all in it."), "{all}");
    assert!(all.find("The second column") > all.find("the fifth one"), "{all}");
}

#[tokio::test]
async fn raised_signs_are_marks() {
    let (all, _) = of("footnote-marks.pdf").await;
    for expected in [
        "Each seat costs 12 ¹ euros a month.",
        "The set-up fee is 400 ² euros and storage ends at 5 ³ GB.",
        "¹ Without tax.",
        "³ For each workspace.",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
}

#[tokio::test]
async fn hyphens_of_words_stay_at_the_end_of_a_line() {
    let (all, _) = of("hyphens.pdf").await;
    assert_eq!(
        all,
        "A discount of five percent applies to every long-term order. The pay-per-use plan has none. Each cancellation needs thirty days."
    );
}

#[tokio::test]
async fn what_is_not_seen_is_left_out() {
    let (all, notes) = of("white-text.pdf").await;
    assert_eq!(all, "The Meadow plan costs 240 euros a month.");
    assert!(notes.iter().any(|note| note.contains("White text")), "{notes:?}");
    // On a dark ground it is seen.
    let dark = format!("0 0 0.4 rg 50 680 400 40 re f 1 1 1 rg {}", drawn(&[(60.0, 700.0, 11.0, "The Meadow plan costs 240 euros.")]));
    assert_eq!(page(&dark).await, "The Meadow plan costs 240 euros.");
    // A line through it says that it doesn't hold.
    let struck = format!(
        "{} 0.7 w 97.5 703.5 m 148 703.5 l S",
        drawn(&[(60.0, 700.0, 11.0, "It costs 300 euros"), (166.0, 700.0, 11.0, "240 euros a month.")])
    );
    let document = read(&pdf_page(&struck, "", &[]), "a.pdf").await.unwrap();
    assert_eq!(text(&document), "It costs 240 euros a month.");
    assert!(document.notes.iter().any(|note| note.contains("struck through")), "{:?}", document.notes);
}

#[tokio::test]
async fn notes_and_text_boxes_are_read() {
    let objects = [
        "<< /Type /Annot /Subtype /Text /Rect [300 700 320 720] /Contents (Only until May) /T (Kim) >>".to_owned(),
        "<< /Type /Annot /Subtype /FreeText /Rect [60 600 300 640] /DA (/F1 10 Tf) /Contents <FEFF0041006C0073006F00200066006F0072002000320030002000E4> >>".to_owned(),
        "<< /Type /Annot /Subtype /StrikeOut /Rect [60 656 300 672] /QuadPoints [60 672 300 672 60 656 300 656] >>".to_owned(),
        "<< /Type /Annot /Subtype /Text /F 2 /Rect [0 0 1 1] /Contents (nobody sees this) >>".to_owned(),
    ];
    let content = drawn(&[(60.0, 700.0, 11.0, "The Meadow plan costs 240 euros."), (60.0, 660.0, 11.0, "It is free for partners.")]);
    let bytes = pdf_page(&content, "/Annots [6 0 R 7 0 R 8 0 R 9 0 R]", &objects);
    let document = read(&bytes, "a.pdf").await.unwrap();
    let all = text(&document);
    assert_eq!(all, "The Meadow plan costs 240 euros.\n\nComment by Kim: Only until May\n\nText box: Also for 20 ä");
}
