"""The part of tldextract 5 that Aspen replaces: the extractor that every call without one of its own goes through."""

from collections.abc import Sequence

class TLDExtract:
    def __init__(self, cache_dir: str | None, suffix_list_urls: Sequence[str]) -> None: ...
