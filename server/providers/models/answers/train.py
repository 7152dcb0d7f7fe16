"""Makes the model that tells what answers a question: `cargo xtask train answers`.

Reads what the example `answers` prints (all that is told in what a question finds, with its signs and whether it is right), trains a
cross-encoder from all-MiniLM-L6-v2 and a linear layer over its score and the signs, and prints how good both are on questions that neither saw.

The loss is that of a choice among the candidates and "none of them" (its score is fixed at 0): -log(sum of exp(right) / (1 + sum of exp(all))),
and -log(1 / (1 + sum of exp(all))) where nothing answers. So the probability that something answers at all is 1 - 1 / (1 + sum of exp(all)).
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import nn

# As in `cross_encoder.rs` and `answer.rs`.
QUESTION, BOTH, READ, LINES, AS_LIKELY = 40, 96, 32, 3, 0.4
# Candidates of one question in a step, and questions in a step.
CANDIDATES, QUESTIONS, HARD = 8, 8, 3
EPOCHS, RATE, HEAD_RATE, WARM_UP, DECAY, DROPOUT = 2, 6e-5, 20.0, 0.1, 0.01, 0.1
# Sets whose questions the cross-encoder does not see: the linear layer learns of them.
LINEAR = ["7", "8", "15", "16", "28", "40"]
PENALTY = 0.03


class Layer(nn.Module):
    def __init__(self, width=384, heads=12, inner=1536):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.first, self.second = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x, mask):
        batch, length, width = x.shape
        apart = lambda y: y.reshape(batch, length, self.heads, width // self.heads).transpose(1, 2)
        scores = apart(self.q(x)) @ apart(self.k(x)).transpose(2, 3) * (width // self.heads) ** -0.5 + mask
        seen = (torch.softmax(scores, -1).to(x.dtype) @ apart(self.v(x))).transpose(1, 2).reshape(batch, length, width)
        x = self.first(x + F.dropout(self.o(seen), DROPOUT, self.training))
        return self.second(x + F.dropout(self.down(F.gelu(self.up(x))), DROPOUT, self.training))


class CrossEncoder(nn.Module):
    def __init__(self, folder):
        super().__init__()
        self.words, self.places, self.sides = nn.Embedding(30522, 384), nn.Embedding(512, 384), nn.Embedding(2, 384)
        self.norm = nn.LayerNorm(384, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(6))
        self.head = nn.Linear(384, 1)
        weights = {name: torch.tensor(of.astype(np.float32)) for name, of in load_file(folder / "model.safetensors").items() if of.dtype.kind == "f"}
        self.words.weight.data = weights["embeddings.word_embeddings.weight"]
        self.places.weight.data = weights["embeddings.position_embeddings.weight"]
        self.sides.weight.data = weights["embeddings.token_type_embeddings.weight"]
        self.norm.weight.data, self.norm.bias.data = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        for number, layer in enumerate(self.layers):
            name = f"encoder.layer.{number}."
            for module, of in (
                (layer.q, "attention.self.query"),
                (layer.k, "attention.self.key"),
                (layer.v, "attention.self.value"),
                (layer.o, "attention.output.dense"),
                (layer.first, "attention.output.LayerNorm"),
                (layer.up, "intermediate.dense"),
                (layer.down, "output.dense"),
                (layer.second, "output.LayerNorm"),
            ):
                module.weight.data, module.bias.data = weights[f"{name}{of}.weight"], weights[f"{name}{of}.bias"]
        nn.init.zeros_(self.head.weight)
        self.head.bias.data.fill_(-2.0)
        # What single words mean is known well enough.
        for frozen in (self.words, self.places):
            frozen.weight.requires_grad = False

    def forward(self, input_ids, attention_mask, token_type_ids):
        x = self.words(input_ids.long()) + self.places.weight[: input_ids.shape[1]][None] + self.sides(token_type_ids.long())
        x, mask = self.norm(x), (1 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer(x, mask)
        return self.head(x[:, 0].float()).squeeze(-1)


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
                pairs.append((asked + text, [0] * len(asked) + [1] * len(text)))
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


def cut(tokens, most):
    return tokens if len(tokens) <= most else tokens[: most - 1] + tokens[-1:]


def matrices(pairs):
    length = max(len(tokens) for tokens, _ in pairs)
    fill = lambda of: np.array([row + [0] * (length - len(row)) for row in of], np.int32)
    return fill([tokens for tokens, _ in pairs]), fill([[1] * len(tokens) for tokens, _ in pairs]), fill([side for _, side in pairs])


def scores(model, pairs, size=16):
    """Of pairs of like lengths at a time."""
    order = sorted(range(len(pairs)), key=lambda pair: len(pairs[pair][0]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made = [model(*map(torch.tensor, matrices([pairs[pair] for pair in order[start : start + size]]))) for start in range(0, len(order), size)]
    return torch.cat(made)[torch.tensor(np.argsort(order))]


def loss(scores, right):
    anything = torch.logsumexp(torch.cat([torch.zeros(1), scores]), 0)
    return anything - torch.logsumexp(scores[right], 0) if right.any() else anything


def train(model, questions, seed=1):
    random = np.random.default_rng(seed)
    questions = [question for question in questions if question["pairs"]]
    body = [parameter for name, parameter in model.named_parameters() if parameter.requires_grad and not name.startswith("head")]
    optimizer = torch.optim.AdamW([{"params": body}, {"params": model.head.parameters(), "lr": RATE * HEAD_RATE}], lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(questions) // QUESTIONS)
    warm = max(1, int(steps * WARM_UP))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm))))
    model.train()
    begun, losses = time.time(), []
    for _ in range(EPOCHS):
        order = random.permutation(len(questions))
        for start in range(0, len(order) - QUESTIONS + 1, QUESTIONS):
            pairs, of, right = [], [], []
            for number, question in enumerate(order[start : start + QUESTIONS]):
                question = questions[question]
                rights = random.permutation(np.where(question["right"])[0])[:2].tolist()
                wrong = np.where(~question["right"])[0].tolist()
                rest = wrong[HARD:]
                random.shuffle(rest)
                for candidate in (rights + wrong[:HARD] + rest)[:CANDIDATES]:
                    pairs.append(question["pairs"][candidate])
                    of.append(number)
                    right.append(bool(question["right"][candidate]))
            made, of, right = scores(model, pairs), torch.tensor(of), torch.tensor(right)
            mean = sum(loss(made[of == number], right[of == number]) for number in range(QUESTIONS)) / QUESTIONS
            optimizer.zero_grad()
            mean.backward()
            nn.utils.clip_grad_norm_(body, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(mean.detach()))
            if len(losses) % 50 == 0:
                print(f"step {len(losses)} of {steps}: loss {np.mean(losses[-50:]):.3f}, {time.time() - begun:.0f} s", flush=True)


def export(model, file):
    model.eval()
    example = matrices([([101, 2054, 102, 2009, 102], [0, 0, 0, 1, 1])] * 2)
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in inputs} | {"score": {0: "batch"}}
    exact = file.with_suffix(".exact.onnx")
    torch.onnx.export(model, tuple(map(torch.tensor, example)), str(exact), input_names=inputs, output_names=["score"], dynamic_axes=axes, opset_version=14, dynamo=False)
    quantize_dynamic(str(exact), str(file), per_channel=True, weight_type=QuantType.QInt8)
    exact.unlink()


def judge(file, questions):
    """Scores as the program will have them: with weights of eight bits."""
    session = onnxruntime.InferenceSession(str(file))
    for question in questions:
        pairs = question["pairs"]
        question["scores"] = np.zeros(len(pairs), np.float32)
        order = sorted(range(len(pairs)), key=lambda pair: len(pairs[pair][0]))
        for start in range(0, len(order), 8):
            some = order[start : start + 8]
            tokens, mask, sides = matrices([pairs[pair] for pair in some])
            question["scores"][some] = session.run(None, {"input_ids": tokens, "attention_mask": mask, "token_type_ids": sides})[0]


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
    tokenizer = Tokenizer.from_file(str(arguments.base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    first = json.loads(next(line for line in Path(arguments.told[0]).read_text().splitlines() if '"signs":{' in line))
    names = sorted(first["told"][0]["signs"])
    questions = read(arguments.told, names, tokenizer)
    held = [question for question in questions if question["set"] in arguments.held]
    of_linear = [question for question in questions if question["set"] in LINEAR]
    learned = [question for question in questions if question["set"] not in arguments.held + LINEAR]
    print(f"{len(learned)} questions to learn from, {len(of_linear)} for the linear layer, {len(held)} held back", flush=True)
    if not arguments.again:
        model = CrossEncoder(arguments.base)
        train(model, learned)
        export(model, arguments.out)
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
