"""`aspen cloud` against a real service: connecting, listing, removing, and where keys go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.certificates import Authority
from fakes.connected_home import MODEL, ConnectedHome, connected_home
from fakes.provider_openai import openai
from fakes.provider_script import KEY, Says
from fakes.tls_provider import TlsProvider

SHIPPED = ("anthropic", "openai", "google", "mistral", "practice")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


def _cloud(at: ConnectedHome, *words: str, piped: str = "") -> tuple[int, str, str]:
    outcome = at.home.aspen("cloud", *words, piped=piped)
    return outcome.code, outcome.out, outcome.err


def _states(at: ConnectedHome) -> dict[str, str]:
    """What `list` says of each, by name."""
    _, out, _ = _cloud(at, "list")
    return {line.split()[0]: line for line in out.splitlines()[1:]}


def test_list_shows_who_is_connected_and_who_could_be(at: ConnectedHome) -> None:
    code, out, err = _cloud(at, "list")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["NAME", "STATE", "WHERE", "MODELS"]
    states = _states(at)
    assert states["acme"].split() == ["acme", "connected", "elsewhere", MODEL]
    assert all(states[name].endswith(f"aspen cloud add {name}") for name in SHIPPED)


def test_list_and_add_and_remove_speak_json(at: ConnectedHome) -> None:
    added = at.home.aspen("cloud", "add", "practice", "--json").told
    assert (added["schema"], added["place"], added["row"]["name"]) == (1, None, "practice")
    told = at.home.aspen("cloud", "list", "--json").told
    by_name = {each["name"]: each for each in told["providers"]}
    assert told["schema"] == 1
    assert (by_name["practice"]["is_own"], by_name["practice"]["has_key"], by_name["practice"]["is_usable"]) == (
        *(False, False, True),
    )
    assert (by_name["acme"]["is_own"], by_name["acme"]["has_key"]) == (True, True)
    assert at.home.aspen("cloud", "remove", "practice", "--json").told == {"schema": 1, "name": "practice"}
    assert KEY not in json.dumps([added, told])


def test_practice_answers_without_a_key(at: ConnectedHome) -> None:
    code, out, err = _cloud(at, "add", "practice")
    assert (code, out) == (0, "")
    assert "is connected." in err
    assert "kept in" not in err
    assert "aspen ask --model " in err
    told = at.ask("--model", "practice", "--label", "may-leave", "Hello there")
    assert "“Hello there”" in told.out
    assert _cloud(at, "remove", "practice")[0] == 0


def test_a_key_comes_from_standard_input_and_is_kept_where_it_is_said(at: ConnectedHome) -> None:
    code, out, err = _cloud(at, "add", "openai", "--key-in-file", piped=f"{KEY}\n")
    assert (code, out) == (0, "")
    assert "openai is connected. The key is kept in a file only you can read" in err.replace("OpenAI", "openai")
    assert KEY not in err
    assert _states(at)["openai"].split()[1] == "connected"
    assert _cloud(at, "remove", "openai")[0] == 0
    assert _states(at)["openai"].split()[1:3] == ["not", "connected"]


def test_a_key_comes_from_the_provider_s_usual_variable(at: ConnectedHome) -> None:
    at.home.environment["ANTHROPIC_API_KEY"] = "sk-ant-from-the-shell"
    try:
        code, _, err = _cloud(at, "add", "anthropic", "--key-in-file")
    finally:
        del at.home.environment["ANTHROPIC_API_KEY"]
    assert (code, "Taking the key from ANTHROPIC_API_KEY." in err) == (0, True)
    assert "sk-ant" not in err
    assert _cloud(at, "remove", "anthropic")[0] == 0


def test_without_a_key_nothing_is_connected_and_the_way_on_is_said(at: ConnectedHome) -> None:
    code, _, err = _cloud(at, "add", "mistral")
    assert code == 1
    assert "wants a key." in err
    assert "MISTRAL_API_KEY" in err
    assert _states(at)["mistral"].split()[1:3] == ["not", "connected"]


def test_without_a_keyring_a_file_needs_consent(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        (at.home.folders.gate / "vault" / "secrets.json").unlink()
        for kept in (at.home.folders.gate / "vault").iterdir():
            kept.unlink()
        at.home.stop()
        refused = at.home.aspen("cloud", "add", "mistral", "--json", piped=f"{KEY}\n")
        assert (refused.code, refused.told["error"]["code"]) == (1, "no_key")
        assert refused.told["error"]["hint"]
        assert "mistral" not in [each["name"] for each in at.home.aspen("cloud", "list", "--json").told["providers"]]


@pytest.mark.parametrize("key", ["with blank inside", "ключ", "tab\tbed"], ids=ascii)
def test_a_key_that_no_request_could_carry_is_refused_and_not_shown(at: ConnectedHome, key: str) -> None:
    code, _, err = _cloud(at, "add", "mistral", "--key-in-file", piped=f"{key}\n")
    assert code in {1, 2}
    assert err.startswith("Error: ")
    assert key not in err
    assert _states(at)["mistral"].split()[1:3] == ["not", "connected"]


def test_a_name_that_nobody_knows_is_answered_with_those_that_are_known(at: ConnectedHome) -> None:
    code, _, err = _cloud(at, "add", "antropic", piped=f"{KEY}\n")
    assert code == 3
    assert all(name in err for name in SHIPPED)
    assert "--url" in err
    assert _cloud(at, "remove", "antropic")[0] == 3


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no zone": (("--url", "https://a.test", "--model", "m"), "--zone internal"),
    "no model": (("--url", "https://a.test", "--zone", "cloud"), "--model NAME"),
    "no address": (("--url", "ftp://a.test", "--zone", "cloud", "--model", "m"), "cannot be used"),
    "in clear": (("--url", "http://a.test", "--zone", "cloud", "--model", "m"), "not encrypted"),
    "in clear nearby": (
        ("--url", "http://127.0.0.1:1", "--zone", "cloud", "--model", "m"),
        "not encrypted",
    ),
    "no dialect": (("--url", "https://a.test", "--zone", "cloud", "--model", "m", "--dialect", "latin"), "dialect"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_a_server_that_cannot_be_used_is_refused_in_words(
    at: ConnectedHome, options: tuple[str, ...], words: str
) -> None:
    code, _, err = _cloud(at, "add", "mine", *options)
    assert (code, words in err) == (2, True), err
    assert "mine" not in _states(at)


@pytest.mark.parametrize("content", [b"a shopping list", b"\xff\xfe"], ids=repr)
def test_a_file_that_holds_no_certificates_is_refused(at: ConnectedHome, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    options = ("--url", "https://a.test", "--zone", "cloud", "--model", "m", "--ca-file", str(tmp_path / "ca.pem"))
    code, _, err = _cloud(at, "add", "mine", *options)
    assert (code, "certificate" in err) == (2, True)
    assert "mine" not in _states(at)


def test_a_certificate_file_that_is_not_there_is_named(at: ConnectedHome) -> None:
    options = ("--url", "https://a.test", "--zone", "cloud", "--model", "m", "--ca-file", "/nowhere/ca.pem")
    code, _, err = _cloud(at, "add", "mine", *options)
    assert (code, "/nowhere/ca.pem" in err) == (3, True)


@pytest.mark.parametrize("name", ["anthropic", "auto", "local", "cloud"])
def test_a_name_that_means_something_else_is_not_taken(at: ConnectedHome, name: str) -> None:
    code, _, err = _cloud(at, "add", name, "--url", "https://a.test", "--zone", "cloud", "--model", "m")
    assert (code, "already means something else" in err) == (2, True)


OPTIONS_OF_A_SERVER = (
    ("--ca-file", "x"),
    ("--context", "9"),
    ("--dialect", "gemini_generate"),
    ("--model", "m"),
    ("--vision",),
    ("--zone", "cloud"),
)


@pytest.mark.parametrize("option", OPTIONS_OF_A_SERVER, ids=str)
def test_an_option_that_would_not_be_obeyed_is_refused(at: ConnectedHome, option: tuple[str, ...]) -> None:
    code, _, err = _cloud(at, "add", "practice", *option)
    assert (code, f"{option[0]} needs --url" in err) == (2, True)


def test_a_server_of_one_s_own_on_this_computer_is_not_this_computer(at: ConnectedHome) -> None:
    with TlsProvider(None, answer=openai(Says(text=("Mine.",)), key="")).in_thread() as mine:
        url = f"{mine.base_url}/v1"
        assert _cloud(at, "add", "mine", "--url", url, "--zone", "internal", "--model", "small")[0] == 0
        assert "my servers" in _states(at)["mine"]
        told = at.ask("--model", "small", "--label", "my-servers", "--json", "Hello").told
        assert (told["answer"], told["zone"]) == ("Mine.", "own_servers")
        refused = at.ask("--model", "small", "--label", "stays-here", "Hello")
        assert refused.code == 4
        assert mine.received[0].header("authorization") is None
        assert len(mine.received) == 1
    assert _cloud(at, "remove", "mine")[0] == 0


def test_who_was_removed_is_not_asked_any_more_and_the_ledger_remembers(at: ConnectedHome, tmp_path: Path) -> None:
    with TlsProvider(Authority(tmp_path / "ca"), answer=openai(Says(text=("Hi.",)))).in_thread() as brief:
        assert at.add("brief", brief.base_url, "--model", "short", "--ca-file", brief.ca_file).code == 0
        asked = ("--model", "short", "--label", "may-leave", "Hello")
        assert at.ask(*asked).code == 0
        _, _, err = _cloud(at, "remove", "brief")
        assert err == "brief is disconnected. What it received before is in the ledger.\n"
        assert at.ask(*asked).code == 3
        assert len(brief.received) == 1
    assert at.entries("sent")[-1]["provider"] == "brief"
    vault = (at.home.folders.gate / "vault").iterdir()
    assert not any(b"provider.brief" in path.read_bytes() for path in vault)
    assert not (at.home.folders.gate / "brief.ca.pem").exists()


def test_another_key_for_a_server_that_is_described_needs_no_second_description(at: ConnectedHome) -> None:
    before = at.home.aspen("cloud", "list", "--json").told["providers"]
    assert _cloud(at, "add", "acme", "--key-in-file", piped=f"{KEY}\n")[0] == 0
    after = at.home.aspen("cloud", "list", "--json").told["providers"]
    rows = [[each["row"] for each in listed if each["name"] == "acme"] for listed in (before, after)]
    assert rows[0] == rows[1]
    assert at.send().code == 0
