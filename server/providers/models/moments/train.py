"""Makes the model that tells what is meant by a line of talk: `cargo xtask train moments`.

Learns of talks that are labelled turn by turn, and of single lines of which one class is known, trains a cross-encoder from all-MiniLM-L6-v2 (what the
other side said before, and the line), and prints how good it is on conversations that it never saw. From which score on a kind is believed is
set on those of them with odd numbers.
"""

import argparse
import json
import random
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from encoder import CrossEncoder, cut, export, pair, run, scores, tokenizer as tokenizer_of, train

# As in `classifier.rs`.
BEFORE, LINE, STEP, MOST = 40, 80, 60, 6
KINDS = ["objection", "buying_signal", "question", "competitor", "next_step"]
TOPICS = [
    *("objection." + name for name in "authority budget competitor contract effort need price security stall status_quo timing trust".split()),
    *("buying." + name for name in "enthusiasm implementation next_steps pain pricing trial urgency".split()),
]
# That somebody sells here.
CLASSES = [*KINDS, *TOPICS, "sale"]
KIND_OF = {"buying": "buying_signal", "competitor": "competitor", "next_step": "next_step", "question": "question", "objection": "objection"}
# Talks are learned twice, single lines once; the lowest layers stay as they are.
EPOCHS, BATCH, FROZEN = 2, 32, 2
# What of lines by themselves counts beside whole talks, and topics and the sale beside kinds.
SINGLE, TOPIC, SALE = 0.5, 0.3, 0.1
# Share of what is believed that is right. Of what is shown without being asked for much, and what of that may come in ten minutes of talk without sales.
PRECISION, SURE_PRECISION, QUIET = 0.80, 0.90, 1.0
WORDS_A_MINUTE = 150
# As in `found.rs`: how many lines a talk is taken to have had before it began, their score for a sale, and what a line says at most.
LINES_BEFORE, SCORE_BEFORE, SAYS_AT_MOST = 6.0, 2.2, 3.0
# From which mean of the scores for a sale on nothing more is asked for, and what is asked for each point below.
ASKED = (1.8, 6.0)


def side(speaker):
    return {"rep": "seller", "customer": "buyer"}[speaker]


class Tokens:
    """The pairs of a line: one, or some where it is long."""

    def __init__(self, base):
        self.tokenizer = tokenizer_of(base)

    def of(self, before, speaker, text):
        # The end of what was said before is nearest.
        before = self.tokenizer.encode(before).ids
        before = before[:1] + before[1:][-(BEFORE - 1) :]
        mark = self.tokenizer.encode(side(speaker) + ":").ids[1:-1]
        line = self.tokenizer.encode(text).ids[1:-1]
        starts = [0] if len(line) <= LINE else [*range(0, len(line) - LINE, STEP), len(line) - LINE][-MOST:]
        return [pair(before, mark + line[start : start + LINE] + before[-1:]) for start in starts]


def as_heard(text):
    """As a recognizer without stops writes it."""
    return " ".join(re.sub(r"[^\w\s'€$£%]", " ", text.lower().replace("’", "'")).split())


def wanted(labels):
    kinds = {KIND_OF[label.split(".")[0]] if label not in KINDS else label for label in labels}
    return [float(kind in kinds) for kind in KINDS] + [float(topic in labels) for topic in TOPICS]


def of_talk(path):
    """The turns of a labelled talk: (before, speaker, text, what it is, what of that is known, weight)."""
    lines = path.read_text().splitlines()
    is_sale = not any(line.startswith("# nobody sells") for line in lines[:2])
    last, turns = {"rep": "", "customer": ""}, []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        speaker, text, labels = (line.split("\t") + ["", ""])[:3]
        labels = [label.strip() for label in labels.split(",") if label.strip()]
        for label in labels:
            if label not in CLASSES:
                raise SystemExit(f"{path}: there is no `{label}`")
        what = wanted(labels)
        # Topics are told apart among lines of their kind.
        known = [1.0] * len(KINDS) + [TOPIC * what[KINDS.index(KIND_OF[topic.split(".")[0]])] for topic in TOPICS]
        turns.append((last["customer" if speaker == "rep" else "rep"], speaker, text, what + [float(is_sale)], known + [SALE], 1.0))
        last[speaker] = text
    return turns


def of_lines(path):
    """Lines of one class; of their other classes nothing is known."""
    name = path.stem
    examples = []
    for line in path.read_text().splitlines():
        before, _, text = line.partition("\t")
        group, _, topic = name.partition(".")
        speaker = "rep" if name in ("next_step.rep", "neutral.rep") else "customer"
        what, known = [0.0] * len(CLASSES), [0.0] * len(CLASSES)
        if group == "near":
            known[KINDS.index({"buying": "buying_signal", "next_step": "next_step", "question": "question"}.get(topic, "objection"))] = 1.0
        elif group == "neutral":
            known[: len(KINDS)] = [1.0] * len(KINDS)
            known[-1], what[-1] = SALE, float(topic in ("sales", "rep"))
        else:
            kind = KINDS.index(KIND_OF[group])
            what[kind], known[kind], what[-1], known[-1] = 1.0, 1.0, 1.0, SALE
            for place, other in enumerate(TOPICS):
                if KIND_OF[other.split(".")[0]] == KINDS[kind]:
                    what[len(KINDS) + place], known[len(KINDS) + place] = float(other == name), TOPIC
        examples.append((before, speaker, text, what, known, SINGLE))
    return examples


def batches(talks, lines, tokens, chance):
    def batch(some):
        pairs, of, what, known = [], [], [], []
        for number, (before, speaker, text, is_, sure, weight) in enumerate(some):
            if chance.random() < 0.5:
                before, text = as_heard(before), as_heard(text)
            if chance.random() < 0.15:
                before = ""
            for made in tokens.of(before, speaker, text):
                pairs.append(made)
                of.append(number)
            what.append(is_)
            known.append([weight * one for one in sure])
        of, what, known = torch.tensor(of), torch.tensor(what), torch.tensor(known)

        def loss(model):
            made = scores(model, pairs)
            best = torch.full_like(what, -30.0).scatter_reduce(0, of[:, None].expand_as(made), made, "amax")
            return (F.binary_cross_entropy_with_logits(best, what, reduction="none") * known).sum() / len(some)

        return loss

    for epoch in range(EPOCHS):
        examples = talks + lines[epoch::EPOCHS]
        chance.shuffle(examples)
        for start in range(0, len(examples) - BATCH + 1, BATCH):
            yield batch(examples[start : start + BATCH])


def conversations(folder):
    """Those that other hands labelled, to be judged by."""
    for path in sorted(folder.glob("*/*.tsv")):
        yield path.parent.name, int(path.stem) % 2 == 1, of_talk(path)


def judge(session, tokens, turns):
    pairs, of = [], []
    for number, (before, speaker, text, *_) in enumerate(turns):
        for made in tokens.of(before, speaker, text):
            pairs.append(made)
            of.append(number)
    made = run(session, pairs)
    best = np.full((len(turns), len(CLASSES)), -30.0, np.float32)
    np.maximum.at(best, np.array(of), made)
    return best


def asked_for(scores):
    """By how much surer each line of a talk has to be, by what was said up to it."""
    so_far = np.cumsum(np.clip(scores[:, -1], -SAYS_AT_MOST, SAYS_AT_MOST)) + LINES_BEFORE * SCORE_BEFORE
    return np.maximum(0, ASKED[0] - so_far / (LINES_BEFORE + 1 + np.arange(len(scores)))) * ASKED[1]


HARD, PLAIN, QUIET_TALKS = ("one", "two", "three"), ("four", "five"), ("quiet",)
SALES = HARD + PLAIN


def heard(turn, kind):
    return turn[1] == "customer" or kind == "next_step"


def average_precision(scored):
    right, total = 0, 0.0
    for place, (_, is_, _) in enumerate(sorted(scored, key=lambda one: -one[0]), 1):
        if is_:
            right += 1
            total += right / place
    return total / max(1, right)


class Judged:
    """Conversations of one half with their scores."""

    def __init__(self, judged):
        self.judged = judged
        words = sum(len(turn[2].split()) for folder, turns, _ in judged if folder == "quiet" for turn in turns)
        self.tens = max(words / WORDS_A_MINUTE / 10, 0.1)

    def of(self, kind, folders):
        """What its score is above, whether it is one, and the turn, of each turn where a kind is listened for."""
        column = KINDS.index(kind)
        return [
            (float(made[place, column] - asked_for(made)[place]), turn[3][column] > 0, turn)
            for folder, turns, made in self.judged
            if folder in folders
            for place, turn in enumerate(turns)
            if heard(turn, kind)
        ]


def least_scores(judged):
    """The least score of each kind: as much as can be found while enough of all is right. A mistake counts the same in each kind, and where nobody sells too."""
    least = {}
    for mistake in np.arange(0.2, 4.0, 0.05):
        for kind in KINDS:
            rows = sorted([(score, is_) for score, is_, _ in judged.of(kind, SALES + QUIET_TALKS)], key=lambda one: -one[0])
            gains = np.cumsum([1.0 if is_ else -mistake for _, is_ in rows])
            least[kind] = rows[int(np.argmax(gains)) if gains.max() > 0 else 0][0]
        if precision(judged, least) >= PRECISION:
            break
    return least


def sure(judged, least):
    """How much more is asked for, of each kind the same, until enough is right and little comes where nobody sells."""
    for more in np.arange(0.0, 3.0, 0.05):
        surer = {kind: score + more for kind, score in least.items()}
        quiet = sum(score >= surer[kind] for kind in KINDS for score, *_ in judged.of(kind, QUIET_TALKS)) / judged.tens
        if precision(judged, surer) >= SURE_PRECISION and quiet <= QUIET:
            break
    return float(more)


def precision(judged, least):
    shown = [is_ for kind in KINDS for score, is_, _ in judged.of(kind, SALES) if score >= least[kind]]
    return sum(shown) / max(1, len(shown))


def tell(half, judged, least):
    for kind in [*KINDS, "all"]:
        kinds = KINDS if kind == "all" else [kind]
        for name, folders in (("hard", HARD), ("plain", PLAIN)):
            rows = [(score - least[of], is_) for of in kinds for score, is_, _ in judged.of(of, folders)]
            shown, wanted_ = [is_ for score, is_ in rows if score >= 0], sum(is_ for _, is_ in rows)
            quiet = sum(score >= least[of] for of in kinds for score, *_ in judged.of(of, QUIET_TALKS)) / judged.tens
            precise = f"AP {average_precision(judged.of(kind, folders)):.3f}, least {least[kind]:.2f}" if kind != "all" else ""
            print(
                f"{half} {name} {kind}: recall {sum(shown) / max(1, wanted_):.3f} of {wanted_}, precision {sum(shown) / max(1, len(shown)):.3f}, "
                f"quiet {quiet:.2f} in ten minutes {precise}"
            )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--talks", type=Path, required=True, help="folder of labelled talks to learn from")
    parser.add_argument("--lines", type=Path, required=True, help="folder of lines to learn from")
    parser.add_argument("--conversations", type=Path, required=True, help="folder of labelled conversations to be judged by")
    parser.add_argument("--out", type=Path, required=True, help="where the model goes")
    parser.add_argument("--classes", type=Path, help="where the classes and their least scores go")
    parser.add_argument("--wrong", help="shows mistakes of this kind, in the odd half")
    parser.add_argument("--again", action="store_true", help="takes the model that is there")
    parser.add_argument("--even", action="store_true", help="tells figures of the even half too")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    chance = random.Random(1)
    tokens = Tokens(arguments.base)
    if not arguments.again:
        talks = [turn for path in sorted(arguments.talks.glob("*/*.tsv")) for turn in of_talk(path)]
        single = [line for path in sorted(arguments.lines.glob("*.tsv")) for line in of_lines(path)]
        print(f"{len(talks)} turns of talks, {len(single)} lines", flush=True)
        model = CrossEncoder(arguments.base, outputs=len(CLASSES), bias=-2.5, frozen=FROZEN)
        chance.shuffle(single)
        steps = sum((len(talks) + len(single[epoch::EPOCHS])) // BATCH for epoch in range(EPOCHS))
        train(model, batches(talks, single, tokens, chance), steps)
        export(model, arguments.out, "scores")
    session = onnxruntime.InferenceSession(str(arguments.out))
    judged = [(folder, odd, turns, judge(session, tokens, turns)) for folder, odd, turns in conversations(arguments.conversations) if odd or arguments.even]
    half = lambda wanted_: Judged([(folder, turns, made) for folder, odd, turns, made in judged if odd == wanted_])
    odd = half(True)
    least = least_scores(odd)
    more = sure(odd, least)
    surer = {kind: score + more for kind, score in least.items()}
    for name, of in (("odd", odd), ("even", half(False))) if arguments.even else (("odd", odd),):
        tell(name, of, least)
        tell(f"{name}, sure", of, surer)
    if arguments.wrong:
        for score, is_, turn in sorted(odd.of(arguments.wrong, SALES + QUIET_TALKS), key=lambda one: -one[0]):
            if (score >= least[arguments.wrong]) != is_:
                print(f"# {'missed' if is_ else 'wrong'} {score:.2f} [{turn[0][-100:]}] {turn[1]}: {turn[2]}")
    if arguments.classes:
        kinds = ", ".join(f'("{kind}", {least[kind]:.2f})' for kind in KINDS)
        topics = "".join(f'    "{topic}",\n' for topic in TOPICS)
        arguments.classes.write_text(
            "//! Made by `cargo xtask train moments`: what the scores are of, and from which score on a kind is believed.\n\n"
            "/// Kinds, each with the least score that is believed.\n"
            f"pub(crate) const KINDS: [(&str, f32); {len(KINDS)}] = [{kinds}];\n"
            "/// By how much more a line is sure: then it is shown without being asked for much.\n"
            f"pub const SURE: f32 = {more:.2f};\n"
            "/// Topics of kinds.\n"
            f"pub(crate) const TOPICS: [&str; {len(TOPICS)}] = [\n{topics}];\n"
            "/// From which mean of the scores for a sale on nothing more is asked for, and what is asked for each point below.\n"
            f"pub(crate) const SALE: (f32, f32) = ({ASKED[0]}, {ASKED[1]});\n"
        )


main()
