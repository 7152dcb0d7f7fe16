//! Which modules of its own crate a source names: `use` trees and paths that begin with `crate`, `self` or `super`. Tests don't count.

use super::tokens::{Token, tokens};

/// A path from the crate's root, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub path: Vec<String>,
    /// What `use … as` or the last word calls it.
    pub alias: String,
    pub line: usize,
}

/// The paths that a module's source names; `module` is its place below the root, empty for the root itself, where a `use` may begin with
/// a module's name as well.
pub fn named(source: &str, module: &[String]) -> Vec<Named> {
    let mut reader = PathReader { tokens: tokens(source), at: 0, depth: 0, module: module.to_vec(), inline: Vec::new(), named: Vec::new() };
    reader.read();
    reader.named
}

struct PathReader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// Where we are, modules written in this very source included.
    module: Vec<String>,
    /// At which depth each of those began.
    inline: Vec<usize>,
    named: Vec<Named>,
}

impl PathReader {
    fn is(&self, ahead: usize, text: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(text))
    }

    fn word(&self, ahead: usize) -> Option<String> {
        self.tokens.get(self.at + ahead).filter(|token| token.is_word()).map(|token| token.text.clone())
    }

    fn read(&mut self) {
        while self.at < self.tokens.len() {
            if self.is(0, "#") && self.is(1, "[") {
                if self.attribute_is_for_tests() {
                    self.skip_item();
                }
            } else if self.is(0, "mod")
                && self.is(2, "{")
                && let Some(name) = self.word(1)
            {
                self.module.push(name);
                self.inline.push(self.depth);
                self.depth += 1;
                self.at += 3;
            } else if self.is(0, "use") && !self.is(1, "<") {
                self.at += 1;
                self.tree(&mut Vec::new());
            } else if self.is(0, "{") {
                self.depth += 1;
                self.at += 1;
            } else if self.is(0, "}") {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.module.pop();
                }
                self.at += 1;
            } else if ["crate", "self", "super"].iter().any(|start| self.is(0, start)) && self.is(1, "::") {
                self.path();
            } else {
                self.at += 1;
            }
        }
    }

    /// Passes over `#[…]`.
    fn attribute_is_for_tests(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        self.skip_group();
        let inside = &self.tokens[start..self.at.min(self.tokens.len())];
        let has = |word: &str| inside.iter().any(|token| token.is(word));
        has("cfg") && has("test") && !has("not")
    }

    /// Passes over one pair of brackets and what is in it.
    fn skip_group(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token.text.as_str() {
                "(" | "[" | "{" => open += 1,
                ")" | "]" | "}" => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    /// Passes over an item: up to its semicolon, or to the end of its body.
    fn skip_item(&mut self) {
        while let Some(token) = self.tokens.get(self.at) {
            match token.text.as_str() {
                "{" => return self.skip_group(),
                "(" | "[" => self.skip_group(),
                ";" => {
                    self.at += 1;
                    return;
                }
                // The end of what it stands in: it was a field or a statement.
                "}" => return,
                _ => self.at += 1,
            }
        }
    }

    /// Reads `a::{b, c as d, e::*}` up to the comma, bracket or semicolon behind it.
    fn tree(&mut self, before: &mut Vec<String>) {
        let depth = before.len();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            if self.is(0, "{") {
                self.at += 1;
                while !self.is(0, "}") && self.at < self.tokens.len() {
                    self.tree(before);
                    if self.is(0, ",") {
                        self.at += 1;
                    }
                }
                self.at += 1;
                break;
            }
            if self.is(0, "::") {
                // A leading one names another crate.
                if before.is_empty() {
                    before.push("::".to_owned());
                }
                self.at += 1;
            } else if self.is(0, "*") {
                before.push("*".to_owned());
                self.at += 1;
            } else if self.is(0, "as") {
                let alias = self.word(1).unwrap_or_default();
                self.at += 2;
                self.name(before.clone(), alias, line);
                break;
            } else if let Some(word) = self.word(0) {
                before.push(word);
                self.at += 1;
            } else {
                let alias = before.last().cloned().unwrap_or_default();
                self.name(before.clone(), alias, line);
                break;
            }
        }
        before.truncate(depth);
    }

    /// Reads `crate::a::b` in code.
    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut path = Vec::new();
        while let Some(word) = self.word(0) {
            path.push(word);
            self.at += 1;
            if !self.is(0, "::") {
                break;
            }
            self.at += 1;
        }
        let alias = path.last().cloned().unwrap_or_default();
        self.name(path, alias, line);
    }

    fn name(&mut self, path: Vec<String>, alias: String, line: usize) {
        let mut words = path.into_iter().peekable();
        let mut from = match words.peek().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.module.clone(),
            // In the root its modules go by their own names.
            Some(first) if self.module.is_empty() && first != "::" => Vec::new(),
            _ => return,
        };
        while let Some(word) = words.next_if(|word| matches!(word.as_str(), "crate" | "self" | "super")) {
            if word == "super" {
                from.pop();
            }
        }
        from.extend(words);
        // `use crate::calls::{self}`
        if from.last().is_some_and(|last| last == "self") {
            from.pop();
        }
        self.named.push(Named { path: from, alias, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(ToString::to_string).collect();
        named(source, &module).into_iter().map(|named| format!("{}:{}", named.line, named.path.join("::"))).collect()
    }

    #[test]
    fn trees_of_use_are_read() {
        let source = "use std::fmt;\nuse crate::{calls::{self, live::Hosts}, jobs as work};\npub use crate::error::*;\nuse super::words;";
        assert_eq!(
            paths(source, &["knowledge", "answer"]),
            ["2:calls", "2:calls::live::Hosts", "2:jobs", "3:error::*", "4:knowledge::words"]
        );
    }

    #[test]
    fn paths_in_code_count_and_those_in_comments_and_texts_do_not() {
        let source =
            "/// [`crate::calls`]\npub(crate) fn f<T: crate::ports::Clock>() {\n  let x = \"crate::no\"; super::super::jobs::run::<T>()\n}";
        assert_eq!(paths(source, &["knowledge", "answer"]), ["2:ports::Clock", "3:jobs::run"]);
    }

    #[test]
    fn tests_do_not_count() {
        let source = "#[cfg(test)]\nuse crate::a;\n#[cfg(test)]\nmod tests {\n fn f() { crate::b::c() }\n}\n#[cfg(test)]\nmod more;\n#[cfg(not(test))]\nuse crate::d;\nuse crate::e;";
        assert_eq!(paths(source, &["x"]), ["10:d", "11:e"]);
    }

    #[test]
    fn a_module_within_the_source_is_one_floor_lower() {
        let source = "mod inner { use super::super::y; use super::z; impl A { fn f() {} } }\nuse super::w;";
        assert_eq!(paths(source, &["x"]), ["1:y", "1:x::z", "2:w"]);
    }

    #[test]
    fn the_root_names_its_modules_plainly() {
        let named = named("pub use scope::{Client, Scope as S};\npub use ::other::x;", &[]);
        assert_eq!(named[1].path, ["scope", "Scope"]);
        assert_eq!((named[1].alias.as_str(), named.len()), ("S", 2));
    }
}
