//! Binds the css of one component to that component.
//!
//! Every class of the file, also a nested one or one inside `:has()`, gets the file's own class beside it:
//! `.label` becomes `.label.c-1a2b3c`. Elements get both through the constants in `styles`, so that two components can
//! use the same word. The engine of `stylers` scopes each compound; the structure (nesting, at-rules, selector
//! functions) is read here, because the engine can't (see `docs/adr/0001-stylers-engine.md`).

#[path = "lint.rs"]
mod lint;

use std::collections::BTreeSet;

/// One file's css after scoping.
#[derive(Debug)]
pub struct Scoped {
    /// Path below `src`.
    pub path: String,
    /// The class that binds it, such as `c-1a2b3c`.
    pub class: String,
    /// The stylesheet.
    pub css: String,
    /// The class names that it uses, without dots.
    pub names: BTreeSet<String>,
}

/// What a file does that components may not.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// Scopes `css`, the text of the file at `path` below `src`.
///
/// # Errors
/// Every fault of the file, in its order.
pub fn scope(path: &str, css: &str) -> Result<Scoped, Vec<Fault>> {
    let class = format!("c-{:06x}", fnv1a(path) & 0x00ff_ffff);
    let text = without_comments(css);
    let mut scoper = Scoper {
        text: &text,
        engine: stylers_core::Class::new(class.clone()),
        class: class.clone(),
        keyframes: keyframes(&text),
        names: BTreeSet::new(),
        faults: Vec::new(),
        out: String::with_capacity(css.len() * 2),
    };
    scoper.block(0, text.len(), Inside::Top);
    if !scoper.faults.is_empty() {
        return Err(scoper.faults);
    }
    Ok(Scoped { path: path.to_owned(), class, css: scoper.out, names: scoper.names })
}

/// The name of a file's module in `styles`: `pages/calls/review.css` is `calls_review`, `pages/home/mod.css` is `home`.
pub fn module_name(path: &str) -> String {
    let path = path.strip_suffix(".css").unwrap_or(path);
    let path = path.strip_prefix("components/").or_else(|| path.strip_prefix("pages/")).unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.replace(['/', '-'], "_")
}

/// FNV-1a, 64 bit: the same on every machine and in every build.
pub fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Comments out, runs of white space to one blank; nothing else is touched.
pub fn compact(css: &str) -> String {
    let text = without_comments(css);
    let mut out = String::with_capacity(text.len());
    let mut string = None;
    for c in text.chars() {
        match string {
            Some(quote) if c == quote => string = None,
            None if c == '"' || c == '\'' => string = Some(c),
            _ => {}
        }
        if string.is_none() && c.is_whitespace() {
            if !out.is_empty() && !out.ends_with([' ', '{', '}', ';']) {
                out.push(' ');
            }
        } else {
            if matches!(c, '{' | '}') && out.ends_with(' ') {
                out.pop();
            }
            out.push(c);
        }
    }
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Top,
    Rule,
    Keyframes,
}

struct Scoper<'a> {
    text: &'a str,
    engine: stylers_core::Class,
    class: String,
    keyframes: BTreeSet<String>,
    names: BTreeSet<String>,
    faults: Vec<Fault>,
    out: String,
}

impl Scoper<'_> {
    /// Reads the declarations and rules between two offsets.
    fn block(&mut self, start: usize, end: usize, inside: Inside) {
        let mut at = start;
        while let Some(from) = self.text[at..end].find(|c: char| !c.is_whitespace() && c != ';').map(|skip| at + skip) {
            let stop = item_end(&self.text[from..end]) + from;
            if self.text[from..end].len() > stop - from && self.text.as_bytes()[stop] == b'{' {
                let close = block_end(&self.text[stop..end]).map(|length| stop + length);
                let Some(close) = close else {
                    self.fault(from, "this block is never closed");
                    return;
                };
                self.rule(from, stop, close, inside);
                at = close + 1;
            } else {
                self.declaration(from, stop, inside);
                at = stop;
            }
        }
    }

    fn rule(&mut self, from: usize, open: usize, close: usize, inside: Inside) {
        let prelude = self.text[from..open].trim();
        let within = if let Some(at_rule) = prelude.strip_prefix('@') {
            if let Some(name) = at_rule.strip_prefix("keyframes").map(str::trim) {
                self.out.push_str(&format!("@keyframes {name}-{}", self.class));
                Inside::Keyframes
            } else {
                // Custom properties don't work in the prelude of an at-rule, so lengths are allowed there.
                self.out.push_str(&one_line(prelude));
                inside
            }
        } else if inside == Inside::Keyframes {
            self.out.push_str(&one_line(prelude));
            Inside::Keyframes
        } else {
            let selector = self.selector(prelude, from, inside == Inside::Top);
            self.out.push_str(&selector);
            Inside::Rule
        };
        self.out.push('{');
        self.block(open + 1, close, within);
        self.out.push('}');
    }

    fn declaration(&mut self, from: usize, stop: usize, inside: Inside) {
        let text = self.text[from..stop].trim();
        if text.starts_with('@') {
            self.fault(from, "an at-rule without a block belongs in `style/`");
            return;
        }
        let Some((property, value)) = text.split_once(':') else {
            self.fault(from, &format!("`{text}` is neither a declaration nor a rule"));
            return;
        };
        if inside == Inside::Top {
            self.fault(from, &format!("`{}` stands outside a rule", property.trim()));
            return;
        }
        let value_at = from + property.len() + 1;
        for (offset, message) in lint::value(value) {
            self.fault(value_at + offset, &message);
        }
        let value = one_line(value.trim());
        let value = if property.trim().starts_with("animation") { self.animation(&value) } else { value };
        self.out.push_str(&format!("{}:{value};", property.trim()));
    }

    /// Names of this file's own keyframes in the value of an `animation` property.
    fn animation(&self, value: &str) -> String {
        let words = value.split(' ').map(|word| {
            let bare = word.trim_end_matches(',');
            if self.keyframes.contains(bare) { word.replacen(bare, &format!("{bare}-{}", self.class), 1) } else { word.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Scopes a list of selectors.
    fn selector(&mut self, prelude: &str, from: usize, top: bool) -> String {
        let parts: Vec<&str> = split(prelude, ',');
        if top {
            for compound in parts.iter().flat_map(|part| compounds(part)) {
                if !compound.contains('.') && !compound.is_empty() {
                    self.fault(from, &format!("`{compound}` names no class: bare selectors reach into other components"));
                }
            }
        }
        let prelude = parts.iter().map(|part| one_line(part)).collect::<Vec<_>>().join(",");
        let mut out = String::with_capacity(prelude.len() * 2);
        let mut rest = prelude.as_str();
        while let Some(dot) = class_start(rest) {
            let length = rest[dot + 1..].find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len() - dot - 1);
            let (name, after) = rest[dot + 1..].split_at(length);
            out.push_str(&rest[..dot]);
            // The engine answers `.name.c-1a2b3c{}`.
            out.push_str(stylers_core::from_str(&format!(".{name}{{}}"), &self.engine).trim_end_matches("{}"));
            self.names.insert(name.to_owned());
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn fault(&mut self, offset: usize, message: &str) {
        let line = self.text[..offset].matches('\n').count() + 1;
        self.faults.push(Fault { line, message: message.to_owned() });
    }
}

/// Offset of the next `.` that starts a class: not in brackets, not in a string, followed by a name.
fn class_start(text: &str) -> Option<usize> {
    let mut brackets = 0_u32;
    let mut string = None;
    let bytes = text.as_bytes();
    for (i, c) in text.char_indices() {
        match (string, c) {
            (Some(quote), _) if c == quote => string = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => string = Some(c),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '.') if brackets == 0 && bytes.get(i + 1).is_some_and(u8::is_ascii_alphabetic) => return Some(i),
            _ => {}
        }
    }
    None
}

/// The compounds of one selector, without its combinators; what is in parentheses or brackets stays with its compound.
fn compounds(selector: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (i, c) in selector.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ' ' | '\n' | '\t' | '>' | '+' | '~' if depth == 0 => {
                list.push(selector[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    list.push(selector[start..].trim());
    list
}

/// Splits at a separator that is outside of parentheses, brackets and strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    while let Some(length) = find(&text[start..], |c| c == separator) {
        parts.push(&text[start..start + length]);
        start += length + separator.len_utf8();
    }
    parts.push(&text[start..]);
    parts
}

/// Where a declaration or a prelude ends: at `;`, at `{`, or at the end.
fn item_end(text: &str) -> usize {
    find(text, |c| c == ';' || c == '{').unwrap_or(text.len())
}

/// Offset of the first fitting character outside of parentheses, brackets and strings.
fn find(text: &str, fits: impl Fn(char) -> bool) -> Option<usize> {
    let mut depth = 0_u32;
    let mut string = None;
    for (i, c) in text.char_indices() {
        match (string, c) {
            (Some(quote), _) if c == quote => string = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => string = Some(c),
            (None, _) if depth == 0 && fits(c) => return Some(i),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Length of the block that starts at offset 0 with `{`, up to its `}`.
fn block_end(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut string = None;
    for (i, c) in text.char_indices() {
        match (string, c) {
            (Some(quote), _) if c == quote => string = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => string = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// Comments become blanks, so that offsets and lines stay true.
pub fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        let (comment, tail) = after.split_once("*/").unwrap_or((after, ""));
        out.push_str("  ");
        out.extend(comment.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        out.push_str("  ");
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Runs of white space to one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn keyframes(text: &str) -> BTreeSet<String> {
    let names = text.split("@keyframes").skip(1);
    names.filter_map(|rest| rest.split_whitespace().next()).map(|name| name.trim_end_matches('{').to_owned()).collect()
}
