# Writes questions.jsonl. Labels were written before the answering code was read, and are not changed after the first run.
import json, pathlib
def a(text, *any_of): return (text, [list(x) for x in any_of])
A = [
 a("What does the Heron cost for a full day?", ("Heron", "€54")), a("How many people fit into the Grebe?", ("Grebe", "Seats: 2")),
 a("How much is the deposit for the Pike?", ("Pike", "€80")), a("Who may not use the Pike?", ("Children under six", "Pike")),
 a("Are life jackets extra?", ("Life jackets", "free")), a("What do city bikes cost?", ("City bikes", "€14")),
 a("How much does it cost to bring a boat back late?", ("€12",)), a("Until when can I cancel for free?", ("48 hours",)),
 a("What discount do we get with fifteen people?", ("more than ten", "15 %")),
 a("How much is Cobble per month?", ("Cobble: $15",)), a("How much disk space does the Boulder plan have?", ("Boulder: 400 GB",)),
 a("Does Pebble have daily backups?", ("Daily backups", "Pebble: no")), a("When can we reach support on the Cobble plan?", ("Support hours", "Cobble: weekdays 8–20")),
 a("What is the notice period of the Cobble plan?", ("Cobble", "one month")), a("How long does the Boulder contract run?", ("Boulder", "twelve months")),
 a("Where are your data centers?", ("Oslo", "Tallinn")), a("How long do you keep backups?", ("30 days",)),
 a("Who teaches the Swedish course?", ("Swedish", "Elin Dahl")), a("When does the Portuguese course begin?", ("Portuguese", "3 October")),
 a("What's the fee for Italian in the evening?", ("Italian", "€225")),
 a("Is breakfast included?", ("Breakfast included",)), a("When can I check in?", ("Check-in", "15:00")), a("How much is the sauna?", ("Sauna", "€9")),
 a("Can I bring my dog?", ("Dogs", "€7")), a("What does a parcel to Portugal cost?", ("Portugal", "€12.20")),
 a("How long does delivery to Switzerland take?", ("Switzerland", "six working days")), a("How heavy can a parcel be?", ("31.5 kg",)),
 a("Was kostet eine Inspektion?", ("Inspektion", "189")), a("Wie lange dauert ein Ölwechsel?", ("Ölwechsel", "45 Minuten")),
 a("นวดเท้าราคาเท่าไหร่", ("นวดเท้า", "350")),
]
AN = ["What does the Heron cost for a week?", "Which anchor does the Grebe have?", "How long is the Pike?", "What is the deposit for the Barge?",
 "What do touring bikes cost?", "What does a kayak cost for a full day?", "How much is the late fee for bikes?", "Who built the Heron?",
 "What is the set-up fee of the Cobble plan?", "What is the notice period of the Boulder plan?", "What is the notice period of the Pebble plan?",
 "How much is the Gravel plan?", "How many databases has Boulder?", "Do you have a data centre in Madrid?", "What does a .org domain cost?", "How long does the Cobble contract run?",
 "Who teaches Italian?", "What does the French course cost?", "Which book is used in the Swedish course?", "How many students are in the Spanish course?",
 "What does dinner cost?", "Can I bring my parrot?", "How much is a double room?", "What does a parcel to Switzerland cost?", "How long does delivery to Denmark take?",
 "What does pick-up cost in Norway?", "Was kostet ein Ölwechsel?", "What does a Real Madrid ticket cost?", "Who is the president of Norway?", "มีสระว่ายน้ำไหม"]
B = [
 a("What does a ceramic crown cost?", ("Ceramic crown", "1,280")), a("How long does a root canal take?", ("Root canal", "2 hours")),
 a("How many visits do I need for a crown?", ("crown", "Visits: 2")), a("How much is a professional cleaning?", ("cleaning", "145")),
 a("What happens if I don't cancel my appointment in time?", ("24 hours", "CHF 60")), a("Which languages does Dr. Moritz speak?", ("German, French and Polish",)),
 a("How long do new patients have to wait?", ("three weeks",)), a("Can I pay by instalments?", ("six instalments",)), a("On which floor is the practice?", ("second floor",)),
 a("What's the monthly price of Perch?", ("Perch", "£160")), a("How many meeting room hours come with the Loft?", ("Loft", "Meeting room hours: 20")),
 a("When can I get in with a Nest membership?", ("Nest", "weekdays 8 to 18")), a("What is the notice period for Perch?", ("Perch", "six weeks")),
 a("How much is the joining fee?", ("joining fee", "£40")), a("What does printing cost?", ("Printing", "5p")), a("Is coffee free?", ("Coffee and tea free",)),
 a("What does the Falcon cost per day?", ("Falcon", "€69")), a("How much can I load into the Condor?", ("Condor", "1,450 kg")),
 a("What fuel does the Wren need?", ("Wren", "diesel")), a("How many kilometres are included with the Stork?", ("Stork", "250")),
 a("When do the gates open?", ("Gates open at noon",)), a("How much is a weekend ticket?", ("Weekend ticket", "€129")), a("Are showers included?", ("Showers included",)),
 a("Who is the headliner?", ("Paper Lanterns",)), a("What's the response time of the Blaze contract?", ("Blaze", "24 hours")), a("How much is Inferno a year?", ("Inferno", "€520")),
 a("How heavy is the T-60?", ("T-60", "182 kg")), a("Was kostet der Eintritt für Kinder?", ("Kinder 3 Euro",)), a("Wie lang ist das Sportbecken?", ("25 Meter",)),
 a("朝食はいくらですか", ("朝食", "千二百円")),
]
BN = ["What does an implant cost?", "How long does whitening take?", "What does a gold crown cost?", "Which anaesthetic is used for a root canal?", "Does Dr. Moritz speak Italian?",
 "Who is the hygienist?", "What is the notice period for Loft?", "What is the notice period of the Nest membership?", "How many lockers come with Perch?", "How much is the Attic membership?",
 "What does a week pass cost?", "What is the deposit for Nest?", "How fast is the download at the Harbour site?", "How much can I load into the Stork?", "What colour is the Falcon?",
 "How much is the Condor per week?", "What does the Raven cost per day?", "Which gearbox does the Wren have?", "How much does a caravan pitch cost?", "What does a day ticket cost?",
 "When does the last shuttle bus leave?", "How long does the Ember contract run?", "What is the hourly wage of a technician?", "How much does the T-40 weigh?", "How loud is the T-40?", "Do you install in Hungary?",
 "What's the journey charge in Austria?", "Was kostet die Zehnerkarte?", "How many pesos is a crown of Sweden?", "温泉の温度は何度ですか"]
out = []
for seller, yes, no in (("a", A, AN), ("b", B, BN)):
    assert len(yes) == len(no) == 30 and len({q for q, _ in yes} | set(no)) == 60
    out += [dict(id=f"{seller}{i:02}", seller=seller, question=q, answerable=True, any_of=x) for i, (q, x) in enumerate(yes, 1)]
    out += [dict(id=f"{seller}n{i:02}", seller=seller, question=q, answerable=False, any_of=[]) for i, q in enumerate(no, 1)]
pathlib.Path(__file__).with_name("questions.jsonl").write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in out), encoding="utf-8")
