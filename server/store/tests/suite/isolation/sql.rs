//! Which tables a statement names, and which of them it holds to an organization: told from its text, alias by alias.

use std::collections::{BTreeMap, BTreeSet};

/// Which tables have an organization.
pub type Tenants = BTreeSet<String>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    /// In lower case; texts in quotes as `'`.
    text: String,
    /// How many parentheses are open.
    depth: usize,
}

/// A table in a statement, by the name that it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub table: String,
    pub alias: String,
    scope: usize,
}

/// `this = that`, in a WHERE or an ON.
#[derive(Clone, Debug)]
struct Fact {
    sides: [Side; 2],
    scope: usize,
    /// The only alias that it narrows: that of a LEFT JOIN.
    only: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Side {
    Bind,
    /// `alias.column`, or a column alone.
    Column(Option<String>, String),
}

/// A statement's tables and what it says of them.
pub struct Read {
    pub sources: Vec<Source>,
    facts: Vec<Fact>,
    /// The scope around each scope.
    outer: Vec<Option<usize>>,
}

fn tokens(sql: &str) -> Vec<Token> {
    let (mut tokens, mut depth) = (Vec::new(), 0_usize);
    let chars: Vec<char> = sql.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let start = at;
        at += 1;
        let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_' || *c == '$';
        let text = match c {
            c if c.is_whitespace() => continue,
            '\'' | '"' => {
                while chars.get(at).is_some_and(|next| *next != c) {
                    at += 1;
                }
                at += 1;
                "'".to_owned()
            }
            c if word(&c) => {
                while chars.get(at).is_some_and(word) {
                    at += 1;
                }
                chars[start..at].iter().collect::<String>().to_lowercase()
            }
            '<' | '>' | '!' | '-' | '|' | '@' => {
                while chars.get(at).is_some_and(|next| "<>=-|@#".contains(*next)) {
                    at += 1;
                }
                chars[start..at].iter().collect()
            }
            c => c.to_string(),
        };
        if text == ")" {
            depth = depth.saturating_sub(1);
        }
        tokens.push(Token { depth, text: text.clone() });
        if text == "(" {
            depth += 1;
        }
    }
    tokens
}

const KEYWORDS: [&str; 27] = [
    "where",
    "on",
    "join",
    "left",
    "cross",
    "inner",
    "set",
    "order",
    "group",
    "having",
    "limit",
    "union",
    "returning",
    "values",
    "select",
    "using",
    "for",
    "as",
    "and",
    "or",
    "do",
    "not",
    "conflict",
    "with",
    "from",
    "default",
    ")",
];

/// Reads a statement.
pub fn read(sql: &str) -> Read {
    let tokens = tokens(sql);
    let mut read = Read { sources: Vec::new(), facts: Vec::new(), outer: vec![None] };
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token: &Token| token.text == text);
    let is_name = |at: usize| tokens.get(at).is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    // The scopes that are open: which, at which depth, and the clause that is being read.
    let mut open: Vec<(usize, usize, String)> = vec![(0, 0, String::new())];
    // The sources of a LEFT JOIN's ON.
    let mut only: Option<usize> = None;
    // Names of common table expressions are no tables.
    let mut named = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let (text, depth) = (tokens[at].text.as_str(), tokens[at].depth);
        while open.len() > 1 && open.last().is_some_and(|(_, own, _)| depth < *own) {
            open.pop();
        }
        if text == "(" && (is(at + 1, "select") || is(at + 1, "with")) {
            let outer = open.last().map(|(scope, ..)| *scope);
            read.outer.push(outer);
            open.push((read.outer.len() - 1, depth + 1, String::new()));
            only = None;
        }
        let last = open.len() - 1;
        if text == "union" && open[last].1 == depth {
            let outer = read.outer[open[last].0];
            read.outer.push(outer);
            open[last].0 = read.outer.len() - 1;
        }
        let scope = open[last].0;
        if is(at + 1, "as") && (is(at + 2, "(") || is(at + 2, "materialized")) && is_name(at) {
            named.insert(text.to_owned());
        }
        if text == ")" && is(at + 1, "as") && is(at + 2, "(") {
            // `name (columns) AS (`
            let begin = (0..at).rev().find(|back| tokens[*back].text == "(" && tokens[*back].depth == depth).unwrap_or(0);
            if begin > 0 && is_name(begin - 1) {
                named.insert(tokens[begin - 1].text.clone());
            }
        }
        match text {
            "select" | "set" | "having" | "order" | "group" | "values" | "returning" | "limit" if open[last].1 == depth => {
                // `DO UPDATE SET` names its table by name.
                open[last].2 = text.to_owned();
            }
            "where" | "on" if !is(at + 1, "conflict") => {
                open[last].2 = text.to_owned();
                if text == "where" {
                    only = None;
                }
            }
            _ => {}
        }
        // What is inserted into is `wrong_insert`'s.
        let changes = text == "update" && !(at > 0 && (is(at - 1, "do") || is(at - 1, "for")));
        let begins = (matches!(text, "from" | "join") || changes) && is_name(at + 1);
        let comma = text == "," && open[last].2 == "from" && open[last].1 == depth && is_name(at + 1);
        if begins || comma {
            open[last].2 = "from".to_owned();
            let optional = at > 0 && text == "join" && is(at - 1, "left");
            let table = tokens[at + 1].text.clone();
            let renamed = at + 2 + usize::from(is(at + 2, "as"));
            let alias = if is_name(renamed) && !KEYWORDS.contains(&tokens[renamed].text.as_str()) { renamed } else { at + 1 };
            if !is(at + 2, "(") {
                only = optional.then_some(read.sources.len());
                read.sources.push(Source { table, alias: tokens[alias].text.clone(), scope });
            }
        }
        if text == "=" && matches!(open[last].2.as_str(), "where" | "on") && !under_or(&tokens, at) {
            let left = side(&tokens, at.checked_sub(1), true);
            if let (Some(left), Some(right)) = (left, side(&tokens, Some(at + 1), false)) {
                read.facts.push(Fact { sides: [left, right], scope, only: only.filter(|_| open[last].2 == "on") });
            }
        }
        at += 1;
    }
    for source in read.sources.iter_mut().filter(|source| named.contains(&source.table)) {
        source.table.push_str(" (of WITH)");
    }
    read
}

/// Whether another condition may hold in this one's place.
fn under_or(tokens: &[Token], at: usize) -> bool {
    let depth = tokens[at].depth;
    let within = |token: &&Token| token.depth >= depth && !(token.depth == depth && matches!(token.text.as_str(), "where" | "on" | "join"));
    let same = |token: &Token| token.depth == depth && matches!(token.text.as_str(), "or" | "when");
    tokens[..at].iter().rev().take_while(within).any(same)
        || tokens[at..].iter().take_while(|token| within(token) && !matches!(token.text.as_str(), "order" | "union")).any(same)
}

fn side(tokens: &[Token], at: Option<usize>, before: bool) -> Option<Side> {
    let at = at?;
    let token = tokens.get(at)?;
    if token.text.starts_with('$') {
        return Some(Side::Bind);
    }
    let name = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !name(&token.text) {
        return None;
    }
    let dotted = if before {
        (at >= 2 && tokens[at - 1].text == "." && name(&tokens[at - 2].text)).then(|| (tokens[at - 2].text.clone(), token.text.clone()))
    } else {
        let next = tokens.get(at + 1).is_some_and(|next| next.text == ".");
        next.then(|| Some((token.text.clone(), tokens.get(at + 2)?.text.clone()))).flatten()
    };
    Some(match dotted {
        Some((alias, column)) => Side::Column(Some(alias), column),
        None => Side::Column(None, token.text.clone()),
    })
}

impl Read {
    /// Which source an alias means in a scope.
    fn source(&self, alias: Option<&str>, scope: usize, tenants: &Tenants) -> Option<usize> {
        let mut scope = Some(scope);
        while let Some(own) = scope {
            let mut here = (0..self.sources.len()).filter(|at| self.sources[*at].scope == own);
            let found = match alias {
                Some(alias) => here.find(|at| self.sources[*at].alias == alias),
                None => here.find(|at| tenants.contains(&self.sources[*at].table)),
            };
            if found.is_some() {
                return found;
            }
            scope = self.outer[own];
        }
        None
    }

    /// The tables of tenants that this statement holds to no organization.
    pub fn unbound(&self, tenants: &Tenants) -> Vec<&Source> {
        let mut bound = BTreeSet::new();
        loop {
            let before = bound.len();
            for fact in &self.facts {
                let sources: Vec<Option<usize>> = fact
                    .sides
                    .iter()
                    .map(|side| match side {
                        // A full text table's rows are its content's.
                        Side::Column(alias, column) if matches!(column.as_str(), "organization_id" | "rowid" | "serial") => {
                            self.source(alias.as_deref(), fact.scope, tenants)
                        }
                        _ => None,
                    })
                    .collect();
                for (own, other) in [(0, 1), (1, 0)] {
                    let holds = match (&fact.sides[other], sources[other]) {
                        (Side::Bind, _) => is_organization(&fact.sides[own]),
                        (_, Some(source)) => {
                            bound.contains(&source)
                                && (is_organization(&fact.sides[own]) == is_organization(&fact.sides[other]))
                                && (is_organization(&fact.sides[own]) || self.is_full_text(sources[own]))
                        }
                        _ => false,
                    };
                    if let Some(source) = sources[own].filter(|source| holds && fact.only.is_none_or(|only| only == *source)) {
                        bound.insert(source);
                    }
                }
            }
            if bound.len() == before {
                break;
            }
        }
        let needs = |source: &Source| tenants.contains(&source.table) || source.table.ends_with("_fts");
        self.sources.iter().enumerate().filter(|(at, source)| needs(source) && !bound.contains(at)).map(|(_, source)| source).collect()
    }

    fn is_full_text(&self, source: Option<usize>) -> bool {
        source.is_some_and(|source| self.sources[source].table.ends_with("_fts"))
    }

    /// The table behind each name.
    pub fn aliases(&self) -> BTreeMap<&str, &str> {
        self.sources.iter().map(|source| (source.alias.as_str(), source.table.as_str())).collect()
    }

    /// What is compared with each bind of a statement: table and column, by the bind's number.
    pub fn compared(sql: &str, tenants: &Tenants) -> BTreeMap<usize, (String, String)> {
        let (read, tokens) = (read(sql), tokens(sql));
        let mut compared = BTreeMap::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.text != "=" {
                continue;
            }
            let Some(number) = tokens.get(at + 1).and_then(|bind| bind.text.strip_prefix('$')?.parse().ok()) else { continue };
            let Some(Side::Column(alias, column)) = side(&tokens, at.checked_sub(1), true) else { continue };
            let source = match &alias {
                Some(alias) => read.sources.iter().find(|source| source.alias == *alias),
                None => read.sources.iter().find(|source| tenants.contains(&source.table)).or(read.sources.first()),
            };
            if let Some(source) = source {
                compared.entry(number).or_insert((source.table.clone(), column));
            }
        }
        compared
    }
}

fn is_organization(side: &Side) -> bool {
    matches!(side, Side::Column(_, column) if column == "organization_id")
}

/// What is wrong with an INSERT into a tenant's table: its organization is not a bind or a bound row's, or it may change another
/// tenant's row.
pub fn wrong_insert(sql: &str, tenants: &Tenants) -> Option<&'static str> {
    let tokens = tokens(sql);
    let into = tokens.iter().position(|token| token.text == "into")?;
    let table = &tokens.get(into + 1)?.text;
    if !tenants.contains(table) {
        return None;
    }
    let items = |from: usize| -> Vec<Vec<&str>> {
        let depth = tokens[from].depth;
        let mut items = vec![Vec::new()];
        for token in &tokens[from..] {
            let ends = matches!(token.text.as_str(), "from" | "where" | "on") && token.depth == depth;
            if token.depth < depth || ends {
                break;
            }
            match token.text.as_str() {
                "," if token.depth == depth => items.push(Vec::new()),
                "distinct" => {}
                text => items.last_mut().map_or((), |item| item.push(text)),
            }
        }
        items
    };
    let columns = items(into + 3);
    let Some(place) = columns.iter().position(|column| *column == ["organization_id"]) else { return Some("names no organization") };
    let values = tokens.iter().skip(into).position(|token| matches!(token.text.as_str(), "values" | "select")).map(|at| at + into)?;
    let first = values + 1 + usize::from(tokens[values].text == "values");
    let given = items(first);
    let value = given.get(place).map(|value| value.join(" ")).unwrap_or_default();
    if !(value.starts_with('$') || value.ends_with("organization_id")) {
        return Some("makes up its organization");
    }
    let text = tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    if let Some((target, then)) = text.split_once("on conflict").and_then(|(_, rest)| rest.split_once("do update")) {
        let held = target.contains("organization_id") || then.contains(". organization_id = excluded . organization_id");
        return (!held).then_some("may change another organization's row on a conflict");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unbound(sql: &str) -> Vec<String> {
        let tenants = ["calls", "segments", "documents"].map(str::to_owned).into();
        read(sql).unbound(&tenants).into_iter().map(|source| source.alias.clone()).collect()
    }

    #[test]
    fn every_alias_is_looked_at() {
        let none: [&str; 0] = [];
        assert_eq!(unbound("SELECT id FROM calls WHERE organization_id = $1 AND id = $2"), none);
        assert_eq!(unbound("SELECT id FROM calls WHERE id = $2"), ["calls"]);
        let joined = "SELECT 1 FROM calls c JOIN segments s ON s.call_id = c.id";
        assert_eq!(unbound(&format!("{joined} WHERE c.organization_id = $1")), ["s"]);
        assert_eq!(unbound(&format!("{joined} AND s.organization_id = c.organization_id WHERE c.organization_id = $1")), none);
        assert_eq!(unbound("SELECT 1 FROM calls c, segments s WHERE c.organization_id = $1 AND s.call_id = c.id"), ["s"]);
        assert_eq!(unbound("SELECT 1 FROM calls c LEFT JOIN segments s ON s.organization_id = $1 AND c.organization_id = $1"), ["c"]);
        assert_eq!(unbound("UPDATE calls SET organization_id = $1 WHERE id = $2"), ["calls"]);
        assert_eq!(unbound("DELETE FROM calls WHERE organization_id = $1 OR id = $2"), ["calls"]);
        assert_eq!(unbound("DELETE FROM calls WHERE organization_id = $1 AND (id = $2 OR id = $3)"), none);
    }

    #[test]
    fn what_stands_within_is_looked_at_on_its_own() {
        let outer = "SELECT 1 FROM calls c WHERE c.organization_id = $1 AND EXISTS (SELECT 1 FROM segments s WHERE s.call_id = c.id";
        assert_eq!(unbound(&format!("{outer})")), ["s"]);
        assert_eq!(unbound(&format!("{outer} AND s.organization_id = c.organization_id)")), [""; 0]);
        let both = "SELECT id FROM calls WHERE organization_id = $1 UNION SELECT id FROM documents";
        assert_eq!(unbound(both), ["documents"]);
        let with = "WITH found AS (SELECT id FROM documents d WHERE d.id = $2) SELECT 1 FROM calls JOIN found ON found.id = calls.id
            WHERE organization_id = $1";
        assert_eq!(unbound(with), ["d"]);
    }

    #[test]
    fn full_text_is_bound_by_its_content() {
        let sql = "SELECT 1 FROM segments_fts CROSS JOIN segments s WHERE s.serial = segments_fts.rowid";
        assert_eq!(unbound(&format!("{sql} AND s.organization_id = $1")), [""; 0]);
        assert_eq!(unbound("SELECT rowid FROM segments_fts WHERE segments_fts MATCH $1"), ["segments_fts"]);
    }

    #[test]
    fn inserts_say_whose() {
        let wrong = |sql: &str| wrong_insert(sql, &["calls".to_owned()].into());
        assert_eq!(wrong("INSERT INTO calls (id, organization_id) VALUES ($1, $2)"), None);
        assert!(wrong("INSERT INTO calls (id) VALUES ($1)").is_some());
        assert!(wrong("INSERT INTO calls (id, organization_id) SELECT $1, id FROM organizations").is_some());
        assert_eq!(wrong("INSERT INTO calls (id, organization_id) SELECT $1, c.organization_id FROM calls c"), None);
        let upsert = "INSERT INTO calls (organization_id, id) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET id = excluded.id";
        assert!(wrong(upsert).is_some());
        assert_eq!(wrong(&format!("{upsert} WHERE calls.organization_id = excluded.organization_id")), None);
    }
}
