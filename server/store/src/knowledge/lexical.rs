//! Ranking by words: BM25 over the passages that the engine's full text index gives.
//!
//! The engine is asked for passages that have the question's rarest terms, as many as [`BUDGET`] allows; how good they are
//! is reckoned here, the same on both engines. A term that nearly every passage has would cost the engine much and
//! tell little: it weighs, but isn't looked for.

use std::collections::HashMap;

use model::{CollectionAccess, DocumentFilter, OrganizationId};

use super::differing::CANDIDATES;
use super::documents::Narrowing;
use super::index_revision::{TENANT, Tenant};
use super::stem::Rules;
use super::terms;
use crate::engine::{Engine, Store, query};
use crate::error::Result;
use crate::search::is_stop;
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

/// Where the words of a question stand in a text of this language, in characters (first, one past the last), stop words left out: what
/// to highlight.
pub fn matches(question: &str, text: &str, language: &str) -> Vec<(u32, u32)> {
    let rules = Rules::of(language);
    let asked: Vec<String> = terms::tokens(question).iter().filter(|token| !is_stop(&token.word)).map(|token| token.term(&rules)).collect();
    let is_asked = |token: &terms::Token| asked.contains(&token.term(&rules));
    terms::tokens(text).into_iter().filter(is_asked).map(|token| (token.start, token.end)).collect()
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

#[derive(Debug)]
struct Term {
    /// One for each language that stems it in another way.
    stems: Vec<String>,
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
        for token in terms::tokens(&clean(question)) {
            let mut stems: Vec<String> = rules.iter().map(|rules| token.term(rules)).collect();
            stems.sort_unstable();
            stems.dedup();
            let place = terms.iter().position(|term| term.stems.iter().any(|stem| stems.contains(stem)));
            if place.is_none() && terms.len() == MAX_TERMS {
                break;
            }
            order.push(place.unwrap_or(terms.len()));
            match place {
                Some(place) => {
                    stems.retain(|stem| !terms[place].stems.contains(stem));
                    terms[place].stems.extend(stems);
                }
                None => terms.push(Term { stop: is_stop(&token.word), stems, passages: 0, weight: 0.0 }),
            }
        }
        let mut known: HashMap<String, i64> = HashMap::new();
        let stems: Vec<&str> = terms.iter().flat_map(|term| &term.stems).map(String::as_str).collect();
        for chunk in stems.chunks(16) {
            let t = |place: usize| chunk.get(place).copied().unwrap_or_default();
            known.extend(query!(
                read self, all (String, i64), TERM_PASSAGES, organization, t(0), t(1), t(2), t(3), t(4), t(5), t(6), t(7), t(8), t(9),
                t(10), t(11), t(12), t(13), t(14), t(15)
            )?);
        }
        let all = tenant.passages as f64;
        // In a small collection every word that is there is common, and one that isn't would count for more than all that are.
        let reckoned = all.max(LEAST_RECKONED);
        for term in &mut terms {
            // What nobody has need not be looked for.
            if term.stems.iter().any(|stem| known.contains_key(stem)) {
                term.stems.retain(|stem| known.contains_key(stem));
            }
            term.passages = term.stems.iter().filter_map(|stem| known.get(stem)).sum::<i64>().min(tenant.passages);
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
                let term = terms::with_number(self.number, stem);
                if engine == Engine::Sqlite { format!("\"{term}\"") } else { format!("'{term}'") }
            };
            let stems = term.stems.iter().map(quote).collect::<Vec<_>>().join(or);
            if term.stems.len() > 1 { format!("({stems})") } else { stems }
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
    pub fn score(&self, stored: &str) -> Score {
        let mut counts = vec![0_u32; self.terms.len()];
        let (mut length, mut pairs, mut content_pairs) = (0_u32, 0.0_f64, 0.0_f64);
        let mut before: Option<usize> = None;
        for term in terms::stored(stored) {
            length += 1;
            let place = self.terms.iter().position(|asked| asked.stems.iter().any(|stem| stem == term));
            if let Some(place) = place {
                counts[place] += 1;
                if let Some(before) = before
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
            before = place;
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

fn part(score: f32, most: f64) -> f32 {
    if most > 0.0 { (f64::from(score) / most).clamp(0.0, 1.0) as f32 } else { 0.0 }
}
