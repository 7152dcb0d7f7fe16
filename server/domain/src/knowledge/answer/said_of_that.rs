//! Tests of answers: what says something else, or says it of another one, is none; what says it in other words is one.

use super::LEAST;
use super::evidence::tests::weighed;

/// What answers a question out of a text by words alone.
fn answers(question: &str, text: &str) -> Vec<String> {
    weighed(question, text).into_iter().filter(|(score, _)| *score >= LEAST).map(|(_, text)| text).collect()
}

/// Questions that a text answers, each with what its answer has.
fn answered(text: &str, questions: &[(&str, &str)]) {
    for (question, part) in questions {
        let found = answers(question, text);
        assert!(found.first().is_some_and(|answer| answer.contains(part)), "{question}: {found:?}");
    }
}

/// Questions that it does not.
fn refused(text: &str, questions: &[&str]) {
    for question in questions {
        let found = answers(question, text);
        assert!(found.is_empty(), "{question}: {found:?}");
    }
}

#[test]
fn what_is_said_of_another_one_is_no_answer() {
    let text = "The Basalt plan has a notice period of 30 days. The Granite plan is for large teams.\n\nDelivery to Sweden costs 9 euros. \
                Delivery to Poland takes four days.\n\nTouring bikes have lights. The city bikes cost 14 euros a day.";
    answered(
        text,
        &[
            ("What is the notice period of the Basalt plan?", "30 days"),
            ("What does delivery to Sweden cost?", "9 euros"),
            ("How long does delivery to Poland take?", "four days"),
            ("How much is a city bike?", "14 euros"),
        ],
    );
    refused(
        text,
        &[
            "What is the notice period of the Granite plan?",
            "What does delivery to Poland cost?",
            "What does delivery to Denmark cost?",
            "How long does delivery to Sweden take?",
            "What do touring bikes cost?",
            "What does a city bike cost per week?",
            "What colour are the city bikes?",
        ],
    );
}

#[test]
fn a_row_answers_only_for_its_columns() {
    let rows = "Boat: Skiff; Seats: 2; Day rate: €45; Skipper: Mia Thorn\nBoat: Dory; Seats: 4; Day rate: €60; Skipper: –";
    answered(
        rows,
        &[
            ("What does the Skiff cost?", "Skiff"),
            ("How many people fit into the Dory?", "Dory"),
            ("What is the daily rate of the Dory?", "€60"),
            ("Who skippers the Skiff?", "Mia Thorn"),
        ],
    );
    refused(
        rows,
        &[
            "What insurance has the Skiff?",
            "What is the set-up fee of the Skiff?",
            "How long is the Skiff?",
            "Who skippers the Dory?",
            "Which anchor does the Dory have?",
            "How much is the Skiff per month?",
        ],
    );
    let columns = "Monthly price; Pebble: $6; Cobble: $15\nDaily backups; Pebble: no; Cobble: yes";
    answered(columns, &[("How much is Cobble a month?", "Monthly price"), ("Does Pebble have daily backups?", "Daily backups")]);
    refused(columns, &["How much are the daily backups on Cobble?", "What is the set-up fee of Pebble?"]);
}

#[test]
fn a_price_is_of_what_is_asked_for() {
    let text = "We repair bikes.\n\nA lock for a bike costs 5 euros.\n\nBike helmets are 3 euros.\n\nThe ferry takes bikes.";
    refused(text, &["How much does a bike cost?", "What do bikes cost?", "What is the price of a bike?"]);
    answered(text, &[("How much is a lock?", "lock"), ("How much are bike helmets?", "3 euros")]);
    answered("We charge 14 euros for a bike.", &[("How much does a bike cost?", "14 euros")]);
    answered("Bike hire is 14 euros.", &[("How much does a bike cost?", "14 euros")]);
    refused("Product: Bike lock; Price: 5 euros", &["How much is a bike?"]);
    refused("The parcel weighs 12 pounds.", &["What does the parcel cost?"]);
}

#[test]
fn a_name_is_no_currency_and_no_currency_is_a_name() {
    refused("All prices are in Swiss francs.", &["What is the capital of France?", "What does the trip to France cost?"]);
    refused("The fee is 12 marks.", &["Who is Mark?"]);
    refused("The sauna costs 12 francs.", &["What do francs cost?", "How much is a franc?"]);
    answered("The sauna costs 12 francs.", &[("How much is the sauna?", "12 francs")]);
}

#[test]
fn short_lines_say_something() {
    let list = "Lodge for guests\n\n☑ Breakfast included\n\n☑ Bicycles welcome\n\nCheck-out by noon\n\nNo smoking\n\nSauna 9 euros";
    answered(
        list,
        &[
            ("Is breakfast included?", "Breakfast included"),
            ("Are bicycles welcome?", "Bicycles"),
            ("How much is the sauna?", "Sauna"),
            ("When do we have to check out?", "noon"),
        ],
    );
    refused(list, &["Is dinner included?", "How much is a double room?"]);
    assert!(answers("Who is the lodge for?", list).iter().all(|answer| answer != "Lodge for guests"), "the first line is the title");
}

#[test]
fn a_title_says_nothing() {
    let titles = "Ironwood Gym\n\nOpening hours\n\nHouse rules\n\nCancellation policy\n\nParking";
    refused(
        titles,
        &["What are your opening hours?", "What is the cancellation policy?", "What are the house rules?", "Where is the parking?"],
    );
}

#[test]
fn a_measure_is_the_one_that_is_asked_for() {
    let lamp = "Lamp: Arc; Height: 180 cm; Weight: 7.5 kg; Price: €249";
    answered(lamp, &[("How tall is the Arc?", "180 cm"), ("How heavy is the Arc?", "7.5 kg"), ("How much is the Arc?", "€249")]);
    refused(lamp, &["How wide is the Arc?", "How loud is the Arc?", "How fast is the Arc?", "How often is the Arc cleaned?"]);
    refused("Delivery to Austria costs 9.50 euros.", &["How long does delivery to Austria take?", "When is delivery to Austria?"]);
    refused("Showers are free.", &["How many showers are there?", "How hot are the showers?"]);
    refused("The Dot can be dimmed.", &["What is the Dot made of?"]);
}

#[test]
fn scripts_without_spaces_are_answered() {
    let thai = "นวดเท้าราคา 350 บาทต่อชั่วโมง\nร้านเปิดเวลา 10:00 น. ทุกวัน";
    answered(thai, &[("นวดเท้าราคาเท่าไหร่", "350"), ("ร้านเปิดกี่โมง", "10:00")]);
    refused(thai, &["มีสระว่ายน้ำไหม", "นวดน้ำมันราคาเท่าไหร่"]);
    let japanese = "朝食は一人千二百円です。\nチェックインは午後三時からです。";
    answered(japanese, &[("朝食はいくらですか", "千二百円"), ("チェックインは何時からですか", "三時")]);
    refused(japanese, &["夕食はいくらですか", "駐車場はありますか"]);
    let chinese = "早餐每人60元。\n退房时间为中午12点。";
    answered(chinese, &[("早餐多少钱?", "60元"), ("退房时间是几点?", "12点")]);
    refused(chinese, &["停车场多少钱?"]);
}

#[test]
fn other_words_for_the_same_are_answered() {
    let text = "Either side may terminate the Basalt contract with 30 days' notice.\n\nSubscriptions renew each year.\n\nWe store data in Oslo.\n\n\
                Groups of more than ten people get 15 % off.\n\nA boat that is brought back after six costs 12 euros.";
    answered(
        text,
        &[
            ("How can we cancel the Basalt plan?", "30 days"),
            ("What is the notice period for Basalt?", "30 days"),
            ("Where are your data centers?", "Oslo"),
            ("What discount do fifteen people get?", "15 %"),
            ("How much does it cost to bring a boat back late?", "12 euros"),
        ],
    );
}
