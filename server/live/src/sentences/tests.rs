#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// A text's sentences, from first to last letter.
fn cut(text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let end = words.sentence_end(start);
        let (first, last) = (words.marks()[start].start, words.marks()[end - 1].end);
        found.push(text.chars().skip(first as usize).take((last - first) as usize).collect());
        start = end;
    }
    found
}

#[test]
fn a_stop_within_a_sentence_does_not_end_it() {
    let texts = [
        "I'll send the draft to Dr. Weiss by Friday.",
        "I'll share the numbers with J. Lindqvist tomorrow.",
        "We'll review it, incl. the annex, e.g. the price table, by Thursday.",
        "I'll email the offer to Example Inc. by next Monday.",
        "Mr. and Mrs. Olsen will see St. Gallen.",
        "The U.S. market and the U.K. team meet at 3 p.m. on Friday.",
        "I'll call at 3 p. m. tomorrow.",
        "See www.example.com/price_list_2027.pdf please.",
        "See https://example.com/price_list_2027 please.",
        "See https://shop.example/list?page=2&sort=asc please.",
        "Write to anna.berg@example.co.uk today.",
        "It costs 2.50 a seat, version 2.5.1 too.",
        "Open report.final.docx and main.rs first.",
        "We need no. 5 and nos. 6 and 7, approx. ten vs. twelve.",
        "Well... maybe we can.",
        "Well… maybe we can.",
        "J. R. R. Tolkien and J.R.R. Martin agree.",
        "Acme Corp. Germany will sign on Dec. 4.",
        "i.e. the second one, etc. and so on.",
        "We use .NET and Node.js here.",
        "He said \"send it.\" and left.",
        "1. Send the offer",
        "Meet Prof. Dr. Ana Ruiz, Ph.D. on Monday.",
        "At 9 a.m. Berlin time we start.",
        "「高いです。」と言いました。",
        "Our ref. no. 55 is old.",
        "I work for A. B. Dick.",
        "Ph.D. students and M.Sc. holders apply.",
        "Wir reden am 3. Dezember.",
        "He is the Sr. Manager of Acme Inc. Germany.",
        "Das kostet ca. 500 Euro, z. B. für Frau Klein.",
        "Das geht, d. h. Frau Müller ruft an.",
        "Siehe Nr. 5, Abs. 3 und S. 12 im Vertrag.",
        "Wir treffen uns am 15. März in der Straße des 17. Juni.",
        "Im 3. Quartal, beim 2. Versuch im 5. Stock.",
        "Das sind ggf. 3 Mrd. Euro inkl. MwSt. und zzgl. Versand in der Hauptstr. 5.",
        "Das schickt i. A. Anna Berg bis 12. Dez. an die Abt. Einkauf.",
        "M. Dupont, Mme. Petit et MM. Roux, p. ex. demain, env. 50 personnes.",
        "El Sr. García y la Sra. López vienen a EE. UU. con aprox. 50 personas.",
        "La empresa Tern S. A. firma mañana según el núm. 5.",
        "Il sig. Rossi, la sig.ra Bianchi e l'ing. Conti della Tern S.p.A. arrivano ad es. Milano.",
        "Dhr. Jansen en mevr. De Vries nemen bijv. het jaarplan, d.w.z. morgen.",
        "Mamy np. Warszawę, ok. 500 zł, z p. Kowalskim w 2026 r. podpisane.",
        "Мы на ул. Ленина, т.е. в г. Москва за 5 тыс. руб. завтра.",
        "Ms. A. B. Cole of Tern Co. at 4 p.m. called.",
        "I saw Mr. Will Smith and Dr. No there.",
        "Yahoo! Inc. signed it.",
        "I talked to Yahoo! and they like it.",
        "\"It works!\" she said.",
        "So... I'd say yes.",
        "Pls. send it to the mgmt. team.",
    ];
    let wrong: Vec<_> = texts.into_iter().map(cut).filter(|sentences| sentences.len() != 1).collect();
    assert_eq!(wrong, Vec::<Vec<String>>::new());
}

#[test]
fn sentences_end_where_somebody_would_pause() {
    for (text, second) in [
        ("We use version 2. Send it to me by Friday.", "Send it to me by Friday"),
        ("We go on with plan B. I'll call tomorrow.", "I'll call tomorrow"),
        ("We go on with plan B. Lindqvist agrees.", "Lindqvist agrees"),
        ("No. We won't.", "We won't"),
        ("I met Example Inc. Tomorrow I'll send it.", "Tomorrow I'll send it"),
        ("We are in the U.S. We start soon.", "We start soon"),
        ("Let's say 3 p.m. I'll call you.", "I'll call you"),
        ("We like it. send it", "send it"),
        ("Well... Maybe we can.", "Maybe we can"),
        ("It is on Main St. We meet there.", "We meet there"),
        ("That's all etc. Then we go.", "Then we go"),
        ("See example.com. Send it.", "Send it"),
        ("He said \"no.\" Then he left.", "Then he left"),
        ("We signed.Then we left.", "Then we left"),
        ("So am I. Weiss said so.", "Weiss said so"),
        ("It takes 5 min. Then we go.", "Then we go"),
        ("値段が高すぎると思います。予算がありません。", "予算がありません"),
        ("太贵了！没有预算。", "没有预算"),
        ("価格は？予算は。", "予算は"),
        ("यह महंगा है। हम सोचेंगे।", "हम सोचेंगे"),
        ("Really? Yes.", "Yes"),
        ("Great! Thanks.", "Thanks"),
        ("Wir nutzen Version 2. Das reicht.", "Das reicht"),
        ("Der Termin ist am 4. Wir freuen uns.", "Wir freuen uns"),
        ("Nous avons fini. Merci beaucoup.", "Merci beaucoup"),
        ("To kosztuje sto. Dziękuję.", "Dziękuję"),
        ("I am 5. Berlin is old.", "Berlin is old"),
        ("We meet at 10 a.m. See you then.", "See you then"),
        ("Send the pdf. Then call.", "Then call"),
        ("The CRM. Berlin uses it.", "Berlin uses it"),
        ("Hmm. Berlin is far.", "Berlin is far"),
        ("終わりです．次です．", "次です"),
        ("ကောင်းတယ်။ ကျေးဇူး။", "ကျေးဇူး"),
        ("សួស្តី។ អរគុណ។", "អរគុណ"),
        ("Բարեւ։ Շնորհակալություն։", "Շնորհակալություն"),
    ] {
        let sentences = cut(text);
        // Words know Devanagari's vowel signs as signs.
        assert!(sentences.len() == 2 && second.starts_with(&sentences[1]), "{text}: {sentences:?}");
    }
}

#[test]
fn a_seam_of_two_pieces_is_judged_as_in_one_text() {
    for (before, next, goes) in [
        ("Das gilt z. B.", "Berlin ist dabei.", true),
        ("Siehe Nr.", "5 im Vertrag.", true),
        ("It is by Dr.", "Weiss.", true),
        ("It is late.", "We go.", false),
        ("Really?", "Yes.", false),
        ("no stop", "at all", true),
        ("", "Yes.", false),
    ] {
        assert_eq!(goes_on(before, next), goes, "{before} {next}");
        assert_eq!(goes_on(&format!("{}{before}", "word ".repeat(60)), next), goes || before.is_empty(), "{before} {next}");
    }
}

proptest! {
    #[test]
    fn words_stay_where_they_are(text in "([A-Za-z.?!…。」\") ]{0,12}|Dr\\. |e\\.g\\. |3 p\\.m\\. |\\.\\.\\.|J\\. |1\\.5 ){0,8}") {
        let (ours, plain) = (words(&text), Words::of(&text));
        let places = |words: &Words| words.marks().iter().map(|mark| (mark.start, mark.end)).collect::<Vec<_>>();
        prop_assert_eq!(places(&ours), places(&plain));
        prop_assert_eq!(ours.joined(), plain.joined());
        // A question never loses its mark.
        for (one, other) in ours.marks().iter().zip(plain.marks()) {
            prop_assert!(one.stop == other.stop || one.stop == Stop::Question || other.stop != Stop::Question);
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        words(&text);
        goes_on(&text, &text);
    }
}
