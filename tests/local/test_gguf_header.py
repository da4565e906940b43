from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest

from aspen.core.errors import BadModelFile, NotFound
from aspen.local.gguf_cursor import WINDOW_BYTES
from aspen.local.gguf_header import FileKind, read_header
from fakes.gguf_writer import TINY_METADATA, TINY_TENSORS, TensorEntry, changed, gguf, key_value, string


def _file(folder: Path, content: bytes, name: str = "tiny.gguf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _refusal(folder: Path, content: bytes) -> BadModelFile:
    with pytest.raises(BadModelFile) as caught:
        read_header(_file(folder, content))
    assert caught.value.sentence.startswith("tiny.gguf ")
    assert caught.value.hint
    return caught.value


def test_a_good_file_says_what_it_is(tmp_path: Path) -> None:
    header = read_header(_file(tmp_path, gguf()))
    assert (header.architecture, header.name, header.version) == ("llama", "Tiny", 3)
    assert header.kind is FileKind.MODEL
    layers = header.require_model()
    assert (layers.block_count, layers.context_tokens, layers.head_counts_kv) == (2, 4096, (2, 2))
    assert (layers.key_length, layers.value_length) == (16, 16)
    assert header.vocabulary_tokens == 3
    assert header.parameters == 3 * 64 + 2 * 64 * 64 + 64
    assert header.bytes_by_type == {"Q4_0": 2 * 64 * 64 // 32 * 18, "F32": 4 * 64 * 4}


def test_the_starter_model_is_read_within_a_tenth_of_a_second(starter_model: Path) -> None:
    began = time.process_time()
    header = read_header(starter_model)
    assert time.process_time() - began < 0.1
    assert header.parameters == 134_515_008
    assert header.vocabulary_tokens == 49_152
    assert header.layers is not None
    assert header.layers.context_tokens == 8_192
    assert header.size_bytes == starter_model.stat().st_size
    assert list(header.bytes_by_type) == ["Q4_1", "Q8_0", "F32"]
    assert header.chat_template is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\0" * 4096, "is full of zeros"),
        (b"Hello, this is no model.\n", "is a text that starts with “Hello, this is no model.”"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "is a Git LFS pointer"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (b"PK\x03\x04" + b"\0" * 99, "is a zip archive"),
        (struct.pack("<Q", 300) + b'{"__metadata__":{}}' + b" " * 300, "is a safetensors file"),
        (b"\x80\x02cposix\nsystem\n", "is a Python pickle"),
        (b"lmgg\x01\0\0\0", "is a GGML file of before August 2023"),
        (bytes(range(128, 256)), "is not a GGUF file"),
        (b"\x1b[31m\x07evil", "is not a GGUF file"),
    ],
)
def test_a_file_that_is_no_gguf_is_called_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    refusal = _refusal(tmp_path, content)
    assert words in refusal.sentence
    assert "\x1b" not in refusal.sentence


def test_a_truncated_file_is_named_with_the_missing_bytes(tmp_path: Path) -> None:
    whole = gguf()
    refusal = _refusal(tmp_path, whole[:-1000])
    assert refusal.facts["missing_bytes"] == 1000
    assert f"1000 of {len(whole)} bytes are missing" in refusal.sentence


def test_a_file_cut_anywhere_in_its_header_is_refused(tmp_path: Path) -> None:
    whole = gguf()
    weights = sum(-(-tensor.size_bytes // 32) * 32 for tensor in TINY_TENSORS)
    for length in range(5, len(whole) - weights, 7):
        refusal = _refusal(tmp_path, whole[:length])
        assert "cut off" in refusal.sentence, refusal.sentence


@pytest.mark.parametrize("counts", [(2**63, 12), (4, 2**63), (2**64 - 1, 2**64 - 1), (130_000, 12), (4, 16_000)])
def test_counts_that_the_file_cannot_hold_are_refused_at_once(tmp_path: Path, counts: tuple[int, int]) -> None:
    began = time.process_time()
    _refusal(tmp_path, gguf(counts=counts))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**62, 2**40, 10_000])
def test_a_string_longer_than_the_file_is_refused(tmp_path: Path, length: int) -> None:
    start = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    _refusal(tmp_path, start + struct.pack("<Q", length) + b"x" * 100)
    in_value = string("general.name") + struct.pack("<IQ", 8, length) + b"x" * 100
    _refusal(tmp_path, start + in_value)
    in_list = string("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3) + string("a") + struct.pack("<Q", length)
    _refusal(tmp_path, start + in_list + b"x" * 100)


@pytest.mark.parametrize("count", [2**61, 2**63, 2**64 - 1, 4_000_000])
@pytest.mark.parametrize("kind", [0, 4, 8, 12])
def test_a_list_longer_than_the_file_is_refused(tmp_path: Path, kind: int, count: int) -> None:
    start = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    _refusal(tmp_path, start + string("x") + struct.pack("<IIQ", 9, kind, count) + b"\0" * 64)


def test_a_list_of_lists_is_refused(tmp_path: Path) -> None:
    nested = struct.pack("<IIQ", 9, 9, 1) * 50
    refusal = _refusal(tmp_path, b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("x") + nested)
    assert "list of lists" in refusal.sentence


def test_an_unknown_value_type_is_refused(tmp_path: Path) -> None:
    content = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("x") + struct.pack("<I", 13) + b"\0" * 64
    assert "type 13" in _refusal(tmp_path, content).sentence


@pytest.mark.parametrize(
    ("version", "words"), [(1, "GGUF version 1"), (4, "GGUF version 4"), (0x03000000, "big-endian"), (0, "version 0")]
)
def test_another_version_or_byte_order_is_refused_in_words(tmp_path: Path, version: int, words: str) -> None:
    assert words in _refusal(tmp_path, gguf(version=version)).sentence


def test_version_2_is_read(tmp_path: Path) -> None:
    assert read_header(_file(tmp_path, gguf(version=2))).version == 2


def test_an_unknown_architecture_is_named(tmp_path: Path) -> None:
    refusal = _refusal(tmp_path, gguf(changed(general__architecture="gemma9\x1b[2J")))
    assert "“gemma9 [2J”" in refusal.sentence


@pytest.mark.parametrize(
    "broken",
    [
        {"general__architecture": None},
        {"general__architecture": 7},
        {"llama__block_count": None},
        {"llama__block_count": 2**31},
        {"llama__block_count": "two"},
        {"llama__block_count": 2.5},
        {"llama__context_length": None},
        {"llama__embedding_length": 2**40},
        {"llama__attention__head_count_kv": [1]},
        {"llama__attention__head_count_kv": [1, 2**31 - 1]},
        {"general__alignment": 0},
        {"general__alignment": 48},
        {"general__alignment": "x"},
        {"tokenizer__chat_template": "x" * (1 << 20) + "y"},
    ],
)
def test_metadata_that_makes_no_sense_is_refused(tmp_path: Path, broken: dict[str, int | None]) -> None:
    _refusal(tmp_path, gguf(changed(**broken)))


def test_a_key_that_comes_twice_is_refused(tmp_path: Path) -> None:
    pairs = key_value("general.architecture", "llama") * 2
    assert "twice" in _refusal(tmp_path, b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + pairs).sentence


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (TensorEntry(name="t", shape=(1, 1, 1, 1, 1)), "5 dimensions"),
        (TensorEntry(name="t", shape=(2**40, 2**40)), "claims"),
        (TensorEntry(name="t", shape=(2**64 - 1, 0)), "claims"),
        (TensorEntry(name="t", shape=(32, 2**50), type_number=2), "missing"),
        (TensorEntry(name="t", shape=(33,), type_number=2), "rows of 33"),
        (TensorEntry(name="t", shape=(32,), type_number=4), "type 4"),
        (TensorEntry(name="t", shape=(32,), type_number=2**32 - 1), "type 4294967295"),
        (TensorEntry(name="t", shape=(32,), offset=2**63), "lies at byte"),
        (TensorEntry(name="t", shape=(32,), offset=16), "lies at byte 16"),
        (TensorEntry(name="n" * 64, shape=(1,)), "64 bytes long"),
    ],
)
def test_a_tensor_that_cannot_be_is_refused(tmp_path: Path, entry: TensorEntry, words: str) -> None:
    content = gguf(tensors=[entry], weights_bytes=4096)
    assert words in _refusal(tmp_path, content).sentence


def test_tensors_that_overlap_are_refused(tmp_path: Path) -> None:
    overlapping = [TensorEntry(name="a", shape=(64,)), TensorEntry(name="b", shape=(64,), offset=128)]
    assert "where 256 is due" in _refusal(tmp_path, gguf(tensors=overlapping)).sentence


def test_a_tensor_that_comes_twice_is_refused(tmp_path: Path) -> None:
    twice = [TensorEntry(name="a", shape=(64,)), TensorEntry(name="a", shape=(64,))]
    assert "twice" in _refusal(tmp_path, gguf(tensors=twice)).sentence


def test_a_vocabulary_longer_than_one_window_is_walked(tmp_path: Path) -> None:
    tokens = ["t" * (number % 50) for number in range(60_000)]
    header = read_header(_file(tmp_path, gguf(changed(tokenizer__ggml__tokens=tokens))))
    assert header.vocabulary_tokens == 60_000
    assert header.size_bytes > 1.5 * WINDOW_BYTES
    assert header.chat_template == TINY_METADATA["tokenizer.chat_template"]


def test_a_text_that_nobody_asked_for_may_be_long(tmp_path: Path) -> None:
    header = read_header(_file(tmp_path, gguf(changed(general__license__text="x" * 3_000_000))))
    assert header.name == "Tiny"


def test_a_projector_and_an_adapter_are_no_models(tmp_path: Path) -> None:
    projector = gguf({"general.architecture": "clip", "general.type": "mmproj"})
    adapter = gguf({"general.architecture": "llama", "general.type": "adapter", "adapter.type": "lora"})
    for content, kind, words in (
        (projector, FileKind.PROJECTOR, "is the projector of a vision model"),
        (adapter, FileKind.ADAPTER, "is a LoRA adapter"),
    ):
        header = read_header(_file(tmp_path, content))
        assert header.kind is kind
        with pytest.raises(BadModelFile, match=words):
            header.require_model()


def test_a_vocabulary_without_weights_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="no weights"):
        read_header(_file(tmp_path, gguf(tensors=()))).require_model()


def test_a_missing_file_is_not_found_and_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(BadModelFile, match="is a folder"):
        read_header(tmp_path)
    with pytest.raises(BadModelFile, match="cannot be opened"):
        read_header(tmp_path / ("x" * 300))


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(BadModelFile, match="not a regular file"):
        read_header(tmp_path / "pipe.gguf")


def _part(number: int, count: int, tensors: tuple[TensorEntry, ...], total: int) -> bytes:
    numbers = {"split__no": number, "split__count": count, "split__tensors__count": total}
    return gguf(changed(**numbers) if number == 0 else {k.replace("__", "."): v for k, v in numbers.items()}, tensors)


def test_a_split_model_is_read_with_all_its_parts(tmp_path: Path) -> None:
    first = _file(tmp_path, _part(0, 2, TINY_TENSORS[:2], 4), "m-00001-of-00002.gguf")
    second = _file(tmp_path, _part(1, 2, TINY_TENSORS[2:], 4), "m-00002-of-00002.gguf")
    header = read_header(first)
    assert header.parts == (first, second)
    assert [tensor.name for tensor in header.tensors] == [tensor.name for tensor in TINY_TENSORS]
    assert header.size_bytes == first.stat().st_size + second.stat().st_size


def test_a_split_model_that_is_not_whole_says_what_is_missing(tmp_path: Path) -> None:
    first = _file(tmp_path, _part(0, 3, TINY_TENSORS[:2], 4), "m-00001-of-00003.gguf")
    second = _file(tmp_path, _part(1, 3, TINY_TENSORS[2:], 4), "m-00002-of-00003.gguf")
    with pytest.raises(BadModelFile, match=r"1 of the 3 parts .* first m-00003-of-00003\.gguf"):
        read_header(first)
    with pytest.raises(BadModelFile) as caught:
        read_header(second)
    assert "is part 2 of 3" in caught.value.sentence
    assert "m-00001-of-00003.gguf" in caught.value.hint
    with pytest.raises(BadModelFile, match="does not say so"):
        read_header(_file(tmp_path, first.read_bytes(), "blob"))


def test_parts_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    first = _file(tmp_path, _part(0, 2, TINY_TENSORS[:2], 9), "m-00001-of-00002.gguf")
    _file(tmp_path, _part(1, 2, TINY_TENSORS[2:], 9), "m-00002-of-00002.gguf")
    with pytest.raises(BadModelFile, match="says 9, and the parts hold 4"):
        read_header(first)
    _file(tmp_path, _part(0, 2, TINY_TENSORS[2:], 4), "m-00002-of-00002.gguf")
    with pytest.raises(BadModelFile, match="does not say that it is part 2"):
        read_header(first)


def test_idle_experts_and_tables_are_not_read_for_a_token(tmp_path: Path) -> None:
    tensors = (
        TensorEntry(name="token_embd.weight", shape=(64, 100)),
        TensorEntry(name="blk.0.ffn_up_exps.weight", shape=(64, 64, 8)),
        TensorEntry(name="output.weight", shape=(64, 100)),
    )
    keys = changed(llama__expert_count=8, llama__expert_used_count=2)
    header = read_header(_file(tmp_path, gguf(keys, tensors)))
    assert header.bytes_read_per_token == 4 * (64 * 64 * 2 + 64 * 100)
    assert header.parameters_per_prompt_token == 64 * 64 * 2


def test_sliding_windows_and_recurrent_layers_are_told_apart(tmp_path: Path) -> None:
    gemma = {key.replace("llama.", "gemma3."): content for key, content in TINY_METADATA.items()}
    gemma |= {"general.architecture": "gemma3", "gemma3.block_count": 7, "gemma3.attention.sliding_window": 512}
    layers = read_header(_file(tmp_path, gguf(gemma))).require_model()
    assert layers.slides == (True, True, True, True, True, False, True)
    hybrid = {key.replace("llama.", "qwen3next."): content for key, content in TINY_METADATA.items()}
    hybrid |= {
        "general.architecture": "qwen3next",
        "qwen3next.block_count": 4,
        "qwen3next.full_attention_interval": 4,
        "qwen3next.ssm.conv_kernel": 4,
        "qwen3next.ssm.inner_size": 128,
        "qwen3next.ssm.state_size": 16,
        "qwen3next.ssm.group_count": 2,
    }
    layers = read_header(_file(tmp_path, gguf(hybrid))).require_model()
    assert layers.caches == (False, False, False, True)
    assert layers.keeps_state == (True, True, True, False)
    assert layers.state_bytes == 4 * (3 * (128 + 2 * 2 * 16) + 16 * 128)
