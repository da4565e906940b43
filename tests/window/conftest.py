"""Windows of real browsers, or the word why there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator

import pytest
from window_home import CHROMIUM, WindowHome, open_folder, screen, window_home

_WITHOUT_CHROMIUM = "Chromium is not installed: the window is not tried"


@pytest.fixture
def window() -> Generator[WindowHome]:
    """A home in which nothing runs yet, with Chromium for its window."""
    if CHROMIUM is None:
        pytest.skip(_WITHOUT_CHROMIUM)
    with open_folder() as folder, window_home(folder) as home:
        yield home


@pytest.fixture(scope="module")
def shared_window() -> Generator[WindowHome]:
    """A window that is open, for all tests of a file that only look."""
    if CHROMIUM is None:
        pytest.skip(_WITHOUT_CHROMIUM)
    with open_folder() as folder, window_home(folder) as home:
        home.open()
        yield home


@pytest.fixture
def visible_window() -> Generator[WindowHome]:
    """A home whose window is drawn on a screen: without one, Chromium does not look for another of its kind."""
    if CHROMIUM is None:
        pytest.skip(_WITHOUT_CHROMIUM)
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed: there is no screen to draw on")
    with open_folder() as folder, screen() as display, window_home(folder, display=display) as home:
        yield home


@pytest.fixture
def ordinary_window() -> Generator[WindowHome]:
    """The same for somebody who is not root: this user, or another one when this is root."""
    if CHROMIUM is None:
        pytest.skip(_WITHOUT_CHROMIUM)
    with open_folder() as folder, window_home(folder, as_ordinary=os.geteuid() == 0) as home:
        if not home.home.python:
            pytest.skip("every Python here with the packages lies in a folder that only root may enter")
        yield home
