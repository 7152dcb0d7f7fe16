//! RTF: text in any code page, headings by outline level, tables by row. Pictures, objects, deleted and struck text are left out.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};
use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::colors::{self, BLACK, Ground, Rgb, WHITE};
use crate::formats::{raised, symbols, write_rows};
use crate::tables::{Grid, Row};

/// Reads an RTF.
pub fn read(bytes: &[u8], out: &mut Content) -> Result<(), Failure> {
    out.begin(PlaceKind::Whole, "");
    let mut reader = Rtf {
        out,
        state: RtfState::default(),
        stack: Vec::new(),
        page: WINDOWS_1252,
        fonts: HashMap::new(),
        colors: Vec::new(),
        color: BLACK,
        symbols: HashMap::new(),
        bytes: Vec::new(),
        text: String::new(),
        title: String::new(),
        row: Vec::new(),
        grid: Grid::default(),
        rows: Vec::new(),
        merges: Vec::new(),
        merge: Merge::default(),
        skip: 0,
        high: None,
    };
    reader.read(bytes)?;
    reader.paragraph()?;
    reader.table()?;
    // Programs that could not write the title's characters wrote question marks.
    let title = one_line(&reader.title, 200);
    out.title = if title.chars().any(char::is_alphanumeric) { title } else { String::new() };
    Ok(())
}

/// What holds within a group.
#[derive(Clone, Default)]
struct RtfState {
    into: Into,
    /// The number of its font, which names the code page.
    font: i32,
    /// So many characters stand for one in Unicode.
    fallback: Option<i32>,
    hidden: bool,
    deleted: bool,
    struck: bool,
    /// Raised, or lowered.
    raised: i8,
    /// The numbers of the colours of text, of its marker, and of its paragraph's ground; 0 says nothing.
    color: usize,
    marker: usize,
    ground: usize,
    /// In a drawn box: what fills it isn't known.
    in_box: bool,
    level: Option<u8>,
    in_table: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Into {
    #[default]
    Text,
    Title,
    Fonts,
    Colors,
    Nothing,
}

/// Whether a cell only goes on with the one to its left, or above it.
#[derive(Clone, Copy, Default)]
struct Merge {
    left: bool,
    above: bool,
    /// The number of the colour of its ground.
    ground: usize,
}

struct Rtf<'o, 'b> {
    out: &'o mut Content<'b>,
    state: RtfState,
    stack: Vec<RtfState>,
    page: &'static Encoding,
    fonts: HashMap<i32, &'static Encoding>,
    /// The colours by their numbers, and the one that is being read.
    colors: Vec<Option<Rgb>>,
    color: Rgb,
    /// The names of fonts whose letters are pictures.
    symbols: HashMap<i32, String>,
    /// Bytes in the current code page: a character may need two.
    bytes: Vec<u8>,
    text: String,
    title: String,
    row: Vec<String>,
    grid: Grid,
    rows: Vec<Row>,
    /// What the definition of the row says of its cells, and of the next one.
    merges: Vec<Merge>,
    merge: Merge,
    /// Characters that older programs would show instead of the one before.
    skip: i32,
    /// The first half of a character that needs two units of UTF-16.
    high: Option<u16>,
}

impl Rtf<'_, '_> {
    fn read(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'{' => {
                    self.decode();
                    if self.stack.len() > 10_000 {
                        return Err(Failure::broken("RTF"));
                    }
                    self.stack.push(self.state.clone());
                    self.skip = 0;
                }
                b'}' => {
                    self.decode();
                    if let Some(state) = self.stack.pop() {
                        self.state = state;
                    }
                    self.skip = 0;
                }
                b'\\' => rest = self.control(rest)?,
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
        self.decode();
        Ok(())
    }

    /// What stands behind a backslash; returns what is behind it.
    fn control<'r>(&mut self, rest: &'r [u8]) -> Result<&'r [u8], Failure> {
        let Some((&first, tail)) = rest.split_first() else { return Ok(rest) };
        if !first.is_ascii_alphabetic() {
            match first {
                b'\'' => {
                    let code = tail
                        .get(..2)
                        .and_then(|digits| std::str::from_utf8(digits).ok())
                        .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                    if let Some(byte) = code {
                        self.byte(byte);
                        return Ok(&tail[2..]);
                    }
                }
                b'~' => self.char('\u{a0}'),
                b'_' => self.char('-'),
                b'*' => self.into(Into::Nothing),
                b'\\' | b'{' | b'}' => self.byte(first),
                b'\r' | b'\n' => self.word("par", None)?,
                _ => {}
            }
            return Ok(tail);
        }
        let letters = rest.iter().take(40).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, mut rest) = rest.split_at(letters);
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number =
            (digits > 0).then(|| std::str::from_utf8(&rest[..sign + digits]).ok().and_then(|number| number.parse::<i64>().ok())).flatten();
        if digits > 0 {
            rest = &rest[sign + digits..];
        }
        rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let word = std::str::from_utf8(word).unwrap_or_default();
        let number = number.map(|number| number.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        if word == "bin" {
            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
            return Ok(&rest[length.min(rest.len())..]);
        }
        self.word(word, number)?;
        Ok(rest)
    }

    fn word(&mut self, word: &str, number: Option<i32>) -> Result<(), Failure> {
        let on = number != Some(0);
        if word != "u" {
            self.decode();
        }
        match word {
            "ansicpg" => self.page = code_page(number.unwrap_or(1252)),
            "fonttbl" => self.into(Into::Fonts),
            "title" => self.into(Into::Title),
            "colortbl" => self.into(Into::Colors),
            "red" => self.color.0 = part(number),
            "green" => self.color.1 = part(number),
            "blue" => self.color.2 = part(number),
            "cf" => self.state.color = index(number),
            "highlight" | "cb" | "chcbpat" => self.state.marker = index(number),
            "cbpat" => self.state.ground = index(number),
            "clcbpat" => self.merge.ground = index(number),
            "stylesheet" | "info" | "pict" | "objdata" | "fldinst" | "listtable" | "themedata" | "datastore" | "generator"
            | "nonshppict" | "xmlnstbl" | "bkmkstart" | "bkmkend" | "rsidtbl" => self.into(Into::Nothing),
            // What newer programs read in a group that older ones pass over.
            "shptxt" | "shpinst" if self.state.into == Into::Nothing && self.stack.last().is_some_and(|outer| outer.into == Into::Text) => {
                self.state.into = Into::Text;
                self.state.in_box = true;
            }
            "f" => self.state.font = number.unwrap_or(0),
            "fcharset" if self.state.into == Into::Fonts => {
                if let Some(page) = charset(number.unwrap_or(1)) {
                    self.fonts.insert(self.state.font, page);
                }
            }
            "uc" => self.state.fallback = number,
            "u" => self.unicode(number.unwrap_or(0)),
            "v" => self.state.hidden = on,
            "deleted" => self.state.deleted = on,
            "strike" | "striked" => self.state.struck = on,
            "super" => self.state.raised = i8::from(on),
            "sub" => self.state.raised = -i8::from(on),
            // Half points.
            "up" => self.state.raised = i8::from(number.unwrap_or(6) >= 4),
            "dn" => self.state.raised = -i8::from(number.unwrap_or(6) >= 4),
            "nosupersub" => self.state.raised = 0,
            "plain" => {
                let state = &mut self.state;
                (state.hidden, state.deleted, state.struck, state.raised) = (false, false, false, 0);
                (state.color, state.marker) = (0, 0);
            }
            "pard" => (self.state.level, self.state.in_table, self.state.ground) = (None, false, 0),
            "outlinelevel" => self.state.level = number.filter(|level| (0..9).contains(level)).map(|level| level as u8 + 1),
            "intbl" => self.state.in_table = true,
            "par" | "sect" | "page" => {
                if self.state.in_table {
                    self.char(' ');
                } else {
                    self.paragraph()?;
                }
            }
            "line" => self.char('\n'),
            "tab" => self.char('\t'),
            "cell" | "nestcell" => {
                let cell = std::mem::take(&mut self.text);
                self.row.push(cell.trim().replace('\n', " "));
            }
            "row" | "nestrow" => {
                self.end_row();
            }
            "trowd" => (self.merges, self.merge) = (Vec::new(), Merge::default()),
            "clmrg" => self.merge.left = true,
            "clvmrg" => self.merge.above = true,
            "cellx" if self.merges.len() < 1_000 => self.merges.push(std::mem::take(&mut self.merge)),
            "cellx" => {}
            "emdash" => self.char('—'),
            "endash" => self.char('–'),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "bullet" => self.char('•'),
            _ => {}
        }
        Ok(())
    }

    /// What follows in this group goes there. Out of nothing nothing comes back.
    fn into(&mut self, into: Into) {
        if self.state.into != Into::Nothing || (into == Into::Title && self.stack.len() < 5) {
            self.state.into = into;
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.bytes.push(byte);
        }
    }

    fn unicode(&mut self, number: i32) {
        self.decode();
        self.skip = self.state.fallback.unwrap_or(1).clamp(0, 32);
        let skip = self.skip;
        let unit = number as u16;
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for c in char::decode_utf16(units).flatten() {
            self.char(c);
        }
        self.skip = skip;
    }

    /// The bytes that wait, as text.
    fn decode(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let page = self.fonts.get(&self.state.font).copied().unwrap_or(self.page);
        let text = page.decode_without_bom_handling(&bytes).0;
        self.write(&text);
    }

    /// The note that text here deserves, because it has the colour of what it stands on.
    fn unseen(&self) -> Option<&'static str> {
        let of = |number: usize| self.colors.get(number).copied().flatten().filter(|_| number > 0);
        let ground = |number: usize| of(number).map_or(Ground::Clear, Ground::Is);
        let cell = self.merges.get(self.row.len()).filter(|_| self.state.in_table).map_or(0, |cell| cell.ground);
        let grounds = [self.state.marker, self.state.ground, cell].map(ground);
        colors::unseen(of(self.state.color), colors::ground(grounds, Some(WHITE).filter(|_| !self.state.in_box)))
    }

    fn char(&mut self, c: char) {
        self.decode();
        self.write(c.encode_utf8(&mut [0; 4]));
    }

    fn write(&mut self, text: &str) {
        match self.state.into {
            Into::Text if self.state.struck && text.trim().is_empty() => {}
            Into::Text if self.state.struck => self.out.note("Text that is struck through was left out."),
            Into::Colors => text.matches(';').for_each(|_| self.colors.push(Some(std::mem::replace(&mut self.color, BLACK)))),
            Into::Text if !self.state.hidden && !self.state.deleted => {
                if let Some(note) = self.unseen() {
                    if !text.trim().is_empty() {
                        self.out.note(note);
                    }
                    return;
                }
                let text = match self.symbols.get(&self.state.font) {
                    Some(font) => symbols::text(font, text, &mut false),
                    None => text.to_owned(),
                };
                let start = self.text.len();
                self.text.push_str(&text);
                if let up @ (1 | -1) = self.state.raised {
                    raised::replace_end(&mut self.text, start, up == 1);
                }
            }
            Into::Fonts => {
                let name = text.trim().trim_end_matches(';');
                if symbols::is_symbol_font(name) {
                    self.symbols.insert(self.state.font, name.to_owned());
                }
            }
            Into::Title => self.title.push_str(text),
            _ => {}
        }
    }

    fn paragraph(&mut self) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.table()?;
        match self.state.level {
            Some(level) => self.out.heading(level, &text),
            None => self.out.text(text.trim()),
        }
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.row);
        let merge = |at: usize| self.merges.get(at).copied().unwrap_or_default();
        let mut at = 0;
        while let Some(cell) = cells.get(at) {
            let columns = 1 + (at + 1..cells.len()).take_while(|next| merge(*next).left).count();
            if merge(at).above {
                self.grid.go_on(self.rows.last(), columns as u32);
            } else {
                self.grid.cell(cell, columns as u32, 1, false);
            }
            at += columns;
        }
        self.rows.push(self.grid.end_row());
    }

    fn table(&mut self) -> Result<(), Failure> {
        write_rows(std::mem::take(&mut self.rows), self.out)
    }
}

/// The encoding of a Windows code page.
fn code_page(number: i32) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        866 => "ibm866".to_owned(),
        10000 => "macintosh".to_owned(),
        65001 => "utf-8".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

/// The encoding of a font's character set; none for the document's own.
/// A part of a colour.
fn part(number: Option<i32>) -> u8 {
    number.unwrap_or(0).clamp(0, 255) as u8
}

/// The number of a colour.
fn index(number: Option<i32>) -> usize {
    usize::try_from(number.unwrap_or(0)).unwrap_or(0)
}

fn charset(number: i32) -> Option<&'static Encoding> {
    let page = match number {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    Some(code_page(page))
}
