"""How the laws draw their values: labels, messages, requests, specs, reports."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from hypothesis import strategies as st

from aspen.core.engine_spec import EngineSpec
from aspen.core.isolation import JailLevel, JailReport, Probe
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.core.message import Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import Limits, Sampling, Tool


def _speech(thoughts: list[Thinking], said: list[Part], calls: list[ToolCall]) -> tuple[Part, ...]:
    return (*thoughts, *said, *calls)


texts = st.text(max_size=20)
words = st.text(min_size=1, max_size=8)

# Reasons in sorted order and each once, as `Label` promises them; unset is private, and has what lies beneath.
_reasons = st.sets(words, max_size=3).map(lambda reasons: tuple(sorted(reasons)))
_providers = st.none() | st.frozensets(st.sampled_from(["anthropic", "openai", "rack"]))
labels = st.builds(
    Label,
    sensitivity=st.sampled_from(Sensitivity),
    source=st.sampled_from([LabelSource.DETECTED, LabelSource.DECLARED]),
    reasons=_reasons,
    providers=_providers,
) | st.builds(
    Label,
    sensitivity=st.just(Sensitivity.PRIVATE),
    source=st.just(LabelSource.UNSET),
    reasons=_reasons,
    providers=_providers,
    beneath=st.sampled_from([Sensitivity.PUBLIC, Sensitivity.INTERNAL]),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
finite_json_objects = st.dictionaries(
    texts, st.recursive(st.booleans() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3)), max_size=3
)

_pictures = st.builds(
    Image, media_type=st.sampled_from(["image/png", "image/jpeg"]), encoded=st.binary(min_size=1, max_size=20)
)
_calls = st.builds(ToolCall, call_id=words, name=words, arguments=texts)
# One thought, then what is said and shown, then the calls: the order in which the dialect can tell them.
_said: st.SearchStrategy[list[Part]] = st.lists(st.builds(Text, text=texts) | _pictures, min_size=1, max_size=3)
_speeches = st.builds(
    _speech, st.lists(st.builds(Thinking, text=words), max_size=1), _said, st.lists(_calls, max_size=2)
)
spoken_messages = st.builds(Message, role=st.sampled_from([Role.SYSTEM, Role.USER, Role.ASSISTANT]), parts=_speeches)
tool_messages = st.builds(
    Message,
    role=st.just(Role.TOOL),
    parts=st.builds(ToolResult, call_id=words, text=texts).map(lambda result: (result,)),
)
messages = spoken_messages | tool_messages

tools = st.builds(Tool, name=words, description=texts, parameters=finite_json_objects.filter(bool))

_real = st.floats(min_value=0, max_value=5)
samplings = st.builds(
    Sampling,
    temperature=st.none() | _real,
    top_p=st.none() | _real,
    top_k=st.none() | st.integers(0, 1000),
    min_p=st.none() | _real,
    repeat_penalty=st.none() | _real,
    repeat_last_n=st.none() | st.integers(-1, 1000),
    seed=st.none() | st.integers(0, 2**32 - 1),
    stop=st.lists(words, max_size=3).map(tuple),
)
limits = st.builds(Limits, answer_tokens=st.none() | st.integers(1, 10_000), sampling=samplings)

_paths = words.filter(lambda word: "\0" not in word and "/" not in word).map(lambda word: Path("/models") / word)
specs = st.builds(
    EngineSpec,
    model=st.lists(_paths, min_size=1, max_size=2).map(tuple),
    context_tokens=st.integers(1, 2**24),
    slots=st.integers(1, 256),
    batch_tokens=st.integers(1, 4096),
    threads=st.integers(1, 1024),
    spin_count=st.integers(0, 2**31 - 1),
    gpu_layers=st.integers(0, 10_000),
    embeds=st.booleans(),
    projector=st.none() | _paths,
    adapters=st.lists(st.tuples(_paths, st.floats(allow_nan=False, allow_infinity=False)), max_size=2).map(tuple),
    chat_template=st.none() | texts,
)

reports = st.builds(
    JailReport,
    level=st.sampled_from(JailLevel),
    checked_at=st.datetimes(timezones=st.just(UTC)),
    missing=st.lists(texts, max_size=3).map(tuple),
    probes=st.lists(st.builds(Probe, name=words, blocked=st.booleans(), detail=texts), max_size=3).map(tuple),
)
