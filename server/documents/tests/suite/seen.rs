//! What hides text in each format, and what stands beside it: style sheets, the colour of what text stands on, marks of notes, notes themselves.

use ports::ReadDocument;

use crate::made::{docx_with, odf, pdf_page, pptx, read, text, xlsx_with, zip};

const WHITE: &str = "White text on a white page was left out.";
const SAME: &str = "Text in the colour of what it stands on was left out.";

async fn html(body: &str) -> (String, Vec<String>) {
    let document = read(format!("<!doctype html><html>{body}</html>").as_bytes(), "a.html").await.unwrap();
    (text(&document), document.notes)
}

fn says(document: &ReadDocument, note: &str) -> bool {
    document.notes.iter().any(|said| said == note)
}

#[tokio::test]
async fn style_sheets_of_a_page_hide_and_write() {
    let (all, notes) = html(
        "<head><style>/* p { display: none } */ .gone, #gone2 { display: NONE } div.row > span { visibility: hidden } h4 { opacity: 0 }
        .old { text-decoration: line-through } .tiny { font-size: 0 } .mark { vertical-align: super } td.yes::before { content: '\\2713' }
        .note:after { content: ' net'; } .shown { display: none } .shown { display: block } @media print { .paper { display: none } }
        @media screen { .screen { display: none } } a:hover { display: none } .x:not(.y) { display: none } .gone3 { display: none !important }</style></head>
        <p class=gone>x1<p id=gone2>x2<div class=row><span>x3</span> <b>seen1</b></div><h4>x4</h4><p>seen2 <span class=old>300</span> 240<span class=mark>1)</span> euros
        <p class=tiny>x5<p class=shown>seen3<p class=paper>seen4<p class=screen>x6<p><a href=b>seen5</a> <span class=note>seen6</span>
        <p class=x>seen7<p class='a gone3 b' style='display:block'>x7<p class=gone style='display:block'>seen8<p aria-hidden=true>seen9
        <table><tr><th>Plan<th>SSO<tr><td>Meadow<td class=yes><tr><td>Orchard<td>no</table>",
    )
    .await;
    assert!(!all.contains('x') && !all.contains("300"), "{all}");
    for number in 1..=9 {
        assert!(all.contains(&format!("seen{number}")), "{number}: {all}");
    }
    assert!(all.contains("240 ¹⁾ euros") && all.contains("seen6 net") && all.contains("Plan: Meadow; SSO: ✓"), "{all}");
    assert!(notes.iter().any(|note| note == "Hidden text was left out.") && notes.iter().any(|note| note.contains("struck")), "{notes:?}");
}

#[tokio::test]
async fn text_in_the_colour_of_its_ground_is_no_text_of_a_page() {
    let (all, notes) = html(
        "<style>.dark { background: #036 } .same { color: rgb(0, 51, 102) } .light { color: white }</style>
        <div class=dark><p class=same>x1<p class=light>seen1</div><p class=light>x2<p style='color:#222;background:#222'>x3
        <table bgcolor=336699><tr><td><font color='#336699'>x4</font><td><font color=white>seen2</font><tr><td>seen3<td bgcolor=white class=light>x5</table>
        <p><a href=b class=light>x6</a> <span style='background:navy;color:#fff'>seen4</span><p style='background:url(a.png);color:#fff'>seen5
        <div style='position:absolute;color:#fff'>seen6</div><p style='color:rgba(9,9,9,0)'>x7",
    )
    .await;
    assert!(!all.contains('x'), "{all}");
    for number in 1..=6 {
        assert!(all.contains(&format!("seen{number}")), "{number}: {all}");
    }
    assert!(notes.iter().any(|note| note == WHITE) && notes.iter().any(|note| note == SAME), "{notes:?}");
    // What sheets from elsewhere say is not known.
    let (all, _) =
        html("<link rel=stylesheet href=a.css><p class=hero style='color:#fff'>seen1<p style='color:#fff;background:#fff'>x1").await;
    assert!(all.contains("seen1") && !all.contains('x'), "{all}");
}

#[tokio::test]
async fn text_in_the_colour_of_its_ground_is_no_text_of_office_files() {
    let run = |properties: &str, text: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let cell =
        |shade: &str, run: &str| format!("<w:tc><w:tcPr><w:shd w:val=\"clear\" w:fill=\"{shade}\"/></w:tcPr><w:p>{run}</w:p></w:tc>");
    let blue = "<w:color w:val=\"003366\"/>";
    let table = format!(
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/></w:tblPr><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("auto", &run("", "Plan")),
        cell("auto", &run("", "Margin")),
        cell("003366", &run(&format!("{blue}<w:highlight w:val=\"white\"/>"), "Meadow")),
        cell("003366", &(run(blue, "x1") + &run("<w:color w:val=\"FFFFFF\"/>", "seen")))
    );
    let words = run("<w:color w:val=\"000000\"/><w:highlight w:val=\"black\"/>", "x2") + &run("<w:color w:val=\"000000\"/>", "seen too");
    let document = read(&docx_with(&format!("{table}<w:p>{words}</w:p>"), &[], ""), "a.docx").await.unwrap();
    assert_eq!(text(&document), "Plan: Meadow; Margin: seen\nseen too");
    assert!(says(&document, SAME), "{:?}", document.notes);

    let styles = "<styleSheet><fonts><font/><font><color theme=\"4\"/></font></fonts><fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"solid\"><fgColor theme=\"4\"/></patternFill></fill></fills>\
        <cellXfs><xf fontId=\"0\" fillId=\"0\"/><xf fontId=\"1\" fillId=\"1\"/><xf fontId=\"1\" fillId=\"0\"/></cellXfs></styleSheet>";
    let theme = "<theme><clrScheme><accent1><srgbClr val=\"4472C4\"/></accent1></clrScheme></theme>";
    let inline = |style: u8, text: &str| format!("<c s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<worksheet><sheetData><row>{}{}</row><row>{}{}</row><row>{}{}</row></sheetData></worksheet>",
        inline(0, "Plan"),
        inline(0, "Margin"),
        inline(0, "Meadow"),
        inline(1, "x1"),
        inline(2, "Orchard"),
        inline(2, "55 %")
    );
    let document = read(
        &zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
            ("xl/workbook.xml", br#"<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>"#),
            ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="sheet1.xml"/><Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="t" Type="x/theme" Target="theme.xml"/></Relationships>"#),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/theme.xml", theme.as_bytes()),
            ("xl/sheet1.xml", sheet.as_bytes()),
        ]),
        "a.xlsx",
    )
    .await
    .unwrap();
    assert_eq!(text(&document), "Plan: Meadow; Margin: –\nPlan: Orchard; Margin: 55 %");
    assert!(says(&document, SAME), "{:?}", document.notes);

    let styles = "<office:automatic-styles><style:style style:name=\"T1\" style:family=\"text\"><style:text-properties fo:color=\"#003366\"/></style:style>\
        <style:style style:name=\"C1\" style:family=\"table-cell\"><style:table-cell-properties fo:background-color=\"#003366\"/></style:style></office:automatic-styles>";
    let cell =
        |style: &str, text: &str| format!("<table:table-cell table:style-name=\"{style}\"><text:p>{text}</text:p></table:table-cell>");
    let body = format!(
        "{styles}<office:body><office:text><table:table><table:table-row>{}{}</table:table-row><table:table-row>{}{}</table:table-row></table:table></office:text></office:body>",
        cell("", "Plan"),
        cell("", "Margin"),
        cell("", "<text:span text:style-name=\"T1\">Meadow</text:span>"),
        cell("C1", "<text:span text:style-name=\"T1\">x1</text:span> seen")
    );
    let document = read(&odf("text", &body), "a.odt").await.unwrap();
    assert_eq!(text(&document), "Plan: Meadow; Margin: seen");
    assert!(says(&document, SAME), "{:?}", document.notes);
}

#[tokio::test]
async fn text_in_the_colour_of_its_ground_is_no_text_of_rtf() {
    let rtf = r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;\red0\green51\blue102;}Seen {\cf1 x1}{\cf2 blue }{\cf2\chcbpat2 x2}{\cf1\highlight2 light}, 49{\up8 1)} once\par
        \trowd\cellx100\clcbpat2\cellx200\intbl Plan\cell Margin\cell\row\trowd\cellx100\clcbpat2\cellx200\intbl {\cf2 Meadow}\cell {\cf2 x3}{\cf1 55}\cell\row}";
    let document = read(rtf.as_bytes(), "a.rtf").await.unwrap();
    assert_eq!(text(&document), "Seen blue light, 49 ¹⁾ once\n\nPlan: Meadow; Margin: 55");
    assert!(says(&document, WHITE) && says(&document, SAME), "{:?}", document.notes);
}

#[tokio::test]
async fn text_in_the_colour_of_its_ground_is_no_text_of_slides_and_pages() {
    let fill = |color: &str| format!("<a:solidFill><a:srgbClr val=\"{color}\"/></a:solidFill>");
    let run = |color: &str, text: &str| format!("<a:r><a:rPr>{}</a:rPr><a:t>{text}</a:t></a:r>", fill(color));
    let shape = |properties: &str, runs: &str| format!("<p:sp><p:spPr>{properties}</p:spPr><p:txBody><a:p>{runs}</a:p></p:txBody></p:sp>");
    let cell = |color: &str, text: &str| format!("<a:tc><a:txBody><a:p>{text}</a:p></a:txBody><a:tcPr>{}</a:tcPr></a:tc>", fill(color));
    let shapes = shape(&fill("202020"), &(run("202020", "x1") + &run("FFFFFF", "seen1")))
        + &shape("", &run("FFFFFF", "seen2"))
        + &format!("<a:tbl><a:tr>{}{}</a:tr></a:tbl>", cell("003366", &run("003366", "x2")), cell("003366", &run("FFFFFF", "seen3")));
    let document = read(&pptx(&shapes, ""), "a.pptx").await.unwrap();
    let all = text(&document);
    assert!(!all.contains('x') && ["seen1", "seen2", "seen3"].iter().all(|seen| all.contains(seen)), "{all}");
    assert!(says(&document, SAME), "{:?}", document.notes);
    // A slide with nothing but texts has the colour of its page.
    let document = read(&pptx(&(shape("", &run("FFFFFF", "x1")) + &shape("", &run("000000", "seen1"))), ""), "a.pptx").await.unwrap();
    assert_eq!(text(&document), "seen1");
    assert!(says(&document, WHITE), "{:?}", document.notes);

    let page = "BT /F1 12 Tf 60 700 Td (These words are seen.) Tj ET 0 0.2 0.4 rg 50 640 300 30 re f BT /F1 12 Tf 60 650 Td (Hidden words) Tj ET \
        1 1 1 rg BT /F1 12 Tf 200 650 Td (Light words) Tj ET BT /F1 12 Tf 60 600 Td (Ghostly words) Tj ET";
    let document = read(&pdf_page(page, "", &[]), "a.pdf").await.unwrap();
    let all = text(&document);
    assert!(all.contains("These words are seen.") && all.contains("Light words"), "{all}");
    assert!(!all.contains("Hidden") && !all.contains("Ghostly"), "{all}");
    assert!(says(&document, SAME) && says(&document, WHITE), "{:?}", document.notes);
}

#[tokio::test]
async fn marks_of_notes_stay_apart_in_every_format() {
    let (all, _) = html("<p>49<sup>1)</sup> euros, 5<sup>a</sup> GB, Storage<sup>b</sup>, 20<sup>*</sup>, the 2<sup>nd</sup>").await;
    let expected = "49 ¹⁾ euros, 5 [a] GB, Storage [b], 20*, the 2nd";
    assert_eq!(all, expected);
    let up = "<w:vertAlign w:val=\"superscript\"/>";
    let pieces = [("49", "1)"), (" euros, 5", "a"), (" GB, Storage", "b"), (", 20", "*"), (", the 2", "nd")];
    let runs =
        |run: &dyn Fn(&str, bool) -> String| pieces.iter().map(|(plain, mark)| run(plain, false) + &run(mark, true)).collect::<String>();
    let word =
        runs(&|text, raised| format!("<w:r><w:rPr>{}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>", if raised { up } else { "" }));
    assert_eq!(text(&read(&docx_with(&format!("<w:p>{word}</w:p>"), &[], ""), "a.docx").await.unwrap()), expected);
    let slide = runs(&|text, raised| format!("<a:r><a:rPr{}/><a:t>{text}</a:t></a:r>", if raised { " baseline=\"30000\"" } else { "" }));
    assert_eq!(text(&read(&pptx(&format!("<p:sp><p:txBody><a:p>{slide}</a:p></p:txBody></p:sp>"), ""), "a.pptx").await.unwrap()), expected);
    let span = runs(&|text, raised| if raised { format!("<text:span text:style-name=\"U\">{text}</text:span>") } else { text.to_owned() });
    let styles = "<office:automatic-styles><style:style style:name=\"U\"><style:text-properties style:text-position=\"super 58%\"/></style:style></office:automatic-styles>";
    let body = format!("{styles}<office:body><office:text><text:p>{span}</text:p></office:text></office:body>");
    assert_eq!(text(&read(&odf("text", &body), "a.odt").await.unwrap()), expected);
    let shown = runs(&|text, raised| {
        if raised { format!("/F1 7 Tf 5 Ts ({}) Tj 0 Ts /F1 12 Tf ", text.replace(')', "\\)")) } else { format!("({text}) Tj ") }
    });
    assert_eq!(text(&read(&pdf_page(&format!("BT /F1 12 Tf 60 700 Td {shown} ET"), "", &[]), "a.pdf").await.unwrap()), expected);
    let markdown = "49<sup>1)</sup> euros, 5[^a] GB, Storage[^b], 20<sup>*</sup>, the 2<sup>nd</sup>\n\n[^a]: Each.\n[^b]: Once.\n";
    let all = text(&read(markdown.as_bytes(), "a.md").await.unwrap());
    assert!(all.starts_with(expected) && all.contains("Footnote a: Each.") && all.contains("Footnote b: Once."), "{all}");
}

#[tokio::test]
async fn terms_are_said_with_what_they_mean() {
    let (all, _) = html(
        "<dl><dt>Notice:<dd>30 days<dt>Payment<dt>Billing<dd>Monthly<dd>Yearly on request<div><dt>Fee</dt><dd><p>40 <b>euros</b></p><p>once</dd></div><dt>Alone</dl>
        <table><tr><td>Contact<td><dl><dt>Mail<dd>a@b.example<dt>Phone<dd>123</dl><tr><td>Has<td><ul><li>one<li>two</ul></table>",
    )
    .await;
    assert_eq!(
        all,
        "Notice: 30 days\nPayment, Billing: Monthly\nPayment, Billing: Yearly on request\nFee: 40 euros\nonce\n\nAlone\n\nContact: Mail: a@b.example, Phone: 123\nHas: one, two"
    );
    let all = text(&read(b"Notice\n: 30 days\n\nFee\n: 40 euros\n: once\n", "a.md").await.unwrap());
    assert_eq!(all, "Notice: 30 days\nFee: 40 euros\nFee: once");
}

#[tokio::test]
async fn items_stand_in_as_deep_as_they_are() {
    let expected = "- Plan\n  - Seats: 5\n  - Storage: 10 GB\n- Other";
    let (all, _) = html("<ul><li>Plan<ul><li>Seats: 5<li>Storage: 10 GB</ul><li>Other</ul>").await;
    assert_eq!(all, expected);
    let items = [(0, "Plan"), (1, "Seats: 5"), (1, "Storage: 10 GB"), (0, "Other")];
    let word = items.map(|(level, text)| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"7\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    });
    assert_eq!(text(&read(&docx_with(&word.concat(), &[], ""), "a.docx").await.unwrap()), expected);
    let item = |text: &str, inner: &str| format!("<text:list-item><text:p>{text}</text:p>{inner}</text:list-item>");
    let inner = format!("<text:list>{}{}</text:list>", item("Seats: 5", ""), item("Storage: 10 GB", ""));
    let body = format!(
        "<office:body><office:text><text:list>{}{}</text:list></office:text></office:body>",
        item("Plan", &inner),
        item("Other", "")
    );
    assert_eq!(text(&read(&odf("text", &body), "a.odt").await.unwrap()), expected);
    let slide = items.map(|(level, text)| format!("<a:p><a:pPr lvl=\"{level}\"/><a:r><a:t>{text}</a:t></a:r></a:p>"));
    let document = read(&pptx(&format!("<p:sp><p:txBody>{}</p:txBody></p:sp>", slide.concat()), ""), "a.pptx").await.unwrap();
    assert_eq!(text(&document), expected.replace("- ", ""));
    // In a cell they stand apart.
    let cells = |first: &str, second: &str| format!("<w:tr><w:tc><w:p>{first}</w:p></w:tc><w:tc>{second}</w:tc></w:tr>");
    let plain = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let table = format!(
        "<w:tbl>{}{}</w:tbl>",
        cells("<w:r><w:t>Plan</w:t></w:r>", &plain("Has")),
        cells("<w:r><w:t>Meadow</w:t></w:r>", &word[1..3].concat())
    );
    assert_eq!(text(&read(&docx_with(&table, &[], ""), "a.docx").await.unwrap()), "Plan: Meadow; Has: Seats: 5, Storage: 10 GB");
}

#[tokio::test]
async fn style_sheets_that_are_made_to_take_long_do_not() {
    let rules: String =
        (0..3_000).map(|at| format!("div div div div div .a{at}, div > div + div:first-child [x~=y] {{ color: red }} ")).collect();
    let begun = std::time::Instant::now();
    let (all, _) =
        html(&format!("<style>{rules}> p {{ color: red }} @media {{ {{ }} /* </style>{}<p class='a1 a2'>seen", "<div>".repeat(5_000)))
            .await;
    assert_eq!(all, "seen");
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn comments_say_who_wrote_them_and_on_what() {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let number = "<c><v>49</v></c>";
    let sheet =
        format!("<row>{}{}</row><row>{}{number}</row><row>{}{number}</row>", cell("Plan"), cell("Price"), cell("Meadow"), cell("Total"));
    let all = text(&read(&xlsx_with(&sheet, "", &["0"]), "a.xlsx").await.unwrap());
    assert!(all.contains("Comment on B2 (49) by Kim: Only until May (Plan: Meadow; Price: 49)"), "{all}");
    let body = "<office:body><office:text><text:p>On <text:date>1 May 2027</text:date> it is 49.<office:annotation><dc:creator>Kim</dc:creator><dc:date>2026-01-01</dc:date><text:p>Ask again</text:p></office:annotation></text:p></office:text></office:body>";
    assert_eq!(text(&read(&odf("text", body), "a.odt").await.unwrap()), "On 1 May 2027 it is 49.\n\nComment by Kim: Ask again");
}
