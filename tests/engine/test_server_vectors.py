"""llama-server, relied on: the shape of embeddings."""

from __future__ import annotations

import math
from typing import cast

import pytest
from station import Json, Station, text_of, user

from aspen.local.engine_client import EngineRefusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATH = "/v1/embeddings"


async def test_each_text_is_one_normalised_vector_with_its_index(embedding_engine: Station) -> None:
    told = await embedding_engine.client.post(_PATH, {"input": ["a cat", "a kitten", "tax law"]})
    rows = cast("list[Json]", told["data"])
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert {len(row["embedding"]) for row in rows} == {576}
    assert all(math.isclose(math.hypot(*row["embedding"]), 1.0, abs_tol=1e-4) for row in rows)


async def test_no_text_and_an_empty_text_are_invalid_requests(embedding_engine: Station) -> None:
    for wrong in ([], [""]):
        with pytest.raises(EngineRefusal) as caught:
            await embedding_engine.client.post(_PATH, {"input": wrong})
        assert caught.value.body["type"] == "invalid_request_error"


async def test_a_text_longer_than_a_batch_is_a_server_error(embedding_engine: Station) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await embedding_engine.client.post(_PATH, {"input": ["word " * 65]})
    assert (caught.value.status, caught.value.body["type"]) == (500, "server_error")


async def test_an_engine_for_vectors_still_writes(embedding_engine: Station) -> None:
    assert text_of(await embedding_engine.frames(messages=user("Hello"), max_tokens=2))
