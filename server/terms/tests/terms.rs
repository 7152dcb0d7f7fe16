//! What holds for every text.

use proptest::prelude::*;
use terms::{Kind, Query, Sought, Term, cut, snippet};
use unicode_normalization::UnicodeNormalization;

/// Whether a text has what a search asks for, by the terms that are indexed of it.
fn finds(text: &str, search: &str) -> bool {
    let query = Query::new(search);
    !query.is_empty() && query.count(text) == query.groups().len()
}

/// Each of the texts is found by each of the searches.
fn find_each_other(spellings: &[&str]) {
    for text in spellings {
        for search in spellings {
            assert!(finds(&format!("We have {text} here."), search), "{search} in {text}: {:?}", Query::new(search));
        }
    }
}

#[test]
fn spellings_of_one_thing_find_each_other() {
    for spellings in [
        &["SOC2", "SOC 2", "SOC-2", "soc two", "S O C two", "S.O.C. 2"][..],
        &["WiFi", "Wi-Fi", "wi fi", "WIFI"],
        &["email", "e-mail", "E Mail"],
        &["onboarding", "on-boarding", "on boarding"],
        &["followup", "follow up", "follow-up", "Follow Up"],
        &["50000", "50 000", "50,000", "50.000", "50'000", "50k", "50 K", "fifty thousand", "$50,000", "50\u{a0}000 €"],
        &["1500000", "1.5 million", "1.5M", "one point five million", "1,500,000"],
        &["49", "forty nine", "forty-nine"],
        &["$1200", "1200", "1,200", "1.200 €", "twelve hundred", "one thousand two hundred"],
        &["240.5", "240,50", "240.50"],
        &["C#", "c sharp", "C♯"],
        &["C++", "c plus plus", "Ｃ＋＋"],
        &[".NET", "dot net"],
        &["Müller", "Mu\u{308}ller", "mueller", "MÜLLER"],
        &["Łódź", "Lodz", "ŁÓDŹ"],
        &["Søren", "Soren"],
        &["Søren", "soeren"],
        &["Weiß", "Weiss", "WEISS"],
        &["Đorđe", "Dorde"],
        &["Æther", "Aether"],
        &["café", "cafe\u{301}", "CAFE"],
        &["Node.js", "nodejs", "node js"],
        &["AT&T", "ATT", "AT and T", "at & t", "AT T"],
        &["R&D", "R & D", "r and d", "R n D"],
        &["Q&A", "Q and A", "q & a"],
        &["A/B test", "A B test", "A-B test", "ab test"],
        &["C/D", "CD"],
        &["U.S.", "U. S.", "U S"],
        &["U.S.", "US"],
        &["24/7", "24-7", "twenty four seven"],
        &["9 a.m.", "9 am", "9 AM", "nine a.m."],
        &["3 p.m.", "3 pm", "3pm", "3 P.M."],
        &["C/C++", "C and C++"],
        &["S&P 500", "S and P 500"],
        &["B2B", "B-2-B", "B to B"],
        &["I/O", "IO"],
        &["O'Brien", "O´Brien", "O‘Brien", "O Brien"],
        &[
            "555-123-4567",
            "(555) 123-4567",
            "555.123.4567",
            "555 123 4567",
            "5551234567",
            "five five five one two three four five six seven",
        ],
        &["15%", "15 %", "15 percent", "15 per cent", "fifteen percent"],
        &["21st", "twenty first", "twenty-first"],
        &["3rd", "third"],
        &["2.5", "2½", "2 ½", "two and a half"],
        &["2500000", "two and a half million", "2.5M"],
        &["500000", "half a million", "5 lakh", "5,00,000", "500'000"],
        &["105", "one oh five", "a hundred and five"],
        &[".NET", "dotnet"],
        &["C#", "csharp"],
        &["rock 'n' roll", "rock and roll", "rock n roll"],
        &["Hawaiʻi", "hawaii"],
        &["Wi\u{2011}Fi", "Wi\u{ad}Fi", "Wi\u{2212}Fi", "wifi", "Wi\u{200b}Fi"],
        &["İstanbul", "ıstanbul", "ISTANBUL"],
        &["Οδυσσεύς", "ΟΔΥΣΣΕΥΣ"],
        &["Nguyễn", "nguyen"],
        &["O'Brien", "OBrien", "O’Brien"],
        &["5 GB", "5GB", "five GB"],
        &["ISO 27001", "ISO27001", "iso-27001"],
        &["ガイド", "ｶﾞｲﾄﾞ", "カ\u{3099}イト\u{3099}"],
    ] {
        find_each_other(spellings);
    }
    assert!(finds("Müller", "muller") && !finds("Mueller", "muller"), "a plain letter is no umlaut spelled out");
}

#[test]
fn different_things_are_told_apart() {
    let names = ["C", "C++", "C#", "F#", ".NET"];
    for text in names {
        for search in names {
            assert_eq!(finds(&format!("The {text} kit"), search), text == search, "{search} in {text}");
        }
    }
    for (text, search) in [
        ("10,000 requests", "50000"),
        ("50,000 requests", "5000"),
        ("version 10.5", "105"),
        ("in 2026 100 seats", "2026100"),
        ("the net price", ".NET"),
        ("follow. Up", "followup"),
        ("价格太贵了", "贵格"),
        ("at the end t was missing", "AT&T"),
        ("the R column and a D column", "R&D"),
        ("a plan and b movies", "A/B"),
        ("a Q and the A levels", "Q&A"),
        ("C is not D", "C/D"),
        ("tell us you see", "U.S."),
        ("she told us", "U.S."),
        ("24 people by 7", "24/7"),
        ("the 247 seats", "24/7"),
        ("15 people", "15%"),
        ("call 555 people, 123 of them at 4567", "555-123-4567"),
        ("version 3", "3rd"),
    ] {
        assert!(!finds(text, search), "{search} in {text}");
    }
    assert!(finds("ASP.NET", ".net"));
}

#[test]
fn words_without_spaces_are_found_within_others() {
    for (text, search) in [
        ("我明天把报价单发给您", "报价单"),
        ("价格太贵了我们今年没有预算", "预算"),
        ("金曜日までに見積もりを送ります。", "見積"),
        ("値段が高すぎると思います", "値"),
        ("予算", "算"),
        ("ราคาแพงเกินไป", "แพง"),
        ("견적서를 보내주세요", "견적서"),
        ("월간견적서를", "견적"),
        ("AI検索を使う", "検索"),
    ] {
        assert!(finds(text, search), "{search} in {text}");
    }
    assert!(!finds("报价 价单", "报价单"), "not side by side");
}

#[test]
fn words_in_quotes_stand_side_by_side() {
    assert!(finds("the monthly price is", "\"monthly price\""));
    assert!(!finds("the price is monthly", "\"monthly price\""));
    assert!(finds("the price is monthly", "monthly price"));
    assert!(finds("the state of the art", "\"state of the art\""));
    assert!(finds("a SOC 2 report", "\"soc2 report\"") && finds("a SOC2 report", "\"a SOC 2 report\""));
    assert!(finds("the Wi-Fi password", "\"wifi password\"") && finds("the wifi password", "\"Wi-Fi password\""));
    assert!(finds("at 50k a year", "\"50,000 a year\""));
    assert!(finds("unfinished", "\"unfinished"));
}

#[test]
fn the_last_word_may_be_unfinished() {
    assert!(finds("the budget", "budg"));
    assert!(!finds("the budget is frozen", "budg frozen"));
    assert!(!finds("10,000", "100"), "numbers are whole");
    assert!(!finds("the compiler", "c"), "a letter is a name");
}

#[test]
fn stop_words_stay_only_when_there_is_nothing_else() {
    let asked = |search: &str| -> Vec<String> {
        let first = |group: &terms::Group| match &group.0[0] {
            Sought::Word(text) | Sought::Pair(text) | Sought::Beginning(text) => text.clone(),
        };
        Query::new(search).groups().iter().map(first).collect()
    };
    assert_eq!(asked("What is the price?"), ["price"]);
    assert_eq!(asked("to be or not"), ["to", "be", "or", "not"]);
    assert_eq!(asked("Acme \"OR\" -price* acme"), ["acme", "price"]);
    assert!(Query::new("  \"* - ").is_empty());
    assert_eq!(asked(&"many different words of a very long question ".repeat(200)).len(), 5);
}

/// Texts that are hard to cut: scripts, marks, digits and signs side by side.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z]{1,8}",
        "[0-9]{1,4}",
        "[ .,'’\"#+&/_:;!?|$-]{1,3}",
        "[äöüßéøłđæœıİÅﬁ½²Ａ]{1,3}",
        "[\u{300}\u{301}\u{308}\u{30c}\u{3099}\u{ad}\u{200d}\u{202f}]{1,2}",
        "[报价单我们の見積ガ한국어ราคา]{1,4}",
        "[\u{1100}-\u{1112}\u{1161}-\u{1175}]{1,3}",
        "[٠-٩०-९]{1,3}",
        "(one|two|forty|hundred|thousand|million|point|and|a|k|sharp|plus|dot|net) ",
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn texts(terms: &[Term]) -> Vec<(&str, Kind)> {
    terms.iter().map(|term| (term.text.as_str(), term.kind)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_text_is_found_by_itself(text in odd_text()) {
        let query = Query::new(&text);
        prop_assert_eq!(query.count(&text), query.groups().len(), "{:?} {:?}", query, cut(&text));
    }

    #[test]
    fn a_text_and_its_decomposed_form_have_the_same_terms(text in odd_text()) {
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        let (left, right) = (cut(&composed), cut(&decomposed));
        prop_assert_eq!(texts(&left), texts(&right));
        prop_assert_eq!(Query::new(&composed), Query::new(&decomposed));
    }

    #[test]
    fn terms_need_no_escaping_and_have_their_place(text in odd_text()) {
        for term in cut(&text) {
            prop_assert!(!term.text.is_empty() && term.text.chars().count() <= terms::MAX_CHARS);
            prop_assert!(term.text.chars().all(|c| !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit()), "{:?}", term);
            prop_assert!(term.text.chars().all(|c| !c.is_whitespace()), "{:?}", term);
            prop_assert!(term.range.start < term.range.end && text.get(term.range.clone()).is_some(), "{:?}", term);
        }
    }

    #[test]
    fn what_is_found_is_marked(text in odd_text(), search in odd_text()) {
        let query = Query::new(&search);
        let marks = query.marks(&text);
        prop_assert_eq!(query.count(&text) > 0, !marks.is_empty());
        prop_assert!(marks.windows(2).all(|pair| pair[0].end < pair[1].start));
        let short = snippet(&text, &query);
        prop_assert_eq!(short.marks.is_empty(), marks.is_empty());
        let length = short.text.chars().count() as u32;
        prop_assert!(length <= 2 * 140 + 2 && short.marks.iter().all(|(start, end)| start < end && *end <= length));
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,200}|.{0,200}", search in ".{0,60}") {
        let query = Query::new(&search);
        query.may_be_in(&text);
        snippet(&text, &query);
    }
}
