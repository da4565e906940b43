"""A core of few words for the screens beside the chat: models, assistants and labels in memory, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from aspen.core.errors import NotFound

Json = dict[str, Any]
Frame = Mapping[str, object]

_SEAL: Json = {"level": "L3", "sentence": "Sealed (checked 10:41)", "checked_at": "2026-11-22T10:41:00Z", "missing": []}
_PROBES = [{"name": name, "blocked": True, "detail": "EPERM", "must_be_open": False} for name in ("TCP", "UDP", "exec")]
DOWNLOAD_BYTES = 480_000_000
STEP_SECONDS = 0.05


def _model(name: str, **more: object) -> Json:
    return {
        "name": name,
        "aliases": [],
        "store": "shelf",
        "path": f"/home/you/.local/share/aspen/models/{name}.gguf",
        "size_bytes": 98_362_432,
        "architecture": "llama",
        "parameters": 134_515_008,
        "quantization": "Q4_1",
        "context_tokens": 8192,
        "skills": ["chat"],
        "fit": "fits",
        "words_per_second": 89.2,
        "problem": None,
        "removal": {"kind": "delete", "way": None},
        **more,
    }


def _offered(name: str, title: str, size_bytes: int, *, fit: str = "fits", **more: object) -> Json:
    return {
        "name": name,
        "title": title,
        "kind": "chat",
        "skills": ["chat", "tools"],
        "licence": "Apache-2.0",
        "size_bytes": size_bytes,
        "fit": fit,
        "is_fitting": fit == "fits",
        "words_per_second": 21.4,
        "is_suggested": False,
        "is_here": False,
        **more,
    }


def _engine() -> Json:
    return {
        "name": "smollm2:135m",
        "pid": 4242,
        "context_tokens": 8192,
        "slots": 4,
        "requests_in_flight": 0,
        "unloads_in_seconds": 240.0,
        "memory_bytes": 310_000_000,
        "jail": _SEAL,
    }


def _models() -> list[Json]:
    refused = {"problem": "A model's other parts are missing.", "fit": None, "words_per_second": None}
    return [
        _model("smollm2:135m", aliases=["starter"]),
        _model(
            "gemma3:4b",
            store="ollama",
            size_bytes=3_300_000_000,
            quantization="Q4_K_M",
            words_per_second=7.5,
            removal={"kind": "elsewhere", "way": "ollama rm gemma3:4b"},
        ),
        _model("half-a-model", store="lmstudio", **refused),
    ]


@dataclass(slots=True)
class ScreensCore:
    """`asked` are the verbs and arguments that came. `gate_origin` is where the page shall look for the gate."""

    gate_origin: str | None = None
    asked: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    models: list[Json] = field(default_factory=_models)
    engines: list[Json] = field(default_factory=lambda: [_engine()])
    assistants: dict[str, Json] = field(default_factory=dict[str, Json])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    projects: dict[str, str] = field(default_factory=dict[str, str])
    details: dict[str, Json] = field(default_factory=dict[str, Json])
    conversations: list[str] = field(default_factory=list[str])
    settings: Json = field(
        default_factory=lambda: {
            "engine_idle_unload_seconds": 300.0,
            "idle_exit_seconds": 600.0,
            "default_model": None,
            "context_tokens": None,
        }
    )
    fetched_bytes: int = 0
    broken: set[str] = field(default_factory=set[str])

    async def run(self, verb: str, arguments: Frame) -> AsyncGenerator[Frame]:
        """Answer a verb, as the real core's `Commands.run` does."""
        self.asked.append((verb, dict(arguments)))
        if verb in self.broken:
            raise NotFound("There is nothing like that.", hint="Look again.")
        answer = getattr(self, f"_{verb}", None)
        if answer is None:  # what the chat asks for is not looked at here
            yield _done()
            return
        async for frame in answer(cast("Json", arguments)):
            yield frame

    def asked_for(self, verb: str) -> list[Json]:
        """Return the arguments of each call of a verb."""
        return [arguments for name, arguments in self.asked if name == verb]

    async def _models(self, _: Json) -> AsyncGenerator[Frame]:
        own = [{name: each[name] for name in ("name", "model", "system")} for each in self.assistants.values()]
        yield _done(default=self.models[0]["name"], models=self.models, assistants=own, elsewhere=[], problems=[])

    async def _ps(self, _: Json) -> AsyncGenerator[Frame]:
        yield _done(service=None, engines=self.engines)

    async def _unload(self, told: Json) -> AsyncGenerator[Frame]:
        before = len(self.engines)
        self.engines = [engine for engine in self.engines if engine["name"] != told["name"]]
        yield _done(unloaded=before - len(self.engines))

    async def _load(self, told: Json) -> AsyncGenerator[Frame]:
        self.engines = [*self.engines, {**_engine(), "name": told["name"], "pid": 4243}]
        yield _done(name=told["name"], context_tokens=8192, notes=[])

    async def _catalogue(self, _: Json) -> AsyncGenerator[Frame]:
        yield _done(
            checked_on="2026-11-22",
            starter={"name": "smollm2:135m", "size_bytes": 98_000_000},
            models=[
                _offered("qwen3:4b", "Qwen3 4B", 2_500_000_000, is_suggested=True),
                _offered("qwen3:0.6b", "Qwen3 0.6B", DOWNLOAD_BYTES, words_per_second=63.0),
                _offered("smollm2:135m", "SmolLM2 135M", 98_000_000, is_here=True),
                _offered("qwen3:30b-a3b", "Qwen3 30B A3B", 18_600_000_000, fit="needs 19.8 GB, 14.1 GB can be had"),
            ],
        )

    async def _pull(self, told: Json) -> AsyncGenerator[Frame]:
        yield {"event": "plan", "name": told["reference"], "files": [], "size_bytes": DOWNLOAD_BYTES, "fit": "fits"}
        while self.fetched_bytes < DOWNLOAD_BYTES:
            self.fetched_bytes = min(DOWNLOAD_BYTES, self.fetched_bytes + 4_000_000)
            progress = {"stage": "fetch", "done": self.fetched_bytes, "total": DOWNLOAD_BYTES, "what": "a.gguf"}
            yield {"event": "progress", **progress}
            await asyncio.sleep(STEP_SECONDS)
        self.models.append(_model(str(told["reference"])))
        yield _done(name=told["reference"], paths=[], size_bytes=DOWNLOAD_BYTES, sha256=[])

    async def _add(self, told: Json) -> AsyncGenerator[Frame]:
        name = told.get("name") or str(told["path"]).rpartition("/")[2].removesuffix(".gguf")
        removal: Json = {"kind": "forget", "way": None}
        self.models.append(_model(name, path=told["path"], removal=removal))
        yield _done(name=name, path=told["path"])

    async def _remove(self, told: Json) -> AsyncGenerator[Frame]:
        if self.assistants.pop(told["name"], None):
            yield _done(kind="assistant", removed=[])
            return
        gone = [model["path"] for model in self.models if model["name"] == told["name"]]
        self.models = [model for model in self.models if model["name"] != told["name"]]
        own = [path for path in gone if "/aspen/models/" in path]
        yield _done(kind="model", removed=own)

    async def _create(self, told: Json) -> AsyncGenerator[Frame]:
        modelfile = str(told.get("modelfile") or f"FROM {told['from']}\nSYSTEM {told.get('system', '')}\n")
        made: Json = {
            "kind": "assistant",
            "name": told["name"],
            "model": modelfile.partition("\n")[0].removeprefix("FROM "),
            "system": modelfile.partition("SYSTEM ")[2].strip() or None,
            "parameters": told.get("parameters", {}),
            "weights_sha256": "9c1f" * 16,
            "weights_bytes": 98_362_432,
            "adapters": [],
            "modelfile": modelfile,
        }
        self.assistants[made["name"]] = made
        yield _done(**made)

    async def _copy(self, told: Json) -> AsyncGenerator[Frame]:
        made = {**self.assistants[told["source"]], "name": told["target"]}
        self.assistants[told["target"]] = made
        yield _done(**made)

    async def _show(self, told: Json) -> AsyncGenerator[Frame]:
        yield _done(**self.assistants[told["name"]])

    async def _doctor(self, _: Json) -> AsyncGenerator[Frame]:
        home = "/home/you/.local"
        yield _done(
            version="0.1.0",
            hardware={
                "cpu_name": "A processor",
                "usable_cores": 8,
                "memory_total_bytes": 16_000_000_000,
                "memory_available_bytes": 9_000_000_000,
            },
            jail={**_SEAL, "probes": _PROBES},
            core_seal={**_SEAL, "level": "L2", "probes": _PROBES},
            least_jail_level="L3",
            remembered={"path": f"{home}/share/aspen/store.sqlite", "is_encrypted": True},
            folders={
                "data": f"{home}/share/aspen",
                "config": "/home/you/.config/aspen",
                "state": f"{home}/state/aspen",
                "cache": "/home/you/.cache/aspen",
            },
            notes=[],
        )

    async def _savings(self, told: Json) -> AsyncGenerator[Frame]:
        amounts = {
            "answers": 212,
            "prompt_tokens": 300_000,
            "completion_tokens": 90_000,
            "cost_microdollars": 4_100_000,
        }
        source = {"model": "example-large", "provider": "Example", "prompt": 5.0, "completion": 25.0}
        yield _done(month=told["month"], **amounts, **source, listed_on="2026-11-01", package="genai-prices")

    async def _settings(self, _: Json) -> AsyncGenerator[Frame]:
        yield _done(**self._settings_now())

    async def _change_setting(self, told: Json) -> AsyncGenerator[Frame]:
        self.settings[told["name"]] = told["value"]
        yield _done(**self._settings_now())

    def _settings_now(self) -> Json:
        said_by = dict.fromkeys(self.settings, "default") | {"idle_exit_seconds": "file"}
        choosable = ["default_model", "engine_idle_unload_seconds", "context_tokens"]
        path = "/home/you/.config/aspen/settings.toml"
        return {"path": path, "values": self.settings, "said_by": said_by, "choosable": choosable}

    async def _prove(self, _: Json) -> AsyncGenerator[Frame]:
        seal: Json = {**_SEAL, "pid": 1, "probes": _PROBES}
        canary = {"routings": 36, "sends": 12, "forgeries": 12, "purposes": ["chat"], "providers": [], "left": []}
        yield _done(
            core={**seal, "level": "L2"},
            engines=[{**seal, "name": "smollm2:135m"}],
            readers=[],
            trial=None,
            canary=canary,
            store_is_encrypted=True,
            problems=[],
        )

    async def _list_labels(self, _: Json) -> AsyncGenerator[Frame]:
        labels = [_labelled(path, word) for path, word in sorted(self.labels.items())]
        yield _done(labels=labels, projects=[self._project(folder) for folder in self.projects])

    async def _declare_label(self, told: Json) -> AsyncGenerator[Frame]:
        self.labels[told["path"]] = told["label"]
        yield _done(**_labelled(told["path"], told["label"]))

    async def _forget_label(self, told: Json) -> AsyncGenerator[Frame]:
        del self.labels[told["path"]]
        yield _done(**_labelled(told["path"], "ask"))

    async def _set_project(self, told: Json) -> AsyncGenerator[Frame]:
        folder = told["folder"]
        self.projects[folder] = told.get("answer", self.projects.get(folder, "ask"))
        self.details[folder] = {**self.details.get(folder, {}), **told}
        yield _done(**self._project(folder))

    async def _forget_project(self, told: Json) -> AsyncGenerator[Frame]:
        shown = self._project(told["folder"])
        del self.projects[told["folder"]]
        yield _done(**shown)

    def _project(self, folder: str) -> Json:
        own = self.details.get(folder, {})
        more = {"default_model": own.get("default_model"), "instructions": own.get("instructions", "")}
        return {**_project(folder, self.projects[folder]), **more}

    async def _list_conversations(self, _: Json) -> AsyncGenerator[Frame]:
        shown = [_conversation(number, title) for number, title in enumerate(self.conversations)]
        yield _done(conversations=shown, has_more=False, is_encrypted=True)

    async def _search(self, told: Json) -> AsyncGenerator[Frame]:
        found = [(number, title) for number, title in enumerate(self.conversations) if told["text"] in "in the evening"]
        excerpt = "in the evening"
        hits = [{"conversation": f"c{number:07}", "title": title, "excerpt": excerpt} for number, title in found]
        yield _done(found=hits, has_more=False, before=None)

    def page(self) -> Json:
        """Answer where the gate shows its own page."""
        return _told(gate_origin=self.gate_origin)


def _told(**told: object) -> Json:
    return {"schema": 1, **told}


def _done(**told: object) -> Frame:
    return {"result": _told(**told)}


def _label(word: str) -> Json:
    return {"sensitivity": word, "source": "declared", "reasons": [], "providers": None}


def _labelled(path: str, word: str) -> Json:
    return {"path": path.replace("/home/you", "~"), "absolute": path, "word": word, "label": _label(word)}


def _project(folder: str, word: str) -> Json:
    shown = folder.replace("/home/you", "~")
    return {"folder": shown, "path": folder, "name": folder.rpartition("/")[2], "answer": word, "is_asked": True}


def _conversation(number: int, title: str) -> Json:
    return {
        "conversation": f"c{number:07}",
        "title": title,
        "model": None,
        "word": "ask",
        "label": _label("unset"),
        "turn_count": 2,
        "created_at": "2026-11-20T10:00:00Z",
        "changed_at": "2026-11-21T10:00:00Z",
        "deleted_at": None,
        "is_pinned": False,
    }
