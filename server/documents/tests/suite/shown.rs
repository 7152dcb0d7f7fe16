//! What a reader sees is what is read: shown values, generated numbers and signs; not what is hidden, white or struck through.

use ports::{ReadDocument, ReadError};

use crate::made::{docx_with, fixture, odf, pptx, read, text, xlsx_with};

async fn of(name: &str) -> (String, Vec<String>) {
    let document = read(&fixture(name), name).await.unwrap();
    (text(&document), document.notes)
}

fn says(document: &ReadDocument, words: &str) -> bool {
    document.notes.iter().any(|note| note.contains(words))
}

fn p(properties: &str, runs: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>")
}

fn r(properties: &str, text: &str) -> String {
    format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

#[tokio::test]
async fn numbers_of_sheets_are_as_shown() {
    let (all, _) = of("formats.xlsx").await;
    assert!(all.contains("Seats: 50 to 199; Discount: 15.0%; List price: 1,020.00 EUR; Deal id: 00004"), "{all}");
    assert!(all.contains("Seats: 200 and more; Discount: 27.5%; List price: 870.00 EUR; Deal id: 00058"), "{all}");
    let formats =
        ["0.0%", "$#,##0", "[$€-407] #,##0.00", "#,##0,\"K\"", "(000) 000-0000", "#,##0;(#,##0)", "# ?/?", "d mmmm yyyy", "[h]:mm", ";;;"];
    let values = ["1234.5", "1234.5", "1234567", "2025550123", "-1200", "1.5", "46356", "1.5", "7"];
    let names: String = (0..values.len()).map(|at| format!("<c t=\"inlineStr\"><is><t>Name {at}</t></is></c>")).collect();
    let cells: String = values.iter().enumerate().map(|(at, value)| format!("<c s=\"{}\"><v>{value}</v></c>", at + 5)).collect();
    let all = text(&read(&xlsx_with(&format!("<row>{names}</row><row>{cells}</row>"), "", &formats), "a.xlsx").await.unwrap());
    for expected in [
        "Name 0: $1,235",
        "Name 1: € 1,234.50",
        "Name 2: 1,235K",
        "Name 3: (202) 555-0123",
        "Name 4: (1,200)",
        "Name 5: 1 1/2",
        "Name 6: 30 November 2026",
        "Name 7: 36:00",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert!(!all.contains("Name 8: 7"), "{all}");
}

#[tokio::test]
async fn formulas_without_values_are_computed_or_said() {
    let text_cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\" s=\"1\"><v>0.25</v></c></row><row r=\"3\">{}<c r=\"B3\" s=\"1\"><f>SUM(B2:B2)*2</f></c></row><row r=\"4\">{}<c r=\"B4\"><f>VLOOKUP(A1,A1:B2,2)</f></c></row>",
        text_cell("Item"),
        text_cell("Share"),
        text_cell("One"),
        text_cell("sum"),
        text_cell("other"),
    );
    let document = read(&xlsx_with(&sheet, "", &["0%"]), "a.xlsx").await.unwrap();
    let all = text(&document);
    assert!(all.contains("Item: sum; Share: 50%") && all.contains("Item: other; Share: (formula without a value)"), "{all}");
    assert!(says(&document, "formulas have no stored value"), "{:?}", document.notes);
    // Kept as what they are: the comment and its place.
    assert!(all.contains("Comment on B2 (25%) by Kim: Only until May"), "{all}");
}

#[tokio::test]
async fn what_sheets_hide_is_left_out() {
    let (all, notes) = of("hidden-row.xlsx").await;
    assert!(all.contains("Plan: Meadow; Monthly price: 240 euros") && !all.contains("199"), "{all}");
    assert!(notes.iter().any(|note| note.contains("Hidden rows and columns")), "{notes:?}");
    let cell = |style: u32, text: &str| format!("<c s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols><sheetData><row>{}{}{}</row><row>{}{}{}</row><row>{}{}{}</row></sheetData>",
        cell(0, "Plan"),
        cell(0, "Margin"),
        cell(0, "Price"),
        cell(0, "Meadow"),
        cell(0, "secret"),
        cell(0, "240 euros"),
        cell(0, "Orchard"),
        cell(3, "gone"),
        cell(4, "unseen"),
    );
    let document = read(&xlsx_with(&sheet, "", &["0"]), "a.xlsx").await.unwrap();
    let all = text(&document);
    assert!(all.contains("Plan: Meadow; Price: 240 euros"), "{all}");
    for hidden in ["Margin", "secret", "gone", "unseen", "old draft"] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
    assert!(says(&document, "Sheet \"Old\" is hidden") && says(&document, "White text"), "{:?}", document.notes);
}

#[tokio::test]
async fn clauses_have_their_numbers() {
    let (all, _) = of("clauses.docx").await;
    assert_eq!(
        all,
        "1. Scope\n1.1 The order names the plan.\n2. Fees\n2.1 Fees are due within 20 days.\n2.2 Late fees are two percent a month.\n3. Ending\n3.1 Either side may end it with 60 days notice."
    );
    let numbering = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="§ %1"/><w:pStyle w:val="H1"/></w:lvl>
        <w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="4"/></w:num></w:numbering>"#;
    let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style></w:styles>"#;
    let item = r#"<w:numPr><w:ilvl w:val="1"/><w:numId w:val="7"/></w:numPr>"#;
    let body = [
        p("<w:pStyle w:val=\"H1\"/>", &r("", "Scope")),
        p("<w:pStyle w:val=\"H1\"/>", &r("", "Fees")),
        p(item, &r("", "monthly")),
        p(item, &r("", "yearly")),
    ]
    .concat();
    let relations =
        r#"<Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="n" Type="x/numbering" Target="numbering.xml"/>"#;
    let document =
        read(&docx_with(&body, &[("word/styles.xml", styles), ("word/numbering.xml", numbering)], relations), "a.docx").await.unwrap();
    let last = document.passages.last().unwrap();
    assert_eq!((last.place.headings.join(" "), last.text.as_str()), ("§ 2 Fees".into(), "(a) monthly\n(b) yearly"));
    let lists = r#"<office:automatic-styles><text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/></text:list-style></office:automatic-styles>
        <text:list text:style-name="L1"><text:list-item><text:p>Scope</text:p></text:list-item><text:list-item><text:p>Fees</text:p><text:list><text:list-item><text:p>Due in 20 days.</text:p></text:list-item><text:list-item><text:p>Late fees are two percent.</text:p></text:list-item></text:list></text:list-item></text:list>"#;
    assert_eq!(
        text(&read(&odf("text", lists), "a.odt").await.unwrap()),
        "1. Scope\n2. Fees\n2.1 Due in 20 days.\n2.2 Late fees are two percent."
    );
    let slide = "<p:sp><p:txBody><a:p><a:pPr><a:buAutoNum type=\"alphaLcParenR\"/></a:pPr><a:r><a:t>One</a:t></a:r></a:p><a:p><a:pPr><a:buAutoNum type=\"alphaLcParenR\"/></a:pPr><a:r><a:t>Two</a:t></a:r></a:p></p:txBody></p:sp>";
    assert_eq!(text(&read(&pptx(slide, ""), "a.pptx").await.unwrap()), "a) One\nb) Two");
    let html = "<ol type=a start=3><li>Three<li value=7>Seven</ol><ol reversed start=2><li>Two<li>One</ol>";
    assert_eq!(text(&read(html.as_bytes(), "a.html").await.unwrap()), "c. Three\ng. Seven\n2. Two\n1. One");
}

#[tokio::test]
async fn signs_say_what_they_show() {
    let (all, _) = of("check-marks.docx").await;
    assert!(
        all.contains("Feature: Single sign-on; Meadow: ✗; Orchard: ✓") && all.contains("Feature: Phone support; Meadow: ✓; Orchard: ✓"),
        "{all}"
    );
    let cell = |inside: &str| format!("<w:tc><w:p>{inside}</w:p></w:tc>");
    let signs = [
        r("<w:rFonts w:ascii=\"Wingdings\" w:hAnsi=\"Wingdings\"/>", "ü"),
        r("<w:rFonts w:ascii=\"Wingdings 2\"/>", "O"),
        "<w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val=\"1\"/></w:checkBox></w:ffData></w:fldChar></w:r>".to_owned(),
        "<w:r><w:drawing><wp:docPr descr=\"yes\"/></w:drawing></w:r>".to_owned(),
    ];
    let row = |cells: String| format!("<w:tr>{cells}</w:tr>");
    let names = row(["Feature", "A", "B", "C", "D"].map(|name| cell(&r("", name))).concat());
    let body = format!("<w:tbl>{names}{}</w:tbl>", row(cell(&r("", "SSO")) + &signs.iter().map(|sign| cell(sign)).collect::<String>()));
    assert_eq!(text(&read(&docx_with(&body, &[], ""), "a.docx").await.unwrap()), "Feature: SSO; A: ✓; B: ✗; C: ☑; D: yes");
    let html = "<table><tr><th>Feature<th>A<th>B<th>C<th>D<th>E<th>F<th>G</tr><tr><td>SSO<td><input type=checkbox checked><td><input type=checkbox>\
        <td><span role=img aria-label=\"Not included\"></span><td><i class=\"fa fa-check\"></i><td><img src=x alt=no><td><span aria-hidden=true>✓</span><td><font face=Wingdings>&#252;</font></table>";
    assert_eq!(text(&read(html.as_bytes(), "a.html").await.unwrap()), "Feature: SSO; A: ☑; B: ☐; C: Not included; D: ✓; E: no; F: ✓; G: ✓");
    let slide = "<p:sp><p:txBody><a:p><a:r><a:rPr><a:latin typeface=\"Wingdings\"/></a:rPr><a:t>ü</a:t></a:r><a:r><a:t> Single sign-on</a:t></a:r></a:p></p:txBody></p:sp>";
    assert_eq!(text(&read(&pptx(slide, ""), "a.pptx").await.unwrap()), "✓ Single sign-on");
}

#[tokio::test]
async fn raised_signs_are_no_digits() {
    let html = "<p>Each seat costs 12<sup>1</sup> euros, storage ends at 5<sup>2</sup> GB, 40 m<sup>2</sup>, H<sub>2</sub>O, the 1<sup>st</sup> of 10<span style='vertical-align: super'>3</span> seats.</p>";
    assert_eq!(
        text(&read(html.as_bytes(), "a.html").await.unwrap()),
        "Each seat costs 12 ¹ euros, storage ends at 5 ² GB, 40 m², H₂O, the 1st of 10 ³ seats."
    );
    let body = p(
        "",
        &[
            r("", "A seat costs 12"),
            r("<w:vertAlign w:val=\"superscript\"/>", "1"),
            r("", " euros and 400"),
            r("<w:position w:val=\"8\"/>", "2"),
            r("", " once."),
        ]
        .concat(),
    );
    assert_eq!(text(&read(&docx_with(&body, &[], ""), "a.docx").await.unwrap()), "A seat costs 12 ¹ euros and 400 ² once.");
    let slide = "<p:sp><p:txBody><a:p><a:r><a:t>12</a:t></a:r><a:r><a:rPr baseline=\"30000\"/><a:t>1</a:t></a:r><a:r><a:t> euros</a:t></a:r></a:p></p:txBody></p:sp>";
    assert_eq!(text(&read(&pptx(slide, ""), "a.pptx").await.unwrap()), "12 ¹ euros");
    let odt = r#"<office:automatic-styles><style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style></office:automatic-styles><text:p>12<text:span text:style-name="T1">1</text:span> euros</text:p>"#;
    assert_eq!(text(&read(&odf("text", odt), "a.odt").await.unwrap()), "12 ¹ euros");
    assert_eq!(text(&read(br"{\rtf1 12{\super 1} euros}", "a.rtf").await.unwrap()), "12 ¹ euros");
}

#[tokio::test]
async fn what_is_struck_through_is_left_out() {
    let (all, notes) = of("struck.html").await;
    assert_eq!(all, "The Meadow plan costs 240 euros a month, set-up 0 euros.");
    assert!(notes.iter().any(|note| note.contains("struck through")), "{notes:?}");
    let docx = docx_with(
        &p(
            "",
            &[
                r("", "It costs "),
                r("<w:strike/>", "300"),
                r("<w:dstrike w:val=\"true\"/>", "400 "),
                r("<w:strike w:val=\"0\"/>", "240 euros."),
            ]
            .concat(),
        ),
        &[],
        "",
    );
    let slide = pptx(
        "<p:sp><p:txBody><a:p><a:r><a:t>It costs </a:t></a:r><a:r><a:rPr strike=\"sngStrike\"/><a:t>300 </a:t></a:r><a:r><a:rPr strike=\"noStrike\"/><a:t>240 euros.</a:t></a:r></a:p></p:txBody></p:sp>",
        "",
    );
    let odt = odf(
        "text",
        r#"<office:automatic-styles><style:style style:name="T1"><style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles><text:p>It costs <text:span text:style-name="T1">300 </text:span>240 euros.</text:p>"#,
    );
    let files: [(&str, &[u8]); 5] = [
        ("a.docx", &docx),
        ("a.pptx", &slide),
        ("a.odt", &odt),
        ("a.md", b"It costs ~~300\neuros~~ 240 euros."),
        ("a.rtf", br"{\rtf1 It costs {\strike 300 }240 euros.}"),
    ];
    for (name, bytes) in files {
        let document = read(bytes, name).await.unwrap();
        assert_eq!(text(&document), "It costs 240 euros.", "{name}");
        assert!(says(&document, "struck through"), "{name}: {:?}", document.notes);
    }
}

#[tokio::test]
async fn white_and_hidden_text_is_left_out() {
    let html = "<p>It costs 240 euros.</p><p style='color: #FFF'>It is free of charge.</p><p style='font-size:0'>Or gratis.</p>";
    let document = read(html.as_bytes(), "a.html").await.unwrap();
    assert_eq!(text(&document), "It costs 240 euros.");
    assert!(says(&document, "White text"), "{:?}", document.notes);
    let dark = "<div style='background:#000'><p style='color: white'>It costs 240 euros.</p></div>";
    assert_eq!(text(&read(dark.as_bytes(), "a.html").await.unwrap()), "It costs 240 euros.");
    let body = p("", &[r("", "It costs 240 euros."), r("<w:color w:val=\"FFFFFF\"/>", " It is free.")].concat());
    let document = read(&docx_with(&body, &[], ""), "a.docx").await.unwrap();
    assert_eq!(text(&document), "It costs 240 euros.");
    assert!(says(&document, "White text"), "{:?}", document.notes);
    // A head of a table on a dark ground is seen.
    let cell = |shade: &str, text: &str| {
        format!(
            "<w:tc><w:tcPr><w:shd w:val=\"clear\" w:fill=\"{shade}\"/></w:tcPr>{}</w:tc>",
            p("", &r("<w:color w:val=\"FFFFFF\"/>", text))
        )
    };
    let dark = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("1F3864", "Plan"), cell("1F3864", "Price"));
    assert_eq!(text(&read(&docx_with(&dark, &[], ""), "a.docx").await.unwrap()), "Plan: Price");
    let slides = pptx("<p:sp><p:txBody><a:p><a:r><a:t>An old draft of words</a:t></a:r></a:p></p:txBody></p:sp>", "show=\"0\"");
    assert!(matches!(read(&slides, "a.pptx").await, Err(ReadError::NoText(_))));
}

#[tokio::test]
async fn a_mail_is_read_as_it_is_seen() {
    let (all, _) = of("stub.eml").await;
    assert!(
        all.contains("The Meadow plan costs 240 euros a month; notice is thirty days.") && !all.contains("does not show HTML"),
        "{all}"
    );
    let mail = |plain: &str, html: &str| {
        format!("From: a@example.com\r\nTo: b@example.com\r\nSubject: Offer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n").into_bytes()
    };
    let table = mail("Plan Price\r\nMeadow 240", "<table><tr><th>Plan<th>Price<tr><td>Meadow<td>240</table>");
    assert!(text(&read(&table, "a.eml").await.unwrap()).contains("Plan: Meadow; Price: 240"));
    let picture = mail("The Meadow plan costs 240 euros a month, notice is thirty days.", "<p><img src=x></p><p>View</p>");
    assert!(text(&read(&picture, "a.eml").await.unwrap()).contains("costs 240 euros"));
}

#[tokio::test]
async fn an_encryption_that_is_not_read_is_told_at_once() {
    let container = |info: &[u8], more: &[&str]| {
        let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in [("/EncryptionInfo", info), ("/EncryptedPackage", &[1; 64])] {
            std::io::Write::write_all(&mut file.create_stream(name).unwrap(), bytes).unwrap();
        }
        for name in more {
            file.create_storage_all(name).unwrap();
        }
        file.into_inner().into_inner()
    };
    let agile = |hash: &str| {
        [&[4, 0, 4, 0, 0x40, 0, 0, 0][..], format!("<encryption xmlns:p=\"p\"><keyData hashAlgorithm=\"{hash}\" cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\"/><keyEncryptors><keyEncryptor><p:encryptedKey spinCount=\"100000\" keyBits=\"256\" hashAlgorithm=\"{hash}\"/></keyEncryptor></keyEncryptors></encryption>").as_bytes()].concat()
    };
    let standard = |algorithm: u8| {
        [&[3, 0, 2, 0, 0x24, 0, 0, 0, 0x8c, 0, 0, 0, 0x24, 0, 0, 0, 0, 0, 0, 0, algorithm, 0x66, 0, 0][..], &[0; 120]].concat()
    };
    for (what, bytes) in [
        ("SHA-1", container(&agile("SHA1"), &[])),
        ("AES-256", container(&standard(0x10), &[])),
        ("extensible", container(&[4, 0, 3, 0, 0, 0, 0, 0], &[])),
        ("rights", container(&agile("SHA512"), &["/\u{6}DataSpaces/TransformInfo/DRMEncryptedTransform"])),
    ] {
        let error = read(&bytes, "a.docx").await.unwrap_err();
        assert!(matches!(&error, ReadError::Unsupported(sentence) if sentence.contains("give that")), "{what}: {error:?}");
    }
    for bytes in [container(&agile("SHA512"), &[]), container(&standard(0x0e), &[])] {
        assert_eq!(read(&bytes, "a.docx").await.unwrap_err(), ReadError::PasswordNeeded);
    }
}
