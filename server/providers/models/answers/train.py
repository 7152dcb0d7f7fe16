"""Makes the model that tells what answers a question: `cargo xtask train answers`.

Reads what the example `answers` prints (all that is told in what a question finds, with its signs and whether it is right), trains a
cross-encoder from all-MiniLM-L6-v2 and a linear layer over its score and the signs, and prints how good both are on questions that neither saw.

The loss is that of a choice among the candidates and "none of them" (its score is fixed at 0): -log(sum of exp(right) / (1 + sum of exp(all))),
and -log(1 / (1 + sum of exp(all))) where nothing answers. So the probability that something answers at all is 1 - 1 / (1 + sum of exp(all)).
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from encoder import CrossEncoder, cut, export, pair, run, scores, tokenizer as tokenizer_of, train

# As in `cross_encoder.rs` and `answer.rs`.
QUESTION, BOTH, READ, LINES, AS_LIKELY = 40, 96, 32, 3, 0.4
# Candidates of one question in a step, and questions in a step.
CANDIDATES, QUESTIONS, HARD = 8, 8, 3
EPOCHS = 2
# Sets whose questions the cross-encoder does not see: the linear layer learns of them.
LINEAR = ["7", "8", "15", "16", "28", "40"]
PENALTY = 0.03


def in_its_place(told):
    """As `in_its_place` in `answer.rs`."""
    above = []
    for heading in [told["title"], *told["headings"]]:
        heading = " ".join(heading.split())
        if heading and heading not in above:
            above.append(heading)
    if len(above) > 3:
        above = above[:1] + above[-2:]
    return ". ".join(above) + ": " + told["text"] if above else told["text"]


def read(files, names, tokenizer):
    questions = []
    for file in files:
        for line in Path(file).read_text().splitlines():
            if not line.startswith("{"):
                continue
            question = json.loads(line)
            told = sorted(question["told"], key=lambda told: -told["promise"])
            asked = cut(tokenizer.encode(question["question"]).ids, QUESTION)
            pairs, seen = [], []
            for place, one in enumerate(told):
                # What is right is learned from wherever it stands; judged is what would be read.
                if place >= READ and not one["right"]:
                    continue
                text = cut(tokenizer.encode(in_its_place(one)).ids[1:], BOTH - len(asked))
                pairs.append(pair(asked, text))
                seen.append((place < READ, one["right"] and question["answerable"], [one["signs"][name] for name in names]))
            questions.append(
                {
                    "set": question["set"],
                    "answerable": question["answerable"],
                    "pairs": pairs,
                    "read": np.array([read for read, _, _ in seen], bool),
                    "right": np.array([right for _, right, _ in seen], bool),
                    "signs": np.array([signs for _, _, signs in seen], np.float32).reshape(-1, len(names)),
                }
            )
    return questions


def loss(scores, right):
    anything = torch.logsumexp(torch.cat([torch.zeros(1), scores]), 0)
    return anything - torch.logsumexp(scores[right], 0) if right.any() else anything


def steps(questions, seed=1):
    """How many batches there are, and each of them."""
    random = np.random.default_rng(seed)
    questions = [question for question in questions if question["pairs"]]

    def batch(some):
        pairs, of, right = [], [], []
        for number, question in enumerate(some):
            rights = random.permutation(np.where(question["right"])[0])[:2].tolist()
            wrong = np.where(~question["right"])[0].tolist()
            rest = wrong[HARD:]
            random.shuffle(rest)
            for candidate in (rights + wrong[:HARD] + rest)[:CANDIDATES]:
                pairs.append(question["pairs"][candidate])
                of.append(number)
                right.append(bool(question["right"][candidate]))
        of, right = torch.tensor(of), torch.tensor(right)

        def mean(model):
            made = scores(model, pairs)
            return sum(loss(made[of == number], right[of == number]) for number in range(len(some))) / len(some)

        return mean

    def batches():
        for _ in range(EPOCHS):
            order = random.permutation(len(questions))
            for start in range(0, len(order) - QUESTIONS + 1, QUESTIONS):
                yield batch([questions[question] for question in order[start : start + QUESTIONS]])

    return EPOCHS * (len(questions) // QUESTIONS), batches()


def judge(file, questions):
    """Scores as the program will have them: with weights of eight bits."""
    session = onnxruntime.InferenceSession(str(file))
    for question in questions:
        question["scores"] = run(session, question["pairs"])


def linear(questions):
    """Weights of the score and of each sign, and what is added: trained with the same loss, on signs of mean 0 and deviation 1."""
    signs = np.concatenate([question["signs"][question["read"]] for question in questions])
    mean, deviation = signs.mean(0), signs.std(0) + 1e-6
    rows = []
    for question in questions:
        read = question["read"]
        numbers = np.concatenate([question["scores"][read][:, None], (question["signs"][read] - mean) / deviation], 1)
        if len(numbers):
            rows.append((torch.tensor(numbers, dtype=torch.float32), torch.tensor(question["right"][read])))
    weights, more = torch.zeros(signs.shape[1] + 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    weights.data[0] = 1.0
    optimizer = torch.optim.LBFGS([weights, more], max_iter=100, line_search_fn="strong_wolfe")

    def step():
        optimizer.zero_grad()
        all = sum(loss(numbers @ weights + more, right) for numbers, right in rows) / len(rows) + PENALTY * (weights[1:] ** 2).sum()
        all.backward()
        return all

    optimizer.step(step)
    weights, more = weights.detach().numpy(), float(more.detach())
    of_signs = weights[1:] / deviation
    return float(weights[0]), of_signs, more - float((of_signs * mean).sum())


def figures(questions, likely, own=1.0, of_signs=None, more=0.0):
    right = first = refused = 0
    for question in questions:
        read = question["read"]
        made = np.exp(own * question["scores"][read] + (question["signs"][read] @ of_signs if of_signs is not None else 0.0) + more)
        best = np.argsort(-made)[:LINES]
        shown = [one for one in best if made[one] >= AS_LIKELY * made[best[0]]] if len(made) and made.sum() / (1 + made.sum()) >= likely else []
        rights = question["right"][read]
        if question["answerable"]:
            right += any(rights[one] for one in shown)
            first += bool(shown) and bool(rights[shown[0]])
        else:
            refused += not shown
    answerable = sum(question["answerable"] for question in questions)
    return f"{right} of {answerable} right ({first} first), {refused} of {len(questions) - answerable} refused"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="where the model goes")
    parser.add_argument("--weights", type=Path, required=True, help="where the linear layer goes")
    parser.add_argument("--held", action="append", default=[], help="sets that nothing is learned of")
    parser.add_argument("--again", action="store_true", help="takes the model that is there, and makes the linear layer anew")
    parser.add_argument("told", nargs="+")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    tokenizer = tokenizer_of(arguments.base)
    first = json.loads(next(line for line in Path(arguments.told[0]).read_text().splitlines() if '"signs":{' in line))
    names = sorted(first["told"][0]["signs"])
    questions = read(arguments.told, names, tokenizer)
    held = [question for question in questions if question["set"] in arguments.held]
    of_linear = [question for question in questions if question["set"] in LINEAR]
    learned = [question for question in questions if question["set"] not in arguments.held + LINEAR]
    print(f"{len(learned)} questions to learn from, {len(of_linear)} for the linear layer, {len(held)} held back", flush=True)
    if not arguments.again:
        # Its score is that of "none of them" at first.
        model = CrossEncoder(arguments.base, outputs=1, bias=-2.0)
        number, batches = steps(learned)
        train(model, batches, number)
        export(model, arguments.out, "score")
    judge(arguments.out, of_linear + held)
    half = lambda number: [question for place, question in enumerate(sorted({question["set"] for question in of_linear})) if place % 2 == number]
    for number in (0, 1):
        own, of_signs, more = linear([question for question in of_linear if question["set"] in half(1 - number)])
        judged = [question for question in of_linear if question["set"] in half(number)]
        for likely in (0.3, 0.4, 0.5, 0.6):
            print(f"sets {' '.join(half(number))}, likely {likely}: alone {figures(judged, likely)}; with signs {figures(judged, likely, own, of_signs, more)}")
    own, of_signs, more = linear(of_linear)
    for name in arguments.held:
        judged = [question for question in held if question["set"] == name]
        for likely in (0.3, 0.4, 0.5, 0.6):
            print(f"held back: {name}, likely {likely}: alone {figures(judged, likely)}; with signs {figures(judged, likely, own, of_signs, more)}")
    lines = "".join(f"    (Sign::{name}, {weight:.4}),\n" for name, weight in zip(names, of_signs))
    arguments.weights.write_text(
        "//! Made by `cargo xtask train answers`: what the score of the model that reads counts for, and each sign.\n\n"
        "use super::signs::Sign;\n\n"
        "/// What the score counts for.\n"
        f"pub(super) const READING: f32 = {own:.4};\n"
        "/// What is added.\n"
        f"pub(super) const MORE: f32 = {more:.4};\n"
        "/// What each sign counts for.\n"
        f"pub(super) const SIGNS: [(Sign, f32); {len(names)}] = [\n{lines}];\n"
    )


main()
