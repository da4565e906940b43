"""The part of presidio-analyzer 2.2 that Aspen uses; the package's own types are partial."""

from collections.abc import Sequence

from presidio_analyzer.nlp_engine import NlpEngine

class EntityRecognizer: ...

class RecognizerResult:
    entity_type: str
    start: int
    end: int
    score: float

class RecognizerRegistry:
    def __init__(self, recognizers: Sequence[EntityRecognizer]) -> None: ...

class AnalyzerEngine:
    def __init__(self, registry: RecognizerRegistry, nlp_engine: NlpEngine, default_score_threshold: float) -> None: ...
    def analyze(self, text: str, language: str, entities: Sequence[str]) -> list[RecognizerResult]: ...
