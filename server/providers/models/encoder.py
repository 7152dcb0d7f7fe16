"""What the models that are trained here have in common: six layers that begin as all-MiniLM-L6-v2, and how they become a file of eight bits."""

import contextlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import nn

# Half as many bits are faster where the processor knows them, and many times slower where it doesn't.
KNOWS_BF16 = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
RATE, HEAD_RATE, WARM_UP, DECAY, DROPOUT = 6e-5, 20.0, 0.1, 0.01, 0.1
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


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
    """Two texts in, `outputs` numbers out. The lowest `frozen` layers stay as they are."""

    def __init__(self, folder, outputs, bias, frozen=0):
        super().__init__()
        self.words, self.places, self.sides = nn.Embedding(30522, 384), nn.Embedding(512, 384), nn.Embedding(2, 384)
        self.norm = nn.LayerNorm(384, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(6))
        self.head = nn.Linear(384, outputs)
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
        self.head.bias.data.fill_(bias)
        # What single words mean is known well enough.
        for kept in [self.words, self.places, *([self.sides, self.norm, *self.layers[:frozen]] if frozen else [])]:
            kept.requires_grad_(False)

    def forward(self, input_ids, attention_mask, token_type_ids):
        x = self.words(input_ids.long()) + self.places.weight[: input_ids.shape[1]][None] + self.sides(token_type_ids.long())
        x, mask = self.norm(x), (1 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer(x, mask)
        scores = self.head(x[:, 0].float())
        return scores.squeeze(-1) if self.head.out_features == 1 else scores


def tokenizer(folder):
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


def cut(tokens, most):
    """The first tokens, the last of them the mark at the end."""
    return tokens if len(tokens) <= most else tokens[: most - 1] + tokens[-1:]


def pair(first, second):
    """The tokens of two texts, and which of the two each is of; `second` without the mark at its beginning."""
    return first + second, [0] * len(first) + [1] * len(second)


def matrices(pairs):
    length = max(len(tokens) for tokens, _ in pairs)
    fill = lambda of: np.array([row + [0] * (length - len(row)) for row in of], np.int32)
    return fill([tokens for tokens, _ in pairs]), fill([[1] * len(tokens) for tokens, _ in pairs]), fill([side for _, side in pairs])


def scores(model, pairs, size=16):
    """Of pairs of like lengths at a time."""
    order = sorted(range(len(pairs)), key=lambda pair: len(pairs[pair][0]))
    with torch.autocast("cpu", dtype=torch.bfloat16) if KNOWS_BF16 else contextlib.nullcontext():
        made = [model(*map(torch.tensor, matrices([pairs[pair] for pair in order[start : start + size]]))) for start in range(0, len(order), size)]
    return torch.cat(made)[torch.tensor(np.argsort(order))].float()


def train(model, batches, steps):
    """Goes down the mean of what each batch, when called, says is its loss."""
    body = [parameter for name, parameter in model.named_parameters() if parameter.requires_grad and not name.startswith("head")]
    optimizer = torch.optim.AdamW([{"params": body}, {"params": model.head.parameters(), "lr": RATE * HEAD_RATE}], lr=RATE, weight_decay=DECAY)
    warm = max(1, int(steps * WARM_UP))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm))))
    model.train()
    begun, losses = time.time(), []
    for batch in batches:
        loss = batch(model)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if len(losses) % 50 == 0:
            print(f"step {len(losses)} of {steps}: loss {np.mean(losses[-50:]):.3f}, {time.time() - begun:.0f} s", flush=True)


def export(model, file, output):
    model.eval()
    example = matrices([([101, 2054, 102, 2009, 102], [0, 0, 0, 1, 1])] * 2)
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {output: {0: "batch"}}
    exact = file.with_suffix(".exact.onnx")
    torch.onnx.export(model, tuple(map(torch.tensor, example)), str(exact), input_names=INPUTS, output_names=[output], dynamic_axes=axes, opset_version=14, dynamo=False)
    # Per-channel weights without a sign are computed wrongly by rten 0.27.
    quantize_dynamic(str(exact), str(file), per_channel=True, weight_type=QuantType.QInt8)
    exact.unlink()


def run(session, pairs, size=8):
    """What a file of eight bits makes of pairs: scores as the program will have them."""
    order = sorted(range(len(pairs)), key=lambda pair: len(pairs[pair][0]))
    made = {}
    for start in range(0, len(order), size):
        some = order[start : start + size]
        for place, score in zip(some, session.run(None, dict(zip(INPUTS, matrices([pairs[pair] for pair in some]))))[0]):
            made[place] = score
    return np.array([made[place] for place in range(len(pairs))], np.float32)
