"""`aspen airplane`: one switch that holds for everybody and across restarts."""

from __future__ import annotations

from pathlib import Path

from fakes.connected_home import MAY_LEAVE, connected_home


def test_the_switch_is_shown_turned_and_remembered(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        assert at.home.aspen("airplane").err == "Airplane mode is off.\n"
        turned = at.home.aspen("airplane", "on")
        assert (turned.code, turned.out, turned.err) == (0, "", "Airplane mode is on: nothing is sent.\n")
        refused = at.send("Hello", "--json")
        assert (refused.code, refused.told["error"]["code"]) == (4, "airplane_mode")
        assert "aspen airplane off" in refused.told["error"]["hint"]
        at.home.stop()
        assert at.home.aspen("airplane", "--json").told == {"schema": 1, "airplane": True}
        assert at.home.aspen("preview", *MAY_LEAVE, "Hello").code == 4
        assert at.provider.received == []
        assert at.home.aspen("airplane", "off", "--json").told == {"schema": 1, "airplane": False}
        assert at.send().code == 0
        assert at.home.aspen("airplane", "perhaps").code == 2
        assert at.is_whole()
