//! Words of closed classes: what tells the parts of a question from one another. English and German, and a little French, Spanish, Italian
//! and Dutch.

/// What a word does in a sentence, whatever it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordClass {
    /// "the", "a": a noun follows.
    Article,
    /// "my", "our": what follows is the asker's own.
    Mine,
    /// "of", "for", "with": what it is about, or where.
    Relation,
    /// "at", "by", "per", "than": how, not of what.
    Manner,
    /// "to", which a verb may follow.
    To,
    /// "we", "it", "somebody".
    Pronoun,
    /// "is", "does", "can".
    Auxiliary,
    /// "what", "which", "how many": what is asked stands behind it.
    Asks,
    /// "how", "when", "where", "who", "why".
    AsksHow,
    /// "if", "while", "because": why somebody asks.
    Condition,
    /// "and", "or".
    And,
    /// A verb that many questions have, which asks nothing of its own.
    Verb,
    /// A verb that says what is asked.
    Telling,
}

/// Classes with their words, by language.
type Table = &'static [(WordClass, &'static str)];

const ENGLISH: Table = &[
    (WordClass::Article, "the a an your its this that these those any some each every all another both no one 's"),
    (WordClass::Mine, "my our their his her"),
    (WordClass::Relation, "of for in from with without on into between about as"),
    (
        WordClass::Manner,
        "at by per than under over within during before after until till up off down out back since via through along beyond above below across around near behind beside except",
    ),
    (WordClass::To, "to"),
    (
        WordClass::Pronoun,
        "i you we they he she it us me them him someone somebody anyone anybody everyone everybody there something anything nothing \
         everything i'm you're we're they're it's i've you've we've they've we'd i'd you'd they'd we'll i'll you'll they'll it'll he's \
         she's there's that's",
    ),
    (
        WordClass::Auxiliary,
        "is are was were be been being am do does did done has have had can could will would shall should may might must isn't aren't \
         don't doesn't didn't can't won't wouldn't haven't hasn't cannot isnt arent dont doesnt cant what'll",
    ),
    (WordClass::Asks, "what which whose what's whats many much"),
    (WordClass::AsksHow, "how when where who why whom how's when's where's who's whos"),
    (WordClass::Condition, "if while because unless whether although"),
    (WordClass::And, "and or but nor"),
    (
        WordClass::Verb,
        "cost costs charge charges charging charged pay pays paid paying take takes taking taken took last lasts get gets got getting give \
         gives given giving need needs needed want wants wanted come comes coming go goes going gone use uses used using offer offers \
         offered provide provides provided include includes included having bring brings brought send sends make makes let lets know \
         tell tells see sees find found look looks set sets put puts add adds buy buys order orders bought work works sell sells apply \
         applies fit fits hold holds turn turns sit happen happens allow allowed allows mean means save saves exist exists handle cover \
         covers covered stand stands",
    ),
    (
        WordClass::Telling,
        "keep keeps kept run runs open opens opened close closes closed start starts begin begins end ends leave leaves arrive arrives \
         renew renews expire expires teach teaches own owns build builds",
    ),
];
const GERMAN: Table = &[
    (
        WordClass::Article,
        "der die das den dem des ein eine einen einem einer eines kein keine keinen ihr ihre ihren ihrem dieser diese dieses jeder jede \
         jedes",
    ),
    (WordClass::Mine, "mein meine meinen meinem unser unsere unseren unserem"),
    (WordClass::Relation, "von vom für in im mit ohne auf aus nach zu zum zur über"),
    (WordClass::Manner, "bei beim am an um pro bis ab seit vor unter als"),
    (WordClass::Pronoun, "ich du er sie es wir ihr man mir mich uns ihnen euch dir dich"),
    (
        WordClass::Auxiliary,
        "ist sind war waren sein wird werden wurde kann können konnte darf dürfen muss müssen soll hat haben habe habt gibt",
    ),
    (WordClass::Asks, "was welche welcher welches welchen viel viele wieviel wieviele"),
    (WordClass::AsksHow, "wie wann wo wer warum wohin woher wen wem"),
    (WordClass::Condition, "wenn falls weil ob dass"),
    (WordClass::And, "und oder aber"),
    (
        WordClass::Verb,
        "kostet kosten dauert dauern bekomme bekommen bekommt brauche brauchen braucht nehmen nimmt geht gehen kommt kommen macht machen \
         bietet bieten gilt gelten zahlt zahlen zahle bezahlen bezahlt lang lange",
    ),
];
const FRENCH: Table = &[
    (WordClass::Article, "le la les l un une des votre vos ce cette ces"),
    (WordClass::Mine, "mon ma mes notre nos"),
    (WordClass::Relation, "de du d en pour avec sans dans sur"),
    (WordClass::Manner, "à au aux par chez"),
    (WordClass::Pronoun, "je tu il elle on nous vous ils elles qu"),
    (WordClass::Auxiliary, "est sont était être a ont avez peut peux pouvez est-ce c s"),
    (WordClass::Asks, "quel quelle quels quelles combien que quoi"),
    (WordClass::AsksHow, "comment quand où qui pourquoi"),
    (WordClass::Condition, "si parce quand"),
    (WordClass::And, "et ou mais"),
    (WordClass::Verb, "coûte coute coûtent dure durent prend faut fait"),
];
const SPANISH: Table = &[
    (WordClass::Article, "el la los las un una unos unas su sus este esta"),
    (WordClass::Mine, "mi mis nuestro nuestra"),
    (WordClass::Relation, "de del en para con sin sobre"),
    (WordClass::Manner, "a al por"),
    (WordClass::Pronoun, "yo tú él ella nosotros ustedes me nos se"),
    (WordClass::Auxiliary, "es son era ser está están hay tiene tienen puede puedo podemos"),
    (WordClass::Asks, "qué que cuál cual cuáles cuánto cuanto cuánta cuántos cuantos cuántas"),
    (WordClass::AsksHow, "cómo cuándo cuando dónde donde quién quien"),
    (WordClass::Condition, "si porque"),
    (WordClass::And, "y o pero"),
    (WordClass::Verb, "cuesta cuestan dura duran tarda tardan vale"),
];
const ITALIAN: Table = &[
    (WordClass::Article, "il lo la i gli le l un uno una questo questa"),
    (WordClass::Mine, "mio mia nostro nostra"),
    (WordClass::Relation, "di del della dei delle in per con senza su nel nella dell"),
    (WordClass::Manner, "a al alla da dal"),
    (WordClass::Pronoun, "io tu lui lei noi voi loro mi ci si"),
    (WordClass::Auxiliary, "è sono era essere ha hanno avete può posso possiamo c'è"),
    (WordClass::Asks, "che cosa quale quali quanto quanta quanti quante cos"),
    (WordClass::AsksHow, "come quando dove chi perché"),
    (WordClass::Condition, "se"),
    (WordClass::And, "e o ma"),
    (WordClass::Verb, "costa costano dura durano serve"),
];
const DUTCH: Table = &[
    (WordClass::Article, "de het een uw dit deze die"),
    (WordClass::Mine, "mijn onze ons"),
    (WordClass::Relation, "van voor in met zonder op uit naar"),
    (WordClass::Manner, "bij per tot om te door"),
    (WordClass::Pronoun, "ik jij je hij zij ze wij we u men"),
    (WordClass::Auxiliary, "is zijn was waren wordt worden kan kunnen mag moet heeft hebben heb"),
    (WordClass::Asks, "wat welke welk hoeveel"),
    (WordClass::AsksHow, "hoe wanneer waar wie waarom"),
    (WordClass::Condition, "als omdat"),
    (WordClass::And, "en of maar"),
    (WordClass::Verb, "kost kosten duurt duren krijg krijgen neemt"),
];

/// The language of a question with what its words do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed(Table);

impl Closed {
    /// Of the language that has most of the words; English if none has.
    pub fn of(words: &[String]) -> Self {
        let known = |table: Table| words.iter().filter(|word| Self(table).class(word).is_some()).count();
        let tables = [DUTCH, ITALIAN, SPANISH, FRENCH, GERMAN, ENGLISH];
        // Of equals, `max_by_key` takes the last.
        Self(tables.into_iter().max_by_key(|table| known(table)).unwrap_or(ENGLISH))
    }

    /// What a word in lower case does; none for one that means something.
    pub fn class(self, word: &str) -> Option<WordClass> {
        let word = word.replace('’', "'");
        self.0.iter().find(|(_, words)| words.split_ascii_whitespace().any(|other| other == word)).map(|(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_in_its_language() {
        let words = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
        for (question, word, class) in [
            ("what does the sauna cost", "cost", Some(WordClass::Verb)),
            ("was kostet die sauna", "was", Some(WordClass::Asks)),
            ("combien coûte le sauna", "coûte", Some(WordClass::Verb)),
            ("cuánto cuesta la sauna", "la", Some(WordClass::Article)),
            ("quanto costa la sauna", "costa", Some(WordClass::Verb)),
            ("wat kost de sauna", "de", Some(WordClass::Article)),
            ("sauna", "sauna", None),
        ] {
            assert_eq!(Closed::of(&words(question)).class(word), class, "{question}");
        }
    }
}
