"""llama-server, relied on: the frames of a streamed answer."""

from __future__ import annotations

import pytest
from station import Station, deltas, reason_of, text_of, user

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def calls_weather(city: str) -> list[dict[str, object]]:
    """An example for the tiny model to follow: a question and the call that answers it."""
    call = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": f'{{"city": "{city}"}}'}}
    return [
        *user(f"What is the weather in {city}?"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
    ]


async def test_a_stream_opens_speaks_says_why_it_ends_counts_and_is_done(engine: Station) -> None:
    payloads = await engine.payloads(messages=user("Count to five."), stream_options={"include_usage": True})
    assert payloads[-1] == b"[DONE]"
    frames = await engine.frames(messages=user("Count to five."), stream_options={"include_usage": True})
    assert deltas(frames)[0] == {"role": "assistant", "content": None}
    assert [set(delta) for delta in deltas(frames)[1:-1]] == [{"content"}] * 8
    assert deltas(frames)[-1] == {}
    assert reason_of(frames) == "length"
    assert frames[-1]["choices"] == []


async def test_the_last_frame_counts_tokens_and_time(engine: Station) -> None:
    last = (await engine.frames(messages=user("Count to six."), stream_options={"include_usage": True}))[-1]
    assert last["usage"]["completion_tokens"] == last["timings"]["predicted_n"] == 8
    assert last["usage"]["prompt_tokens"] == last["timings"]["cache_n"] + last["timings"]["prompt_n"]
    assert last["usage"]["prompt_tokens_details"]["cached_tokens"] == last["timings"]["cache_n"]
    assert last["timings"]["predicted_per_second"] > 0
    assert last["timings"]["prompt_ms"] > 0


async def test_without_being_asked_for_usage_there_is_none(engine: Station) -> None:
    assert all("usage" not in frame for frame in await engine.frames(messages=user("Count."), max_tokens=2))


async def test_the_reading_of_a_prompt_is_reported_batch_by_batch(engine: Station) -> None:
    frames = await engine.frames(messages=user("one two three " * 60), return_progress=True, max_tokens=1)
    progress = [frame["prompt_progress"] for frame in frames if "prompt_progress" in frame]
    processed = [step["processed"] for step in progress]
    assert processed == sorted(processed)
    assert len(processed) >= 3
    assert processed[-1] == progress[0]["total"]


async def test_an_answer_that_is_complete_says_stop(engine: Station) -> None:
    frames = await engine.frames(messages=user("Count to nine."), stop=["e"], max_tokens=64)
    assert reason_of(frames) == "stop"
    assert "e" not in text_of(frames)


async def test_an_empty_stop_text_ends_the_answer_at_once(engine: Station) -> None:
    frames = await engine.frames(messages=user("Count."), stop=[""])
    assert (text_of(frames), reason_of(frames)) == ("", "stop")


async def test_a_field_that_the_engine_does_not_know_is_ignored(engine: Station) -> None:
    assert reason_of(await engine.frames(messages=user("Count."), no_such_field={"a": 1})) == "length"


async def test_each_token_comes_with_its_alternatives(engine: Station) -> None:
    frames = await engine.frames(messages=user("Count."), max_tokens=3, logprobs=True, top_logprobs=2)
    found = [choice["logprobs"]["content"] for frame in frames for choice in frame["choices"] if "logprobs" in choice]
    assert len(found) == 3
    for (token,) in found:
        assert token["logprob"] <= 0
        assert token["top_logprobs"][0]["token"] == token["token"]
        assert len(token["top_logprobs"]) == 2


async def test_a_thought_comes_apart_from_the_words(thinking_engine: Station) -> None:
    told = deltas(await thinking_engine.frames(messages=user("Hello"), max_tokens=4))[1:-1]
    assert told
    assert all(set(delta) == {"reasoning_content"} for delta in told)


async def test_a_tool_call_comes_in_fragments_with_its_name_in_the_first(tool_engine: Station) -> None:
    messages = [*calls_weather("Rome"), *calls_weather("Oslo"), *calls_weather("Berlin")]
    frames = await tool_engine.frames(
        messages=[*messages, *user("What is the weather in Paris?")], tools=[WEATHER], max_tokens=48
    )
    fragments = [call for delta in deltas(frames) for call in delta.get("tool_calls", [])]
    assert fragments[0]["id"]
    assert fragments[0]["function"]["name"] == "get_weather"
    assert all(set(fragment) == {"index", "function"} for fragment in fragments[1:])
    assert "".join(fragment["function"]["arguments"] for fragment in fragments) == '{"city": "Paris"}'
    assert reason_of(frames) == "tool_calls"


async def test_a_template_without_tools_drops_them_in_silence(engine: Station) -> None:
    bare = await engine.frames(messages=user("The weather?"), stream_options={"include_usage": True})
    with_tools = await engine.frames(
        messages=user("The weather?"), stream_options={"include_usage": True}, tools=[WEATHER]
    )
    assert with_tools[-1]["usage"]["prompt_tokens"] == bare[-1]["usage"]["prompt_tokens"]


async def test_a_required_tool_call_is_not_enforced(tool_engine: Station) -> None:
    frames = await tool_engine.frames(messages=user("Hello!"), tools=[WEATHER], tool_choice="required")
    assert reason_of(frames) == "length"
    assert text_of(frames)


async def test_the_coldest_sampling_repeats_itself(engine: Station) -> None:
    first, second = [text_of(await engine.frames(messages=user("Name a colour."))) for _ in range(2)]
    assert first == second


async def test_a_seed_repeats_a_warm_answer(engine: Station) -> None:
    told = [
        text_of(await engine.frames(messages=user("Tell a joke."), temperature=1.0, seed=seed, max_tokens=16))
        for seed in (7, 7, 8)
    ]
    assert told[0] == told[1]
    assert told[1] != told[2]
