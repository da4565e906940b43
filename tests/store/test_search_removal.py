"""What was purged or renamed leaves no word behind in the index: not in its pages, and not as a signpost to them."""

from __future__ import annotations

import random
from pathlib import Path

from aspen.database.connection import open_database
from aspen.store.store import Store, open_store
from fakes.turns import turn_of

CONVERSATIONS, TURNS = 12, 25


def _fill(store: Store) -> dict[str, set[str]]:
    """Keep conversations with words that only they have, and return those as the index spells them."""
    rng, own = random.Random(4), dict[str, set[str]]()
    for number in range(CONVERSATIONS):
        name = f"c{number}"
        own[name] = set()
        for turn in range(TURNS):
            words = {f"{rng.randrange(16**8):08x}{number}z" for _ in range(30)} | {f"ünik{number}w{turn}"}
            own[name] |= {word.replace("ü", "u") for word in words}
            if turn == 0:
                title = f"tytle{number}q"
                store.conversations.create(title, conversation_id=name)
                own[name].add(title)
            store.turns.save(name, turn_of(f"{name}-{turn}", None, " ".join(sorted(words)) + " and all have this"))
    return own


def _begins_one(post: str, words: set[str]) -> bool:
    return any(word.startswith(post) for word in words)


def _signposts(path: Path) -> list[str]:
    with open_database(path) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        rows = connection.execute("SELECT term FROM search_idx WHERE length(term) > 4")
    return [row[0][1:].decode("utf-8", "replace") for row in rows]


def test_no_word_of_what_was_purged_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path, None) as store:
        own = _fill(store)
        purged = [f"c{number}" for number in range(1, CONVERSATIONS, 2)]
        gone = set[str]().union(*(own[name] for name in purged))
        left = set[str]().union(*(own[name] for name in own if name not in purged))
        stale = [post for post in _signposts(path) if _begins_one(post, gone) and not _begins_one(post, left)]
        assert stale, "no signpost had a word that is purged: the test shows nothing"
        for name in purged:
            store.conversations.delete(name)
            if name != purged[0]:  # one all at once
                while store.search.take_out_some():
                    pass
            store.conversations.purge(name)
        for file in tmp_path.iterdir():
            content = file.read_bytes()
            assert not [word for word in gone if word.encode() in content]
        for post in _signposts(path):
            assert _begins_one(post, {*left, "and", "all", "have", "this"}), post
        for word in sorted(left)[::50]:
            assert len(store.search.find(f'"{word}"')) == 1
        assert store.search.find(f'"{min(gone)}"') == ()


def test_an_old_title_is_gone_with_its_signpost(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path, None) as store:
        names = [f"t{number:05}title" for number in range(4000)]
        with open_database(path) as connection:
            connection.execute("INSERT INTO search (search, rank) VALUES ('pgsz', 64)")
        for first in names[:400]:
            store.conversations.create(first, conversation_id=first)
        posts = [each for each in _signposts(path) if each in names]
        for name in posts or names[:3]:
            store.conversations.rename(name, "new")
        assert not set(_signposts(path)) & set(posts)


def test_when_all_is_purged_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path, None) as store:
        own = _fill(store)
        for name in own:
            store.conversations.purge(name)
        assert [post for post in _signposts(path) if post] == []
        every = set[str]().union(*own.values())
        assert not [word for word in every if word.encode() in path.read_bytes()]
