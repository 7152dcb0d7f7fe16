//! Tables of every format: each value under its column, each row with its names.

use std::io::Write as _;

use crate::made::{docx_with, fixture, odf, pptx, read, text, xlsx, xlsx_with};

fn cell(text: &str) -> String {
    format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
}

#[tokio::test]
async fn empty_cells_and_spans_keep_their_places() {
    let all = text(&read(&fixture("spans.html"), "plans.html").await.unwrap());
    for expected in [
        "Plan: Meadow; Set-up fee: –; Monthly price: 240 euros; Notice: 30 days",
        "Plan: Orchard; Set-up fee: 400 euros; Monthly price: 980 euros; Notice: 90 days",
        "Region: North; Channel: Phone; Answer within: 20 minutes",
        "Region: North; Channel: Mail; Answer within: 9 hours",
        "Region: South; Channel: Not offered; Answer within: Not offered",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    let compared = "<table><tr><td></td><td>Meadow</td><td>Orchard</td></tr><tr><td>SSO</td><td>yes</td><td></td></tr><tr><td>Audit log</td><td></td><td>yes</td></tr></table>";
    assert_eq!(
        text(&read(compared.as_bytes(), "a.html").await.unwrap()),
        "SSO; Meadow: yes; Orchard: –\nAudit log; Meadow: –; Orchard: yes"
    );
    let wide = "<table><thead><tr><th rowspan=2>Plan<th colspan=2>Price<th rowspan=2>Notice<tr><th>Month<th>Year</thead>\
                <tbody><tr><td>Meadow<td>240<td>2,400<td>30 days<tr><td>Orchard<td colspan=2>on request<td>90 days</table>";
    assert_eq!(
        text(&read(wide.as_bytes(), "a.html").await.unwrap()),
        "Plan: Meadow; Price, Month: 240; Price, Year: 2,400; Notice: 30 days\n\
         Plan: Orchard; Price, Month: on request; Price, Year: on request; Notice: 90 days"
    );
}

#[tokio::test]
async fn merged_cells_count_in_each_row() {
    for name in ["merged.xlsx", "merged.docx"] {
        let all = text(&read(&fixture(name), name).await.unwrap());
        for expected in [
            "Plan: Meadow; Measure: Seats; Limit: 20",
            "Plan: Meadow; Measure: Storage; Limit: 5 GB",
            "Plan: Orchard; Measure: Storage; Limit: 80 GB",
        ] {
            assert!(all.contains(expected), "{name}: {expected}: {all}");
        }
    }
    let body = [
        "<w:tbl><w:tr>",
        &cell("Plan"),
        "<w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr><w:p><w:r><w:t>Price</w:t></w:r></w:p></w:tc>",
        &cell("Notice"),
        "</w:tr><w:tr>",
        &cell("Meadow"),
        &cell("240"),
        &cell("250"),
        &cell("30 days"),
        "</w:tr></w:tbl>",
    ]
    .concat();
    assert_eq!(text(&read(&docx_with(&body, &[], ""), "a.docx").await.unwrap()), "Plan: Meadow; Price: 240; Price: 250; Notice: 30 days");
    let table = r#"<table:table><table:table-row><table:table-cell><text:p>Plan</text:p></table:table-cell><table:table-cell><text:p>Measure</text:p></table:table-cell><table:table-cell><text:p>Limit</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Meadow</text:p></table:table-cell><table:table-cell><text:p>Seats</text:p></table:table-cell><table:table-cell><text:p>20</text:p></table:table-cell></table:table-row>
        <table:table-row><table:covered-table-cell/><table:table-cell><text:p>Storage</text:p></table:table-cell><table:table-cell><text:p>5 GB</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell><text:p>Orchard</text:p></table:table-cell><table:table-cell table:number-columns-spanned="2"><text:p>on request</text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table>"#;
    let expected = "Plan: Meadow; Measure: Seats; Limit: 20\nPlan: Meadow; Measure: Storage; Limit: 5 GB\nPlan: Orchard; Measure: on request; Limit: on request";
    assert_eq!(text(&read(&odf("text", table), "a.odt").await.unwrap()), expected);
    assert_eq!(
        text(&read(&odf("spreadsheet", &format!("<office:spreadsheet>{table}</office:spreadsheet>")), "a.ods").await.unwrap()),
        expected
    );
    let slide = |cells: &[(&str, &str)]| {
        let cells: String = cells
            .iter()
            .map(|(attributes, text)| format!("<a:tc {attributes}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"))
            .collect();
        format!("<a:tr>{cells}</a:tr>")
    };
    let table = [
        slide(&[("", "Plan"), ("", "Measure"), ("", "Limit")]),
        slide(&[("rowSpan=\"2\"", "Meadow"), ("", "Seats"), ("", "20")]),
        slide(&[("vMerge=\"1\"", ""), ("", "Storage"), ("", "5 GB")]),
        slide(&[("", "Orchard"), ("gridSpan=\"2\"", "on request"), ("hMerge=\"1\"", "")]),
    ]
    .concat();
    let slides = pptx(&format!("<p:graphicFrame><a:tbl><a:tblPr firstRow=\"1\"/>{table}</a:tbl></p:graphicFrame>"), "");
    assert_eq!(text(&read(&slides, "a.pptx").await.unwrap()), expected);
    let rtf = r"{\rtf1\ansi {\trowd\cellx1\cellx2\cellx3 Plan\cell Measure\cell Limit\cell\row\trowd\clvmgf\cellx1\cellx2\cellx3 Meadow\cell Seats\cell 20\cell\row\trowd\clvmrg\cellx1\cellx2\cellx3 \cell Storage\cell 5 GB\cell\row}}";
    let expected = "Plan: Meadow; Measure: Seats; Limit: 20\nPlan: Meadow; Measure: Storage; Limit: 5 GB";
    assert_eq!(text(&read(rtf.as_bytes(), "a.rtf").await.unwrap()), expected);
}

#[tokio::test]
async fn lines_above_the_names_and_second_tables_are_told_apart() {
    let all = text(&read(&fixture("info-rows.csv"), "a.csv").await.unwrap());
    assert_eq!(
        all,
        "Valid from: 2027-01-01\nPrepared by: Pricing desk\nPlan: Meadow; Monthly price: 240 euros; Notice: 30 days\nPlan: Orchard; Monthly price: 980 euros; Notice: 90 days"
    );
    let all = text(&read(&fixture("two-tables.xlsx"), "a.xlsx").await.unwrap());
    for expected in [
        "Valid from: 2027-01-01",
        "Currency: euros",
        "Plan: Meadow; Monthly price: 240",
        "Add-on: Data import; One-time fee: 750",
        "Add-on: On-site day; One-time fee: 1400",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
}

#[tokio::test]
async fn every_passage_of_a_long_table_has_its_names() {
    let document = read(&fixture("years.csv"), "years.csv").await.unwrap();
    assert!(document.passages.len() > 3);
    let all = text(&document);
    assert!(all.contains("Region: Area 90; 2025: 190 seats; 2026: 290 seats; 2027: 390 seats"), "{all}");
    assert!(all.lines().all(|line| line.starts_with("Region: Area ") && line.contains("; 2026: ")), "{all}");
    // A sheet as long, with formats.
    let mut sheet = String::from(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Region</t></is></c><c r=\"B1\"><v>2025</v></c><c r=\"C1\"><v>2026</v></c></row>",
    );
    for row in 2..400 {
        sheet += &format!(
            "<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>Area {row}</t></is></c><c r=\"B{row}\" s=\"1\"><v>0.{row:03}</v></c><c r=\"C{row}\" s=\"1\"><v>0.5</v></c></row>"
        );
    }
    let document = read(&xlsx_with(&sheet, "", &["0.0%"]), "a.xlsx").await.unwrap();
    let all = text(&document);
    let mut rows = all.lines().filter(|line| !line.starts_with("Comment on B2"));
    assert!(rows.all(|line| line.starts_with("Region: Area ") && line.ends_with("; 2026: 50.0%")), "{all}");
}

#[tokio::test]
async fn tables_of_markdown_keep_their_cells() {
    let document = read(&fixture("front-matter.md"), "terms.md").await.unwrap();
    assert_eq!(document.title, "Meadow terms");
    assert_eq!(text(&document), "Notice is thirty days.\n\nKey: a | b; Meaning: either of both");
    let table = "|| Meadow | Orchard |\n|---|:-:|--:|\n| SSO | ✗ | ✓ |\n| Price<br>a month | ~~300~~ **240** | |\n\nAfter it.\n\n<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Meadow</td><td>240</td></tr></table>\n\n- [x] done\n- [ ] open\n";
    assert_eq!(
        text(&read(table.as_bytes(), "a.md").await.unwrap()),
        "SSO; Meadow: ✗; Orchard: ✓\nPrice a month; Meadow: 240; Orchard: –\nAfter it.\n\nPlan: Meadow; Price: 240\n- ☑ done\n- ☐ open"
    );
}

#[tokio::test]
async fn a_text_says_itself_what_parts_its_cells() {
    let all = text(&read(&fixture("separator.csv"), "a.csv").await.unwrap());
    assert_eq!(all, "Plan: Meadow; Monthly price: 240,50; Notice: 30 days\nPlan: Orchard; Monthly price: 980,00; Notice: 90 days");
    for (name, table) in [
        ("carriage returns", "Plan;Price;Notice\rMeadow;240,50;30 days\rOrchard;980,00;90 days\r"),
        ("tab", "sep=\t\r\nPlan\tPrice\tNotice\r\nMeadow\t240,50\t30 days\r\nOrchard\t980,00\t90 days"),
        ("bar", "Plan|Price|Notice\nMeadow|240,50|30 days\nOrchard|980,00|90 days\n"),
        ("UTF-16", "\u{feff}sep=;\r\nPlan;Price;Notice\r\nMeadow;240,50;30 days\r\nOrchard;980,00;90 days\r\n"),
    ] {
        let bytes = if name == "UTF-16" { table.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { table.as_bytes().to_vec() };
        let all = text(&read(&bytes, "a.csv").await.unwrap());
        assert!(all.contains("Plan: Meadow; Price: 240,50; Notice: 30 days"), "{name}: {all}");
    }
}

#[tokio::test]
async fn tables_that_lay_a_page_out_are_text() {
    let html =
        "<table><tr><td><h1>Offer</h1><p>For you.</p></td><td><table><tr><th>Plan<th>Price<tr><td>Meadow<td>240</table></td></tr></table>";
    let all = text(&read(html.as_bytes(), "a.html").await.unwrap());
    assert!(all.contains("For you.") && all.contains("Plan: Meadow; Price: 240"), "{all}");
}

#[tokio::test]
async fn spans_without_end_are_bounded() {
    let mut html = Vec::new();
    html.write_all(b"<table><tr><td rowspan=65534 colspan=1000>x").unwrap();
    for _ in 0..60_000 {
        html.write_all(b"<tr><td>y").unwrap();
    }
    let read = read(&html, "a.html").await;
    assert!(
        read.is_ok() || read.as_ref().is_err_and(|error| error.to_string().contains("more than") || error.to_string().contains("memory")),
        "{read:?}"
    );
}

#[tokio::test]
async fn sheets_name_their_header() {
    let cell = |style: u32, text: &str| format!("<c s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    // All words: the bold row names.
    let sheet = format!(
        "<row>{}{}</row><row>{}{}</row><row>{}{}</row>",
        cell(0, "currency"),
        cell(0, "Euros"),
        cell(2, "Plan"),
        cell(2, "support"),
        cell(0, "Meadow"),
        cell(0, "mail")
    );
    let all = text(&read(&xlsx_with(&sheet, "", &["0"]), "a.xlsx").await.unwrap());
    assert!(all.starts_with("currency: Euros\nPlan: Meadow; support: mail\n"), "{all}");
    assert_eq!(
        text(
            &read(&xlsx("<row><c><v>1</v></c></row><row><c t=\"inlineStr\"><is><t>only words here</t></is></c></row>"), "a.xlsx")
                .await
                .unwrap()
        ),
        "1\nonly words here"
    );
}

#[tokio::test]
async fn values_of_charts_have_their_names() {
    let points = |kind: &str, format: &str, values: &[&str]| {
        let points: String = values.iter().enumerate().map(|(at, value)| format!("<c:pt idx=\"{at}\"><c:v>{value}</c:v></c:pt>")).collect();
        format!("<c:{kind}>{format}{points}</c:{kind}>")
    };
    let series = |name: &str, values: &[&str]| {
        format!(
            "<c:ser><c:tx><c:strRef>{}</c:strRef></c:tx><c:cat><c:strRef>{}</c:strRef></c:cat><c:val><c:numRef>{}</c:numRef></c:val></c:ser>",
            points("strCache", "", &[name]),
            points("strCache", "", &["North", "South"]),
            points("numCache", "<c:formatCode>0%</c:formatCode>", values),
        )
    };
    let chart = format!(
        "<c:chartSpace><c:chart><c:title><a:p><a:t>Renewals</a:t></a:p></c:title>{}{}</c:chart></c:chartSpace>",
        series("2025", &["0.8", "0.7"]),
        series("2026", &["0.9", "0.75"])
    );
    let slide = br#"<p:sld xmlns:p="p" xmlns:a="a"/>"#;
    let files: [(&str, &[u8]); 7] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>"#),
        (
            "ppt/presentation.xml",
            br#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="one"/></p:sldIdLst></p:presentation>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            br#"<Relationships><Relationship Id="one" Type="x/slide" Target="slides/slide1.xml"/></Relationships>"#,
        ),
        ("ppt/slides/slide1.xml", slide),
        (
            "ppt/slides/_rels/slide1.xml.rels",
            br#"<Relationships><Relationship Id="c" Type="x/chart" Target="../charts/chart1.xml"/></Relationships>"#,
        ),
        ("ppt/charts/chart1.xml", chart.as_bytes()),
    ];
    assert_eq!(
        text(&read(&crate::made::zip(&files), "a.pptx").await.unwrap()),
        "Renewals\n\nNorth; 2025: 80%; 2026: 90%\nSouth; 2025: 70%; 2026: 75%"
    );
}
