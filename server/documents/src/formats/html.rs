//! HTML as a stream of tokens: no tree is built, so no nesting is too deep. Scripts, styles, what is hidden and what is struck through
//! are left out, nothing is run or fetched.

mod definitions;
mod hidden;
mod marks;
mod open;
mod sheet;
mod tables;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::states::RawKind::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::content::{Content, Line, one_line};
use crate::failure::Failure;
use crate::formats::markdown;
use crate::formats::numerals::numeral;
use definitions::Definitions;
use hidden::{After, Hidden, Why};
use marks::Marks;
use open::Open;
use sheet::{Declared, Sheets};
use tables::{HtmlTable, TablePiece};

/// Whether a text begins like HTML.
pub fn looks_so(text: &str) -> bool {
    let head: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(1024).collect::<String>().to_lowercase();
    let begins = ["<!doctype html", "<html", "<head", "<body", "<!--"].iter().any(|mark| head.starts_with(mark));
    begins || (head.starts_with('<') && ["<html", "<body", "<head>"].iter().any(|mark| head.contains(mark)))
}

/// The encoding that the document's `meta` claims, from its first 1,024 bytes as browsers do.
pub fn charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let meta = &head[head.find("<meta")?..];
    let value = &meta[meta.find("charset=")? + 8..];
    let value = value.trim_start_matches(['"', '\'', ' ']);
    let label: String = value.chars().take_while(|&c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    (!label.is_empty()).then_some(label)
}

/// Reads HTML into the current part.
pub fn read(text: &str, out: &mut Content) -> Result<(), Failure> {
    let sheets = Sheets::of(text);
    let sink = Sink(RefCell::new(HtmlState {
        open: Open::new(&sheets),
        out,
        run: String::new(),
        failed: None,
        skipped: None,
        hidden: None,
        marks: Marks::default(),
        title: None,
        heading: None,
        pre: 0,
        lists: Vec::new(),
        item: None,
        tables: Vec::new(),
        definitions: Vec::new(),
    }));
    let queue = BufferQueue::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // In pieces, so that a full document ends early.
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(1 << 16);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        queue.push_back(StrTendril::from_slice(&rest[..end]));
        rest = &rest[end..];
        // A script's end hands control back to whoever would run it: nobody does.
        while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {}
        if tokenizer.sink.0.borrow().failed.is_some() {
            break;
        }
    }
    tokenizer.end();
    let mut state = tokenizer.sink.0.into_inner();
    state.finish();
    state.failed.map_or(Ok(()), Err)
}

struct Sink<'o, 'b, 's>(RefCell<HtmlState<'o, 'b, 's>>);

struct HtmlState<'o, 'b, 's> {
    out: &'o mut Content<'b>,
    /// The text since the last block began.
    run: String,
    failed: Option<Failure>,
    /// The element whose content is left out.
    skipped: Option<String>,
    /// The element that is open and not seen.
    hidden: Option<Hidden>,
    /// Raised text and labels of pictures that are open.
    marks: Marks,
    /// The elements that are open, with their colours.
    open: Open<'s>,
    /// The document's title while it is open.
    title: Option<String>,
    heading: Option<u8>,
    pre: u32,
    /// The open lists: how an ordered one counts, its next number, and whether it counts down.
    lists: Vec<Option<(String, i64, bool)>>,
    /// The mark of the list item whose text has not begun yet.
    item: Option<String>,
    tables: Vec<HtmlTable>,
    /// The open lists of terms.
    definitions: Vec<Definitions>,
}

impl TokenSink for Sink<'_, '_, '_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        if state.failed.is_some() {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) => return state.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl HtmlState<'_, '_, '_> {
    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        if let Some(hidden) = &mut self.hidden {
            hidden.holds_text |= text.contains(char::is_alphanumeric);
            return;
        }
        if let Some(title) = &mut self.title {
            title.push_str(text);
            return;
        }
        if let Some(note) = self.open.unseen().filter(|_| !text.trim().is_empty()) {
            self.out.note(note);
            return;
        }
        if self.pre > 0 {
            self.run.push_str(text);
            return;
        }
        for (index, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if index > 0 && !self.run.ends_with([' ', '\n']) && !self.run.is_empty() {
                self.run.push(' ');
            }
            self.run.push_str(word);
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let opens = tag.kind == TagKind::StartTag;
        if let Some(skipped) = &self.skipped {
            if !opens && skipped == name {
                self.skipped = None;
            }
            return TokenSinkResult::Continue;
        }
        if let Some(hidden) = &mut self.hidden {
            match hidden.tag(name, opens && !tag.self_closing, !opens) {
                After::Hidden if opens => return raw(name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData),
                After::Hidden => return TokenSinkResult::Continue,
                After::Seen => {
                    self.hidden_ends();
                    return TokenSinkResult::Continue;
                }
                After::SeenWithTag => self.hidden_ends(),
            }
        }
        let ended = if opens { self.open.before(name) } else { self.open.end(name) };
        if !ended.is_empty() {
            marks::write(&mut self.run, &ended);
        }
        let mut declared = if opens { self.open.declared(tag) } else { Declared::default() };
        if opens
            && raw(name).is_none()
            && let Some(why) = hidden::why(tag, &declared)
        {
            self.open.pass(tag);
            match name {
                "td" | "th" => {
                    self.cell_ends();
                    self.marks.clear();
                }
                "tr" => self.row_ends(),
                name if hidden::parts_text(name) => self.block(),
                _ => {}
            }
            self.hidden = if tag.self_closing { None } else { Hidden::begin(name, why) };
            return TokenSinkResult::Continue;
        }
        self.marks.tag(tag, &declared, &mut self.run);
        let result = self.seen(tag);
        if opens && self.skipped.is_none() && raw(name).is_none() {
            self.open.begin(tag, &mut declared);
            if let Some(sign) = declared.before {
                marks::write(&mut self.run, &sign);
                self.run.push(' ');
            }
        }
        result
    }

    /// A hidden element has ended: what was left out of it is said.
    fn hidden_ends(&mut self) {
        match self.hidden.take() {
            Some(hidden) if hidden.why == Why::Struck => self.out.note("Text that is struck through was left out."),
            Some(hidden) if hidden.holds_text => self.out.note("Hidden text was left out."),
            _ => {}
        }
    }

    /// A tag of what is seen.
    fn seen(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let opens = tag.kind == TagKind::StartTag;
        match name {
            "script" | "style" | "noframes" | "noembed" | "noscript" | "iframe" | "xmp" if opens && !tag.self_closing => {
                self.skipped = Some(name.to_owned());
                return raw(name).map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            "template" | "object" | "select" | "datalist" if opens && !tag.self_closing => self.skipped = Some(name.to_owned()),
            "textarea" if opens => {
                self.skipped = Some(name.to_owned());
                return TokenSinkResult::RawData(Rcdata);
            }
            "title" if opens && self.out.title.is_empty() => {
                self.title = Some(String::new());
                return TokenSinkResult::RawData(Rcdata);
            }
            "title" => {
                if let Some(title) = self.title.take() {
                    self.out.title = one_line(&title, 200);
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block();
                self.heading = opens.then(|| name.as_bytes()[1] - b'0');
            }
            "br" => self.run.push('\n'),
            "img" if opens => {
                // In a table a picture is often the value: "yes".
                let least = if self.tables.is_empty() { 3 } else { 0 };
                let alt = attribute(tag, "alt").filter(|alt| alt.chars().count() > least);
                let sign = || attribute(tag, "src").filter(|_| least == 0).and_then(|address| marks::picture(&address));
                if let Some(alt) = alt.or_else(|| sign().map(str::to_owned)) {
                    self.text(&format!(" {alt} "));
                }
            }
            "input" if opens => {
                if let Some(mark) = marks::input(tag) {
                    self.text(mark);
                }
            }
            "pre" => {
                self.block();
                self.pre = if opens { self.pre + 1 } else { self.pre.saturating_sub(1) };
            }
            "ul" | "ol" | "menu" => {
                self.block();
                if opens {
                    self.lists.push((name == "ol").then(|| {
                        let start = attribute(tag, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1);
                        (attribute(tag, "type").unwrap_or_default(), start, attribute(tag, "reversed").is_some())
                    }));
                    self.lists.truncate(50);
                } else {
                    self.lists.pop();
                }
            }
            "li" => {
                self.block();
                self.item = opens.then(|| self.mark(attribute(tag, "value")));
            }
            "dl" => {
                self.block();
                if opens && self.definitions.len() < 50 {
                    self.definitions.push(Definitions::default());
                } else if !opens && let Some(list) = self.definitions.pop() {
                    self.run = list.rest();
                    self.block();
                }
            }
            "dt" | "dd" => {
                self.block();
                if let Some(list) = self.definitions.last_mut() {
                    if name == "dt" { list.term(opens) } else { list.meaning(opens) }
                }
            }
            "table" if opens => {
                self.block();
                if self.tables.len() < 20 {
                    self.tables.push(HtmlTable::default());
                }
            }
            "table" => self.table_ends(),
            "thead" => {
                self.row_ends();
                if let Some(table) = self.tables.last_mut() {
                    table.in_head = opens;
                }
            }
            "tbody" | "tfoot" => {
                self.row_ends();
                if let Some(table) = self.tables.last_mut() {
                    table.in_head = false;
                }
            }
            "caption" => self.cell_ends(),
            "tr" => {
                self.row_ends();
                if let Some(table) = self.tables.last_mut() {
                    table.in_row = opens;
                }
            }
            "td" | "th" => {
                self.cell_ends();
                if let Some(table) = self.tables.last_mut().filter(|_| opens) {
                    table.begin_cell(tag);
                }
            }
            name if is_block(name) => self.block(),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn mark(&mut self, value: Option<String>) -> String {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(4));
        match self.lists.last_mut() {
            Some(Some((format, next, down))) => {
                let number = value.and_then(|value| value.trim().parse().ok()).unwrap_or(*next);
                *next = if *down { number.saturating_sub(1) } else { number.saturating_add(1) };
                let shown = u32::try_from(number).map_or_else(|_| number.to_string(), |number| numeral(format, number));
                format!("{indent}{shown}. ")
            }
            _ => format!("{indent}- "),
        }
    }

    /// Ends the running block.
    fn block(&mut self) {
        self.marks.clear();
        let run = std::mem::take(&mut self.run);
        let text = markdown::without_data(&run);
        let text = if self.pre > 0 { text.trim_matches('\n') } else { text.trim() };
        if text.is_empty() {
            return;
        }
        if self.definitions.last_mut().is_some_and(|list| list.takes(text)) {
            return;
        }
        let term = self.definitions.last_mut().and_then(Definitions::name);
        if let Some(table) = self.tables.last_mut()
            && table.in_cell()
        {
            let item = self.item.take();
            let mark = item.as_deref().map(str::trim_start).filter(|mark| *mark != "- ").unwrap_or_default();
            let is_item = item.is_some() || term.is_some();
            let term = term.map(|term| format!("{term}: ")).unwrap_or_default();
            table.write(&format!("{term}{mark}{text}"), is_item);
            return;
        }
        let written = match (self.heading, self.item.take(), term) {
            (None, None, Some(term)) => {
                let mut line = Line::default();
                line.pair(&term, &text.split_whitespace().collect::<Vec<_>>().join(" "), false);
                self.out.row(line)
            }
            (heading, item, term) => {
                let said = term.map_or(Ok(()), |term| self.out.line(&format!("{term}:")));
                said.and_then(|()| match (heading, item) {
                    (Some(level), _) => self.out.heading(level, text),
                    (None, Some(mark)) => self.out.line(&format!("{mark}{text}")),
                    (None, None) => self.out.text(text),
                })
            }
        };
        self.failed = self.failed.take().or(written.err());
    }

    fn cell_ends(&mut self) {
        self.block();
        if let Some(table) = self.tables.last_mut() {
            table.end_cell();
        }
    }

    fn row_ends(&mut self) {
        self.cell_ends();
        if let Some(table) = self.tables.last_mut() {
            table.end_row();
        }
    }

    fn table_ends(&mut self) {
        self.row_ends();
        let Some(table) = self.tables.pop() else { return };
        let written = match self.tables.last_mut() {
            Some(outer) if outer.in_cell() => {
                outer.nest(table);
                Ok(())
            }
            _ => table.finish().into_iter().try_for_each(|piece| match piece {
                TablePiece::Text(text) => self.out.text(&text),
                TablePiece::Rows(rows) => super::write_rows(rows, self.out),
            }),
        };
        self.failed = self.failed.take().or(written.err());
    }

    fn finish(&mut self) {
        self.hidden_ends();
        self.block();
        while let Some(list) = self.definitions.pop() {
            self.run = list.rest();
            self.block();
        }
        while !self.tables.is_empty() {
            self.table_ends();
        }
        self.block();
    }
}

/// The value of an attribute.
fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

/// How the tokenizer reads what stands in an element that holds no others.
fn raw(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "noframes" | "noembed" | "noscript" | "iframe" | "xmp" => Some(Rawtext),
        "textarea" | "title" => Some(Rcdata),
        _ => None,
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "nav"
            | "aside"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "address"
            | "dl"
            | "dt"
            | "dd"
            | "hr"
            | "form"
            | "fieldset"
            | "legend"
            | "details"
            | "summary"
            | "body"
            | "html"
            | "head"
            | "caption"
            | "center"
            | "button"
            | "option"
            | "label"
            | "text"
            | "desc"
    )
}
