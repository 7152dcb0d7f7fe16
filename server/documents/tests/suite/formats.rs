//! Each format: its structure survives as places, its text as it stands.

use model::PlaceKind;

use crate::made::{docx_with, read, text, xlsx, zip};

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[tokio::test]
async fn docx_keeps_headings_lists_tables_notes_and_comments() {
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Security</w:t></w:r></w:p>"#,
        r#"<w:p><w:pPr><w:pStyle w:val="H2"/></w:pPr><w:r><w:t>At rest</w:t></w:r></w:p>"#,
        r#"<w:p><w:r><w:t xml:space="preserve">Files are </w:t></w:r><w:ins><w:r><w:t>encrypted</w:t></w:r></w:ins><w:del><w:r><w:delText>open</w:delText></w:r></w:del><w:r><w:t>.</w:t><w:footnoteReference w:id="2"/><w:commentReference w:id="0"/></w:r></w:p>"#,
        r#"<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>AES-256</w:t></w:r></w:p>"#,
        r#"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Plan</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Price</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>Team</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>20 €</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#,
        r#"<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>In a box</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent><w:t>Around it</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden words</w:t></w:r></w:p>"#,
        r#"<w:altChunk r:id="html"/>"#,
    ]
    .concat();
    let parts = [
        (
            "word/styles.xml",
            r#"<w:styles xmlns:w="w"><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="H2"><w:name w:val="Own"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>"#,
        ),
        (
            "word/footnotes.xml",
            r#"<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>Since 2020</w:t></w:r></w:p></w:footnote></w:footnotes>"#,
        ),
        (
            "word/comments.xml",
            r#"<w:comments xmlns:w="w"><w:comment w:id="0" w:author="Ann"><w:p><w:r><w:t>Is it so?</w:t></w:r></w:p></w:comment></w:comments>"#,
        ),
        ("word/chunk.html", "<p>From <b>HTML</b></p><script>alert(1)</script>"),
        ("docProps/core.xml", "<cp><dc:title>Handbook</dc:title></cp>"),
    ];
    let relations = r#"<Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="f" Type="x/footnotes" Target="footnotes.xml"/>
        <Relationship Id="c" Type="x/comments" Target="/word/comments.xml"/><Relationship Id="html" Type="x/aFChunk" Target="../word/chunk.html"/>"#;
    let document = read(&docx_with(&body, &parts, relations), "a.docx").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str()), ("docx", "Handbook"));
    assert!(document.passages.iter().all(|passage| passage.place.headings == ["Security", "At rest"]), "{:?}", document.passages);
    let all = text(&document);
    for expected in [
        "Files are encrypted.",
        "Footnote: Since 2020",
        "Comment by Ann: Is it so?",
        "- AES-256",
        "Plan: Team; Price: 20 €",
        "Around it",
        "From HTML",
    ] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert_eq!(all.matches("In a box").count(), 1, "{all}");
    assert!(!all.contains("open") && !all.contains("alert") && !all.contains("hidden words"), "{all}");
}

#[tokio::test]
async fn xlsx_rows_name_their_columns() {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c><v>0.30000000000000004</v></c></row><row r=\"3\">{}<c t=\"b\"><v>1</v></c></row>",
        cell("Plan"),
        cell("Price"),
        cell("Team"),
        cell("Open")
    );
    let document = read(&xlsx(&sheet), "a.xlsx").await.unwrap();
    assert_eq!(text(&document), "Plan: Team; Price: 0.3\nPlan: Open; Price: yes");
    let place = &document.passages[0].place;
    assert_eq!((place.kind, place.label.as_str()), (PlaceKind::Sheet, "Prices"));
}

#[tokio::test]
async fn pptx_keeps_slides_titles_notes_and_comments() {
    let shape = |kind: &str, text: &str| {
        format!(r#"<p:sp><p:nvPr><p:ph type="{kind}"/></p:nvPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"#)
    };
    let slide = |shapes: String| format!(r#"<p:sld xmlns:p="p" xmlns:a="a">{shapes}</p:sld>"#);
    let first = slide(shape("title", "Roadmap") + &shape("body", "Ships in May") + &shape("sldNum", "17"));
    let second = slide(
        shape("ctrTitle", "Pricing")
            + "<a:tbl><a:tr><a:tc><a:p><a:t>Plan</a:t></a:p></a:tc><a:tc><a:p><a:t>Price</a:t></a:p></a:tc></a:tr><a:tr><a:tc><a:p><a:t>Team</a:t></a:p></a:tc><a:tc><a:p><a:t>20</a:t></a:p></a:tc></a:tr></a:tbl>",
    );
    let notes = slide(shape("body", "Say it slowly"));
    let files: [(&str, &[u8]); 9] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", br#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>"#),
        ("ppt/presentation.xml", br#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="two"/><p:sldId id="257" r:id="one"/></p:sldIdLst></p:presentation>"#),
        ("ppt/_rels/presentation.xml.rels", br#"<Relationships><Relationship Id="one" Type="x/slide" Target="slides/slide1.xml"/><Relationship Id="two" Type="x/slide" Target="slides/slide2.xml"/></Relationships>"#),
        ("ppt/slides/slide1.xml", first.as_bytes()),
        ("ppt/slides/slide2.xml", second.as_bytes()),
        ("ppt/slides/_rels/slide1.xml.rels", br#"<Relationships><Relationship Id="n" Type="x/notesSlide" Target="../notesSlides/notes1.xml"/><Relationship Id="c" Type="x/comments" Target="../comments/c1.xml"/></Relationships>"#),
        ("ppt/notesSlides/notes1.xml", notes.as_bytes()),
        ("ppt/comments/c1.xml", br#"<p:cmLst xmlns:p="p"><p:cm authorId="0"><p:text>Really in May?</p:text></p:cm></p:cmLst>"#),
    ];
    let document = read(&zip(&files), "a.pptx").await.unwrap();
    assert_eq!((document.format.as_str(), document.places), ("pptx", 2));
    let described: Vec<String> = document.passages.iter().map(|passage| passage.place.describe()).collect();
    assert_eq!((described[0].as_str(), described.last().unwrap().as_str()), ("Slide 1: Pricing", "Slide 2: Roadmap"));
    let all = text(&document);
    for expected in ["Plan: Team; Price: 20", "Ships in May", "Notes: Say it slowly", "Comment: Really in May?"] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert!(!all.contains("17"), "{all}");
}

#[tokio::test]
async fn odt_and_odp_keep_their_structure() {
    let content = r#"<office:document-content><office:body><office:text><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
        <text:h text:outline-level="1">Terms</text:h><text:p>Thirty<text:s/>days.<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>From the invoice on</text:p></text:note-body></text:note></text:p>
        <text:list><text:list-item><text:p>No penalty</text:p></text:list-item></text:list>
        <table:table><table:table-row><table:table-cell><text:p>Plan</text:p></table:table-cell><table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell><text:p>Team</text:p></table:table-cell><table:table-cell><text:p>20</text:p></table:table-cell></table:table-row></table:table></office:text></office:body></office:document-content>"#;
    let odt = |content: &str, kind: &str| {
        zip(&[("mimetype", kind.as_bytes()), ("content.xml", content.as_bytes()), ("meta.xml", b"<m><dc:title>Offer</dc:title></m>")])
    };
    let document = read(&odt(content, "application/vnd.oasis.opendocument.text"), "a.odt").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str()), ("odt", "Offer"));
    assert_eq!(document.passages[0].place.headings, ["Terms"]);
    assert_eq!(text(&document), "Thirty days.\n\nFootnote: From the invoice on\n- No penalty\n\nPlan: Team; Price: 20");
    let slides = r#"<d><draw:page draw:name="page1"><draw:frame presentation:class="title"><text:p>Welcome all</text:p></draw:frame><presentation:notes><text:p>Smile at them</text:p></presentation:notes></draw:page><draw:page draw:name="Prices"><text:p>Team 20 €</text:p></draw:page></d>"#;
    let document = read(&odt(slides, "application/vnd.oasis.opendocument.presentation"), "a.odp").await.unwrap();
    let described: Vec<String> = document.passages.iter().map(|passage| passage.place.describe()).collect();
    assert_eq!(described, ["Slide 1: Welcome all", "Slide 2: Prices"]);
    assert!(text(&document).contains("Notes: Smile at them"));
    let locked = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<m><manifest:encryption-data/></m>"),
        ("content.xml", b"\x01\x02"),
    ]);
    assert!(read(&locked, "a.odt").await.unwrap_err().to_string().contains("password"));
}

#[tokio::test]
async fn epub_has_chapters() {
    let book = zip(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", br#"<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>"#),
        ("OEBPS/book.opf", br#"<package><metadata><dc:title>The Book</dc:title></metadata><manifest><item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>"#),
        ("OEBPS/one.xhtml", b"<html><head><title>x</title></head><body><h1>Beginning</h1><p>It was a dark night.</p></body></html>"),
        ("OEBPS/two b.xhtml", b"<html><body><h1>End</h1><p>And then it was day.</p></body></html>"),
    ]);
    let document = read(&book, "a.epub").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str(), document.places), ("epub", "The Book", 2));
    assert_eq!(document.passages[1].place.describe(), "Part 2: End, End");
    assert_eq!(document.passages[1].text, "And then it was day.");
}

#[tokio::test]
async fn mail_has_headers_text_and_attachments() {
    let mail = "From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?q?Caf=C3=A9_offer?=\r\nDate: Thu, 20 Nov 2025 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>The offer is <b>attached</b>.</p>\r\n--x\r\nContent-Type: text/csv; name=prices.csv\r\nContent-Disposition: attachment; filename=prices.csv\r\n\r\nPlan,Price\r\nTeam,20\r\nOpen,0\r\n--x--\r\n";
    for name in ["a.eml", "a.txt"] {
        let document = read(mail.as_bytes(), name).await.unwrap();
        assert_eq!((document.format.as_str(), document.title.as_str(), document.places), ("eml", "Café offer", 2));
        let all = text(&document);
        assert!(all.contains("From: Ann <ann@example.com>") && all.contains("The offer is attached."), "{all}");
        assert_eq!(document.passages[1].place.describe(), "Part 2: prices.csv");
        assert_eq!(document.passages[1].text, "Plan: Team; Price: 20\nPlan: Open; Price: 0");
    }
}

#[tokio::test]
async fn rtf_knows_code_pages_tables_and_titles() {
    let rtf = br"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset128 B;}}{\info{\title An offer}}\f0 \'cf\'f0\'e8\'e2\'e5\'f2\par{\f1\'93\'fa\'96\'7b}\par\u8364?5 \u-10179?\u-8704? a{\v hidden}{\deleted gone}\par{\*\generator X;}{\pict 0102}\pard\intbl Plan\cell Price\cell\row Team\cell 20\cell\row\pard Done.}";
    let document = read(rtf, "a.rtf").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str()), ("rtf", "An offer"));
    assert_eq!(text(&document), "Привет\n\n日本\n\n€5 😀 a\n\nPlan: Team; Price: 20\nDone.");
}

#[tokio::test]
async fn html_keeps_headings_lists_and_tables_without_scripts() {
    let html = "<!doctype html><html><head><title>Prices &amp; plans</title><style>p{}</style></head><body><h1>Plans</h1><script>if (a</b) alert('<p>no</p>')</script><p>For   <b>all</b>&nbsp;of you.<br>Really.</p><ul><li>One<li>Two</ul><ol><li>First</li></ol><table><tr><th>Plan<th>Price<tr><td>Team<td>20</table><img alt='A picture of it' src='data:image/png;base64,AAAA'><pre>a\n  b</pre></body></html>";
    let document = read(html.as_bytes(), "a.html").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str()), ("html", "Prices & plans"));
    assert_eq!(document.passages[0].place.headings, ["Plans"]);
    let all = text(&document);
    for expected in ["For all of you.\nReally.", "- One\n- Two\n1. First", "Plan: Team; Price: 20", "A picture of it"] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert!(!all.contains("alert") && !all.contains("base64") && !all.contains("p{}"), "{all}");
    let cyrillic =
        [&b"<html><head><meta charset=windows-1251></head><body><p>"[..], b"\xcf\xf0\xe8\xe2\xe5\xf2", b" is hello</p></body></html>"]
            .concat();
    assert_eq!(text(&read(&cyrillic, "a.html").await.unwrap()), "Привет is hello");
}

#[tokio::test]
async fn markdown_keeps_headings_and_tables_without_data() {
    let markdown = "---\ntitle: Guide\n---\n# Setup\n\nInstall it, see [the page](https://example.com).\n\n## Steps\n\n1. One\n2. Two\n\n| A | B |\n|---|---|\n| x | y |\n\n![logo](data:image/png;base64,AAAA)\n\n```\n# no heading\n```\n\nOther\n-----\n\nThe rest.\n";
    let document = read(markdown.as_bytes(), "a.md").await.unwrap();
    assert_eq!((document.format.as_str(), document.title.as_str()), ("markdown", "Guide"));
    let places: Vec<String> = document.passages.iter().map(|passage| passage.place.describe()).collect();
    assert_eq!(places.first().map(String::as_str), Some("Setup"));
    assert_eq!(places.last().map(String::as_str), Some("Setup › Other"));
    let all = text(&document);
    for expected in ["Install it, see the page (https://example.com).", "1. One\n2. Two", "A: x; B: y", "# no heading", "The rest."] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    assert!(!all.contains("base64"), "{all}");
}

#[tokio::test]
async fn tables_of_text_are_read_by_row() {
    let document = read("Umsätze 2024;;\nRegion;Summe;Datum\nNord;1.000;01.02.2024\nSüd;2.000;\n".as_bytes(), "a.csv").await.unwrap();
    assert_eq!(text(&document), "Umsätze 2024\n\nRegion: Nord; Summe: 1.000; Datum: 01.02.2024\nRegion: Süd; Summe: 2.000; Datum: –");
    let document = read(b"Name\tPrice\nTea\t2\nCoffee\t3\n", "a.txt").await.unwrap();
    assert_eq!((document.format.as_str(), text(&document).as_str()), ("tsv", "Name: Tea; Price: 2\nName: Coffee; Price: 3"));
}

#[tokio::test]
async fn archives_name_their_files() {
    let docx = docx_with(&p("Thirty days of payment."), &[], "");
    let files: [(&str, &[u8]); 4] = [
        ("terms/offer.docx", &docx),
        ("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("__MACOSX/._x", b"x"),
        ("notes.txt", b"Call them on Monday."),
    ];
    let document = read(&zip(&files), "a.zip").await.unwrap();
    let places: Vec<String> = document.passages.iter().map(|passage| passage.place.describe()).collect();
    assert_eq!(places, ["Part 1: terms/offer.docx", "Part 2: notes.txt"]);
    assert_eq!(document.notes.len(), 1);
    assert!(document.notes[0].starts_with("photo.png was not read. This is a picture."), "{:?}", document.notes);
}

#[tokio::test]
async fn html_that_is_hidden_is_no_text() {
    let html = r#"<!doctype html><html hidden><head><noscript><p>x hidden1</p></noscript><body style="visibility:hidden">
        <h1>Otters</h1><p>An otter eats two fish a day.<noscript>x hidden2 <p>x</p></noscript>
        <p hidden>x hidden3 <b>x</b><div>seen1 words</div>
        <div style="display:none">x hidden4 <div>x</div><script>"</div>"</script> x hidden5</div><p aria-hidden="true">seen2
        <span style="color:red; DISPLAY : none !important">x hidden6</span> seen3 <span aria-hidden=false>seen4</span> <br hidden> seen5
        <ul><li hidden>x hidden7<ul><li>x hidden8</ul><li>seen6<li style="visibility:hidden">x hidden9</ul>
        <section><div hidden>x hidden10</section><p>seen7</p><p hidden="until-found">seen8</p><img hidden alt="x hidden11">
        <table><tr><td>seen9<td hidden>x hidden12<td>seen10<tr hidden><td>x hidden13<td>x<tr><td>seen11<td>seen12</table>
        <input hidden><p>seen13</p><h2 hidden>x hidden14</h2><p>seen14</p><template>x hidden15</template>"#;
    let document = read(html.as_bytes(), "a.html").await.unwrap();
    let all = text(&document);
    assert!(!all.contains("hidden") && !all.contains('x'), "{all}");
    for number in 1..=14 {
        assert!(all.contains(&format!("seen{number}")), "{number}: {all}");
    }
    assert!(all.contains("two fish a day.\n\nseen1 words\n\nseen2 seen3 seen4 seen5\n- seen6\n\nseen7"), "{all}");
    assert!(all.contains("seen9: seen11; seen10: seen12"), "{all}");
}

#[tokio::test]
async fn a_zero_in_a_text_parts_words() {
    assert_eq!(
        text(&read(b"Some text\0with a zero in it, and many more words around it.", "a.txt").await.unwrap()).matches("text with").count(),
        1
    );
}
