//! The style sheets of a page, as far as they say what is seen of it. Sheets that would have to be fetched are not read.

use std::collections::HashMap;

use html5ever::Attribute;
use html5ever::tokenizer::Tag;
use simplecss::{AttributeOperator, Declaration, Element, PseudoClass, Selector};

/// No page that anybody writes has more of these, in bytes.
const MAX_BYTES: usize = 2 << 20;
/// So many rules are kept.
const MAX_RULES: usize = 20_000;
/// So many elements around the innermost one are known.
const MAX_DEPTH: usize = 64;
/// A selector with more parts is left out: how its parts may stand within one another would be tried for too long.
const MAX_PARTS: usize = 6;
/// So often a rule is held against an element; a page that needs more is an attack.
const MAX_TRIES: usize = 20_000_000;

/// The rules of a page's own style sheets.
#[derive(Default)]
pub struct Sheets<'s> {
    rules: Vec<SheetRule<'s>>,
    /// Rules by the class, id or name that their element must have.
    by_key: HashMap<String, Vec<usize>>,
    /// Whether the page has sheets that are not in it.
    pub has_others: bool,
}

struct SheetRule<'s> {
    selector: Selector<'s>,
    /// Whether it makes what stands before or behind the element's text.
    makes: Makes,
    declarations: Vec<Declaration<'s>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Makes {
    Nothing,
    Before,
    After,
}

/// What is declared for an element: properties and values in lower case, the last one of a name counts.
#[derive(Default)]
pub struct Declared {
    properties: HashMap<String, String>,
    /// What its style sheets write before its text.
    pub before: Option<String>,
    /// What they write behind it.
    pub after: Option<String>,
}

impl Declared {
    /// The value of a property.
    pub fn get(&self, property: &str) -> Option<&str> {
        self.properties.get(property).map(String::as_str)
    }

    fn set(&mut self, property: &str, value: &str) {
        let value = value.trim().to_ascii_lowercase();
        self.properties.insert(property.trim().to_ascii_lowercase(), value.trim_end_matches("!important").trim_end().to_owned());
    }
}

/// An element as selectors see it.
pub struct Named {
    /// Its name.
    pub name: String,
    attributes: Vec<Attribute>,
}

/// An element that is open, or was the last one to be closed.
pub struct Placed {
    named: Named,
    previous: Option<Named>,
    last_child: Option<Named>,
}

/// The elements that are open, as far as sheets ask for them.
#[derive(Default)]
pub struct Path {
    open: Vec<Placed>,
    last_child: Option<Named>,
    tries: usize,
}

impl<'s> Sheets<'s> {
    /// The sheets that stand in a page.
    pub fn of(page: &'s str) -> Self {
        let mut sheets = Self { has_others: has_others(page), ..Self::default() };
        let mut rest = page;
        let mut left = MAX_BYTES;
        while let Some(at) = find_tag(rest, "<style") {
            let after = &rest[at..];
            let Some(begin) = after.find('>') else { break };
            let body = &after[begin + 1..];
            let end = find_tag(body, "</style").unwrap_or(body.len());
            let (css, print) = (&body[..end], after[..begin].to_ascii_lowercase().contains("print"));
            if !print && css.len() <= left {
                left -= css.len();
                sheets.add(css, 0);
            }
            rest = &body[end..];
        }
        let mut order: Vec<usize> = (0..sheets.rules.len()).collect();
        order.sort_by_key(|at| sheets.rules[*at].selector.specificity());
        for at in order {
            sheets.by_key.entry(key(&sheets.rules[at].selector)).or_default().push(at);
        }
        sheets
    }

    /// Takes the statements of a sheet one by one, so that one that isn't understood spoils no other.
    fn add(&mut self, css: &'s str, depth: u8) {
        let mut rest = css.trim_start().trim_start_matches("<!--");
        while let Some(end) = statement(rest).filter(|_| self.rules.len() < MAX_RULES) {
            let (this, others) = rest.split_at(end);
            rest = others;
            let this =
                without_comments_before(this).trim_start_matches(['}', ';', ' ', '\n', '\r', '\t']).trim_start_matches("-->").trim_start();
            match this.strip_prefix('@') {
                Some(rule) => {
                    // What holds for every screen; what is printed or small may look otherwise.
                    let Some((head, body)) = rule.split_once('{') else { continue };
                    let head = head.to_ascii_lowercase();
                    let for_all = ["media screen", "media all", "media only screen", "supports", "layer"];
                    if depth < 3
                        && for_all.iter().any(|known| head.trim().starts_with(known))
                        && !head.contains("width")
                        && !head.contains("prefers")
                    {
                        self.add(body.trim_end().strip_suffix('}').unwrap_or(body), depth + 1);
                    }
                }
                None => self.rule(this),
            }
        }
    }

    fn rule(&mut self, rule: &'s str) {
        let Some((selectors, body)) = rule.split_once('{') else { return };
        // Of a rule without selectors the declarations are wanted.
        let parsed = simplecss::DeclarationTokenizer::from(body.trim_end().trim_end_matches('}')).collect::<Vec<_>>();
        let declarations: Vec<Declaration> = parsed.into_iter().filter(|declaration| matters(declaration.name)).collect();
        if declarations.is_empty() {
            return;
        }
        for selector in selectors.split(',').map(str::trim) {
            // What isn't the beginning of a selector is no rule.
            if selector.starts_with(['>', '+', '~'])
                || selector.split_whitespace().count() > MAX_PARTS
                || selector.contains('~') && !selector.contains("~=")
            {
                continue;
            }
            let made = [("::before", Makes::Before), (":before", Makes::Before), ("::after", Makes::After), (":after", Makes::After)];
            let (selector, makes) = made
                .into_iter()
                .find_map(|(end, makes)| selector.strip_suffix(end).map(|rest| (if rest.is_empty() { "*" } else { rest }, makes)))
                .unwrap_or((selector, Makes::Nothing));
            let whole = Selector::parse(selector).filter(|_| !selector.ends_with(['>', '+']));
            if let Some(selector) = whole {
                self.rules.push(SheetRule { selector, makes, declarations: declarations.clone() });
            }
        }
    }

    /// What holds for an element that begins: what the sheets say, and what it says itself.
    pub fn declared(&self, tag: &Tag, path: &mut Path) -> Declared {
        let mut declared = Declared::default();
        let mut important = Vec::new();
        if !self.rules.is_empty() && path.tries < MAX_TRIES {
            let named = Named { name: tag.name.to_string(), attributes: tag.attrs.clone() };
            let last = path.open.last().map_or(path.last_child.as_ref(), |parent| parent.last_child.as_ref());
            let element = Place { named: &named, around: &path.open, previous: last };
            let mut matching = self.candidates(&named);
            path.tries += matching.len();
            matching.retain(|at| self.rules[*at].selector.matches(&element));
            matching.sort_by_key(|at| (self.rules[*at].selector.specificity(), *at));
            for rule in matching.into_iter().map(|at| &self.rules[at]) {
                for declaration in &rule.declarations {
                    match rule.makes {
                        Makes::Nothing if declaration.important => important.push(declaration),
                        Makes::Nothing => declared.set(declaration.name, declaration.value),
                        Makes::Before if declaration.name == "content" => declared.before = content(declaration.value),
                        Makes::After if declaration.name == "content" => declared.after = content(declaration.value),
                        Makes::Before | Makes::After => {}
                    }
                }
            }
        }
        let own = super::attribute(tag, "style").unwrap_or_default();
        for (property, value) in own.split(';').filter_map(|rule| rule.split_once(':')) {
            declared.set(property, value);
        }
        important.into_iter().for_each(|declaration| declared.set(declaration.name, declaration.value));
        declared
    }

    fn candidates(&self, named: &Named) -> Vec<usize> {
        let mut keys = vec!["*".to_owned(), named.name.clone()];
        for attribute in &named.attributes {
            match &*attribute.name.local {
                "class" => keys.extend(attribute.value.split_ascii_whitespace().take(50).map(|class| format!(".{class}"))),
                "id" => keys.push(format!("#{}", attribute.value.trim())),
                _ => {}
            }
        }
        keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect()
    }

    /// Whether no sheet of the page says anything.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Path {
    /// An element begins within the others.
    pub fn open(&mut self, tag: &Tag) {
        let named = || Named { name: tag.name.to_string(), attributes: tag.attrs.clone() };
        let siblings = self.open.last_mut().map_or(&mut self.last_child, |parent| &mut parent.last_child);
        let previous = siblings.replace(named());
        if self.open.len() < MAX_DEPTH {
            self.open.push(Placed { named: named(), previous, last_child: None });
        }
    }

    /// An element is begun that holds nothing.
    pub fn void(&mut self, tag: &Tag) {
        let siblings = self.open.last_mut().map_or(&mut self.last_child, |parent| &mut parent.last_child);
        *siblings = Some(Named { name: tag.name.to_string(), attributes: tag.attrs.clone() });
    }

    /// So many are open from now on.
    pub fn shrink(&mut self, length: usize) {
        self.open.truncate(length);
    }
}

/// An element where it stands.
struct Place<'p> {
    named: &'p Named,
    around: &'p [Placed],
    previous: Option<&'p Named>,
}

impl Element for Place<'_> {
    fn parent_element(&self) -> Option<Self> {
        let (parent, around) = self.around.split_last()?;
        Some(Place { named: &parent.named, around, previous: parent.previous.as_ref() })
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        // What stands before that one is not known any more.
        self.previous.map(|named| Place { named, around: self.around, previous: None })
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.named.name.eq_ignore_ascii_case(name)
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator<'_>) -> bool {
        let found = self.named.attributes.iter().find(|attribute| (*attribute.name.local).eq_ignore_ascii_case(name));
        found.is_some_and(|attribute| operator.matches(&attribute.value))
    }

    fn pseudo_class_matches(&self, class: PseudoClass<'_>) -> bool {
        matches!(class, PseudoClass::FirstChild) && self.previous.is_none() || matches!(class, PseudoClass::Link) && self.named.name == "a"
    }
}

/// Whether a property says what is seen.
fn matters(property: &str) -> bool {
    const PROPERTIES: [&str; 14] = [
        "display",
        "visibility",
        "opacity",
        "font-size",
        "color",
        "background",
        "background-color",
        "background-image",
        "text-decoration",
        "text-decoration-line",
        "vertical-align",
        "content",
        "font-family",
        "position",
    ];
    PROPERTIES.iter().any(|known| property.eq_ignore_ascii_case(known))
}

/// What `content` writes: texts in quotes. Counters and pictures are not known.
fn content(value: &str) -> Option<String> {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (text, _) = value[1..].split_once(quote)?;
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        written.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
        let (code, others) = rest.split_at(digits.min(6));
        rest = others.strip_prefix(' ').filter(|_| !code.is_empty()).unwrap_or(others);
        written.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
    }
    written.push_str(rest);
    // Codes of fonts of icons are no signs; bullets and quotes are there for their looks.
    let shown: String = written.chars().filter(|c| !('\u{e000}'..='\u{f8ff}').contains(c)).collect();
    let says = |c: char| !c.is_whitespace() && !"•·–—-»«›‹▪■●○→\"“”‘’'/|,:;.".contains(c);
    shown.contains(says).then_some(shown)
}

/// What a rule's element must have, so that it isn't held against every other: its class, id or name.
fn key(selector: &Selector) -> String {
    let written = selector.to_string();
    let mut last = written.as_str();
    let mut quoted = false;
    for (at, c) in written.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            ' ' | '>' | '+' if !quoted => last = &written[at + 1..],
            _ => {}
        }
    }
    let within = |begin: &str| last.split_once(begin).and_then(|(_, rest)| rest.split_once('\'')).map(|(value, _)| value);
    let name = last.split(['[', ':']).next().unwrap_or_default();
    match (within("[id='"), within("[class~='")) {
        (Some(id), _) => format!("#{id}"),
        (None, Some(class)) => format!(".{class}"),
        (None, None) if name.is_empty() || name == "*" => "*".to_owned(),
        (None, None) => name.to_ascii_lowercase(),
    }
}

/// Where the next statement of a sheet ends, in bytes; none if nothing follows.
fn statement(css: &str) -> Option<usize> {
    if css.trim().is_empty() {
        return None;
    }
    let bytes = css.as_bytes();
    let (mut depth, mut at, mut quote) = (0usize, 0usize, None::<u8>);
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', _) => at += 1,
            (byte, Some(open)) if byte == open || byte == b'\n' => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) => quote = Some(bytes[at]),
            (b'/', None) if bytes.get(at + 1) == Some(&b'*') => {
                at = css[at + 2..].find("*/").map_or(bytes.len(), |end| at + 2 + end + 1);
            }
            (b'{', None) => depth += 1,
            (b'}', None) if depth <= 1 => return Some(at + 1),
            (b'}', None) => depth -= 1,
            (b';', None) if depth == 0 => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    Some(css.len())
}

fn without_comments_before(css: &str) -> &str {
    let mut rest = css.trim_start();
    while let Some((_, after)) = rest.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
        rest = after.trim_start();
    }
    rest
}

/// Where a tag begins, whatever its case.
fn find_tag(text: &str, tag: &str) -> Option<usize> {
    let (bytes, tag) = (text.as_bytes(), tag.as_bytes());
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'<') {
        at += next;
        if bytes.get(at..at + tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag)) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether a page takes sheets from elsewhere: what they say is not known.
fn has_others(page: &str) -> bool {
    page.contains("stylesheet") || page.contains("@import")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_taken_one_by_one() {
        let css = "<style>/* a } b */ .old, p > s.x { display: none } @media print { .y { display: none } } @media screen { .z { opacity: 0 } } \
                   a::after { content: \"\\2713\" } :root { --a: { b } } .q:not(.r) { color: red } @import 'x'; td.w { color: white }</style>";
        let sheets = Sheets::of(css);
        let mut keys: Vec<&str> = sheets.by_key.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, [".old", ".w", ".x", ".z", "a"]);
        assert!(sheets.has_others && Sheets::of("<p>none").is_empty());
        assert_eq!(
            (content("'\\2713  '"), content("\"\""), content("counter(a)"), content("\"\\f00c\"")),
            (Some("✓ ".to_owned()), None, None, None)
        );
    }
}
