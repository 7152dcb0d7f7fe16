//! Ranking by words: BM25 over the passages that the engine's full text index gives.
//!
//! The engine is asked for passages that have the question's rarest terms, as many as [`BUDGET`] allows; how good they are
//! is reckoned here, the same on both engines. A term that nearly every passage has would cost the engine much and
//! tell little: it weighs, but isn't looked for.

use std::collections::HashMap;

use model::{CollectionAccess, DocumentFilter, OrganizationId};
use terms::{asked, is_stop};

use super::differing::CANDIDATES;
use super::documents::Narrowing;
use super::index_revision::{TENANT, Tenant};
use super::stem::Rules;
use super::terms::{stem, stored, with_number};
use crate::engine::{Engine, Store, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

/// Passages that are weighed for one question.
const BUDGET: i64 = 2_000;
/// Different terms of a question; the rest of a longer one is not looked at.
const MAX_TERMS: usize = 48;
/// How much a term's repetition counts.
const K1: f64 = 1.2;
/// How much a passage's length counts.
const B: f64 = 0.75;
/// A word that at most so many passages have is looked for as two words too.
const RARE: i64 = 2;
/// How rare a word is is reckoned as if there were at least so many passages.
const LEAST_RECKONED: f64 = 1_000.0;
/// A stop word's part of its weight.
const STOP_WEIGHT: f64 = 0.3;
/// What two of the question's terms side by side add, as a part of the lesser one's weight.
const PAIR_WEIGHT: f64 = 0.25;

statements! {
    TERM_PASSAGES = "
        SELECT term, passages FROM knowledge_terms
        WHERE organization_id = $1 AND term IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
}

/// A question's terms with what they weigh in an organization.
#[derive(Debug)]
pub(super) struct Weights {
    /// Goes before each term in the index.
    number: i64,
    average: f64,
    terms: Vec<Term>,
    /// Place in `terms` of each token of the question, in order.
    order: Vec<usize>,
    /// What a passage could have at most.
    most: f64,
    /// The same by the words that are not stop words.
    most_content: f64,
}

/// How good a passage is by its words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// BM25, 0 and up.
    pub bm25: f32,
    /// The part of it that words other than stop words make.
    content: f32,
}

/// A word of a question as an organization's documents know it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownWord {
    /// As it is compared.
    pub text: String,
    /// How many passages have it, in whatever spelling.
    pub passages: i64,
    /// How much it tells, 0 and up: the rarer, the more.
    pub weight: f32,
}

#[derive(Debug)]
struct Term {
    /// As it is compared.
    text: String,
    /// One for each language that stems it in another way.
    stems: Vec<String>,
    /// Its other spellings and the words that it is a part of, which stand for it: `soc2` for "SOC" in "SOC 2".
    also: Vec<String>,
    /// The same word written as two, which stand side by side then.
    halves: Vec<(String, String)>,
    passages: i64,
    weight: f64,
    stop: bool,
}

impl Store {
    /// None if nothing of the question is a word, or the organization knows nothing.
    pub(super) async fn weights(&self, organization: OrganizationId, question: &str) -> Result<Option<Weights>> {
        let Some(tenant) = query!(read self, optional Tenant, TENANT, organization)?.filter(|tenant| tenant.passages > 0) else {
            return Ok(None);
        };
        let mut terms: Vec<Term> = Vec::new();
        let mut order = Vec::new();
        let rules = tenant.rules();
        for word in asked(&clean(question)) {
            let mut stems = in_each_language([&word.word], &rules);
            let mut also = in_each_language(&word.also, &rules);
            let place = terms.iter().position(|term| term.stems.iter().any(|stem| stems.contains(stem)));
            if place.is_none() && terms.len() == MAX_TERMS {
                break;
            }
            order.push(place.unwrap_or(terms.len()));
            match place {
                Some(place) => {
                    stems.retain(|stem| !terms[place].stems.contains(stem));
                    terms[place].stems.extend(stems);
                    also.retain(|stem| !terms[place].also.contains(stem));
                    terms[place].also.extend(also);
                }
                None => terms.push(Term {
                    text: word.word.text.clone(),
                    stop: is_stop(&word.word.text),
                    halves: halves(&word.word.written, &rules),
                    stems,
                    also,
                    passages: 0,
                    weight: 0.0,
                }),
            }
        }
        let words: Vec<String> = terms.iter().flat_map(|term| term.stems.iter().chain(&term.also)).cloned().collect();
        let mut known = self.passages_with(organization, words).await?;
        // A word that hardly any passage has may be written as two.
        for term in &mut terms {
            if term.stop || term.stems.iter().any(|stem| known.get(stem).is_some_and(|passages| *passages > RARE)) {
                term.halves.clear();
            }
        }
        let parts: Vec<String> = terms.iter().flat_map(|term| &term.halves).flat_map(|(first, second)| [first, second]).cloned().collect();
        known.extend(self.passages_with(organization, parts).await?);
        let all = tenant.passages as f64;
        // In a small collection every word that is there is common, and one that isn't would count for more than all that are.
        let reckoned = all.max(LEAST_RECKONED);
        for term in &mut terms {
            // What nobody has need not be looked for.
            term.also.retain(|stem| known.contains_key(stem));
            term.halves.retain(|(first, second)| known.contains_key(first) && known.contains_key(second));
            if term.stems.iter().any(|stem| known.contains_key(stem)) {
                term.stems.retain(|stem| known.contains_key(stem));
            }
            let passages = |stem: &String| known.get(stem).copied().unwrap_or(0);
            let apart = term.halves.iter().map(|(first, second)| passages(first).min(passages(second)));
            let together: i64 = term.stems.iter().chain(&term.also).map(passages).sum();
            // Halves are common words, each by itself: they say how rare it is only if nobody writes it as one.
            term.passages = if together > 0 { together } else { apart.sum() }.min(tenant.passages);
            // A word that is nowhere tells no more than one that is in one place only.
            let having = term.passages.max(1) as f64;
            let rare = (1.0 + (reckoned - having + 0.5).max(0.5) / (having + 0.5)).ln();
            term.weight = if term.stop { rare * STOP_WEIGHT } else { rare };
        }
        // Of stop words alone: then they are what is asked for.
        let only_stops = terms.iter().all(|term| term.stop);
        for term in &mut terms {
            term.stop &= !only_stops;
        }
        let most = |stops: bool| terms.iter().filter(|term| stops || !term.stop).map(|term| term.weight * (K1 + 1.0)).sum();
        let (most, most_content) = (most(true), most(false));
        let average = (tenant.tokens as f64 / all).max(1.0);
        Ok((!terms.is_empty()).then_some(Weights { number: tenant.number, average, terms, order, most, most_content }))
    }

    /// The words of a question with what they weigh in an organization; none if it knows nothing.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn known_words(&self, organization: OrganizationId, question: &str) -> Result<Vec<KnownWord>> {
        let terms = self.weights(organization, question).await?.map(|weights| weights.terms).unwrap_or_default();
        let known = |term: Term| KnownWord { text: term.text, passages: term.passages, weight: term.weight as f32 };
        Ok(terms.into_iter().map(known).collect())
    }

    /// In how many passages each of the terms is that any has.
    async fn passages_with(&self, organization: OrganizationId, mut terms: Vec<String>) -> Result<HashMap<String, i64>> {
        terms.sort_unstable();
        terms.dedup();
        let mut known = HashMap::new();
        for chunk in terms.chunks(16) {
            let t = |place: usize| chunk.get(place).map_or("", String::as_str);
            known.extend(query!(
                read self, all (String, i64), TERM_PASSAGES, organization, t(0), t(1), t(2), t(3), t(4), t(5), t(6), t(7), t(8), t(9),
                t(10), t(11), t(12), t(13), t(14), t(15)
            )?);
        }
        Ok(known)
    }

    /// The best passages by words: serial, BM25, part of the most that a passage could have; best first.
    pub(super) async fn rank(
        &self,
        organization: OrganizationId,
        weights: &Weights,
        filter: &DocumentFilter,
        access: CollectionAccess,
        limit: usize,
    ) -> Result<Vec<(i64, f32)>> {
        let narrowing = Narrowing::of(filter);
        let mut scores: HashMap<i64, f32> = HashMap::new();
        for search in weights.searches(self.engine()) {
            if search.fallback && scores.len() >= limit {
                continue;
            }
            let rows = query!(
                read self, all (i64, String), CANDIDATES, organization, access.as_str(), &search.text, BUDGET, narrowing.collection,
                narrowing.language, narrowing.after, narrowing.before, &narrowing.tag, filter.sample
            )?;
            for (serial, terms) in rows {
                scores.entry(serial).or_insert_with(|| weights.score(&terms).bm25);
            }
        }
        let mut ranked: Vec<(i64, f32)> = scores.into_iter().collect();
        ranked.sort_by(|(left, a), (right, b)| b.total_cmp(a).then(left.cmp(right)));
        ranked.truncate(limit);
        Ok(ranked)
    }
}

/// What the engine is asked.
#[derive(Debug, PartialEq)]
struct Search {
    text: String,
    /// Only if those before it gave too little.
    fallback: bool,
}

impl Weights {
    /// The searches that together give about [`BUDGET`] passages: those with any of the rarest terms; those with two of the
    /// next ones; any with the rarest term, if there are too few.
    fn searches(&self, engine: Engine) -> Vec<Search> {
        let mut terms: Vec<&Term> = self.terms.iter().filter(|term| !term.stop && term.passages > 0).collect();
        terms.sort_by_key(|term| term.passages);
        let mut sum = 0;
        let rare = terms.iter().take_while(|term| {
            sum += term.passages;
            sum <= BUDGET
        });
        let rare = rare.count();
        let (and, or) = if engine == Engine::Sqlite { (" AND ", " OR ") } else { (" & ", " | ") };
        let quoted = |term: &Term| {
            let quote = |stem: &String| {
                let term = with_number(self.number, stem);
                if engine == Engine::Sqlite { format!("\"{term}\"") } else { format!("'{term}'") }
            };
            let apart = term.halves.iter().map(|(first, second)| format!("({}{and}{})", quote(first), quote(second)));
            let spellings: Vec<String> = term.stems.iter().chain(&term.also).map(quote).chain(apart).collect();
            if spellings.len() > 1 { format!("({})", spellings.join(or)) } else { spellings.join(or) }
        };
        let mut searches = Vec::new();
        if rare > 0 {
            let any: Vec<String> = terms[..rare].iter().map(|term| quoted(term)).collect();
            searches.push(Search { text: any.join(or), fallback: false });
        }
        let common = &terms[rare..terms.len().min(rare + 4)];
        let pairs: Vec<String> = (0..common.len())
            .flat_map(|first| (first + 1..common.len()).map(move |second| (first, second)))
            .map(|(first, second)| format!("({}{and}{})", quoted(common[first]), quoted(common[second])))
            .collect();
        if !pairs.is_empty() {
            searches.push(Search { text: pairs.join(or), fallback: rare > 0 });
        }
        if let Some(rarest) = common.first() {
            searches.push(Search { text: quoted(rarest), fallback: true });
        }
        searches
    }

    /// How good a passage is, from its stored terms.
    pub fn score(&self, terms: &str) -> Score {
        let mut counts = vec![0_u32; self.terms.len()];
        let (mut length, mut pairs, mut content_pairs) = (0_u32, 0.0_f64, 0.0_f64);
        let mut before: Option<(&str, Option<usize>)> = None;
        let mut stored = stored(terms);
        for term in stored.by_ref().take_while(|term| !term.is_empty()) {
            length += 1;
            let place = self.terms.iter().position(|asked| asked.stems.iter().any(|stem| stem == term));
            if let Some(place) = place {
                counts[place] += 1;
                if let Some((_, Some(before))) = before
                    && self.order.windows(2).any(|pair| pair == [before, place])
                {
                    let (first, second) = (&self.terms[before], &self.terms[place]);
                    let pair = first.weight.min(second.weight) * PAIR_WEIGHT;
                    pairs += pair;
                    if !first.stop && !second.stop {
                        content_pairs += pair;
                    }
                }
            }
            // A longer word that stands for several of the question's, and one that is written as two.
            for (asked, count) in self.terms.iter().zip(&mut counts) {
                let is_apart =
                    || before.is_some_and(|(before, _)| asked.halves.iter().any(|(first, second)| first == before && second == term));
                if place.is_none() && asked.also.iter().any(|stem| stem == term) || is_apart() {
                    *count += 1;
                }
            }
            before = Some((term, place));
        }
        // Other spellings of what was counted already, or of what wasn't.
        for term in stored {
            for (asked, count) in self.terms.iter().zip(&mut counts).filter(|(_, count)| **count == 0) {
                if asked.stems.iter().chain(&asked.also).any(|stem| stem == term) {
                    *count = 1;
                }
            }
        }
        let long = K1 * (1.0 - B + B * f64::from(length) / self.average);
        let words = |stops: bool| -> f64 {
            let counted = counts.iter().zip(&self.terms).filter(|(count, term)| **count > 0 && (stops || !term.stop));
            counted.map(|(count, term)| term.weight * f64::from(*count) * (K1 + 1.0) / (f64::from(*count) + long)).sum()
        };
        let with_pairs = |words: f64, pairs: f64| (words + pairs.min(words * PAIR_WEIGHT)) as f32;
        Score { bm25: with_pairs(words(true), pairs), content: with_pairs(words(false), content_pairs) }
    }

    /// A score as a part of the most that a passage could have, 0 to 1.
    pub fn share(&self, score: Score) -> f32 {
        part(score.bm25, self.most)
    }

    /// The same by the words that are not stop words: whether what is asked for is there at all.
    pub fn content_share(&self, score: Score) -> f32 {
        part(score.content, self.most_content)
    }
}

/// What terms are indexed as, by any of the rules; each once.
fn in_each_language<'a>(terms: impl IntoIterator<Item = &'a terms::Term>, rules: &[Rules]) -> Vec<String> {
    let mut stems: Vec<String> = terms.into_iter().flat_map(|term| rules.iter().map(|rules| stem(term, rules))).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// The ways to write a word as two: letters only, two at least in each.
fn halves(word: &str, rules: &[Rules]) -> Vec<(String, String)> {
    let letters: Vec<char> = word.chars().collect();
    if !(5..=24).contains(&letters.len()) || !letters.iter().all(|letter| letter.is_alphabetic()) {
        return Vec::new();
    }
    let mut halves: Vec<(String, String)> = Vec::new();
    for at in 2..letters.len() - 1 {
        let (first, second): (String, String) = (letters[..at].iter().collect(), letters[at..].iter().collect());
        halves.extend(rules.iter().map(|rules| (rules.stem(&first), rules.stem(&second))));
    }
    halves.sort_unstable();
    halves.dedup();
    halves
}

fn part(score: f32, most: f64) -> f32 {
    if most > 0.0 { (f64::from(score) / most).clamp(0.0, 1.0) as f32 } else { 0.0 }
}
