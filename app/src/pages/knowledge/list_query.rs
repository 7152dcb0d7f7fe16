//! Which documents the page shows, or what was asked: all of it is in the URL.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use leptos_router::params::ParamsMap;
use model::{CollectionId, DocumentFilter, DocumentState, Question};

use crate::components::{ListQuery, list_url, query_cursor, query_text};

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentListQuery {
    /// What was asked; empty for the list.
    pub question: String,
    /// In this collection; for the list and for a question.
    pub collection: Option<CollectionId>,
    /// With this tag; for the list and for a question.
    pub tag: String,
    /// In this language; for a question.
    pub language: String,
    /// Given on this day or later; for a question.
    pub from: Option<NaiveDate>,
    /// Given on this day or earlier; for a question.
    pub until: Option<NaiveDate>,
    /// Words of the title; for the list.
    pub words: String,
    /// In this state; for the list.
    pub state: Option<DocumentState>,
    /// Never used; for the list.
    pub unused: bool,
    /// Where the list goes on.
    pub cursor: Option<String>,
}

impl ListQuery for DocumentListQuery {
    type Filter = DocumentFilter;

    fn of(query: &ParamsMap) -> Self {
        let text = |name: &str| query_text(query, name);
        Self {
            question: text("q"),
            collection: text("collection").parse().ok(),
            tag: text("tag"),
            language: text("language"),
            from: text("from").parse().ok(),
            until: text("until").parse().ok(),
            words: text("words"),
            state: text("state").parse().ok(),
            unused: text("unused") == "true",
            cursor: query_cursor(query),
        }
    }

    fn url(&self) -> String {
        let texts = [
            ("q", self.question.clone()),
            ("collection", self.collection.map(|id| id.to_string()).unwrap_or_default()),
            ("tag", self.tag.clone()),
            ("language", self.language.clone()),
            ("from", self.from.map(|day| day.to_string()).unwrap_or_default()),
            ("until", self.until.map(|day| day.to_string()).unwrap_or_default()),
            ("words", self.words.clone()),
            ("state", self.state.map(|state| state.to_string()).unwrap_or_default()),
            ("unused", if self.unused { "true".to_owned() } else { String::new() }),
            ("cursor", self.cursor.clone().unwrap_or_default()),
        ];
        list_url("/knowledge", texts)
    }

    fn filter(&self) -> DocumentFilter {
        DocumentFilter {
            collection: self.collection,
            tag: self.tag.clone(),
            state: self.state,
            words: self.words.clone(),
            unused: self.unused,
            ..DocumentFilter::default()
        }
    }

    fn at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl DocumentListQuery {
    /// Whether a question looks at less than all documents.
    pub fn narrows_question(&self) -> bool {
        self.asked().is_some_and(|question| question.filter != DocumentFilter::default())
    }

    /// What was asked, and where to look; none for the list.
    pub fn asked(&self) -> Option<Question> {
        if self.question.is_empty() {
            return None;
        }
        let filter = DocumentFilter {
            collection: self.collection,
            tag: self.tag.clone(),
            language: self.language.clone(),
            after: self.from.map(start_of),
            before: self.until.and_then(|day| day.checked_add_days(Days::new(1))).map(start_of),
            ..DocumentFilter::default()
        };
        Some(Question { text: self.question.clone(), filter })
    }
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The address of a question about all documents.
pub fn question_url(question: &str) -> String {
    DocumentListQuery { question: question.to_owned(), ..DocumentListQuery::default() }.url()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use leptos_router::location::Url;

    use super::*;

    fn query(url: &str) -> ParamsMap {
        let pairs = url.split_once('?').map(|(_, query)| query).unwrap_or_default().split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), Url::unescape(&value.replace('+', " "))))
            .collect()
    }

    #[test]
    fn a_view_survives_its_address() {
        let shown = DocumentListQuery {
            question: "what does it cost & why?".into(),
            collection: Some("0198a1b2-0000-7000-8000-000000000001".parse().unwrap()),
            tag: "price list".into(),
            language: "de".into(),
            from: NaiveDate::from_ymd_opt(2026, 1, 2),
            until: NaiveDate::from_ymd_opt(2026, 3, 4),
            words: "a+b".into(),
            state: Some(DocumentState::Failed),
            unused: true,
            cursor: Some("2026-01-01~x".into()),
        };
        let url = shown.url();
        assert!(!url.contains(' ') && !url.contains("& "), "{url}");
        assert_eq!(DocumentListQuery::of(&query(&url)), shown);
        assert_eq!(DocumentListQuery::default().url(), "/knowledge");
    }

    #[test]
    fn rubbish_in_the_address_narrows_nothing() {
        let shown = DocumentListQuery::of(&query("?state=exploded&collection=7&unused=yes&from=yesterday&until=&cursor=&q=+"));
        assert_eq!((shown.narrows(), shown.asked().is_some()), (false, false), "{shown:?}");
        assert_eq!(shown.url(), "/knowledge");
    }

    #[test]
    fn the_last_day_counts_whole() {
        let shown = DocumentListQuery::of(&query("?q=price&from=2026-02-27&until=2026-02-28"));
        let filter = shown.asked().unwrap().filter;
        assert_eq!(filter.after.unwrap().to_rfc3339(), "2026-02-27T00:00:00+00:00");
        assert_eq!(filter.before.unwrap().to_rfc3339(), "2026-03-01T00:00:00+00:00");
        assert!(shown.narrows_question() && !shown.narrows());
        let last = DocumentListQuery { until: Some(NaiveDate::MAX), ..shown };
        assert_eq!(last.asked().unwrap().filter.before, None, "there is no day after the last");
    }
}
