"""What persons say of files, folders and projects: declared, taken back, listed. The only way a label becomes laxer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import UNSET, Label, LabelSource, Sensitivity, label_to_json
from aspen.privacy.path_rules import DeclaredPath, label_of_path, shortened
from aspen.privacy.words import WORD_OF_SENSITIVITY, declared_label
from aspen.service.waiting import look_again
from aspen.store.path_facts import declarations_of, facts_of_path
from aspen.store.projects import Project
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SCHEMA = 1
ASK = "ask"
"""The word for a project or conversation whose files and words are unset, so that a person is asked."""

_ROOT_MARK = ".git"
_LONGEST_INSTRUCTIONS = 20_000


async def declare(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Give a file or folder a label: `path`, `label` (a word of people's), `providers` it may leave to."""
    path, providers = absolute_path(arguments), _providers(arguments)
    label = declared_label(str(arguments.get("label")), providers=providers)
    store = await workspace.store()
    _check_effect(path, label, store.declared_paths(), workspace.home)
    store.path_labels.declare(*declarations_of(path, label))
    await look_again(workspace)
    yield {"result": {"schema": _SCHEMA, **path_json(path, label, workspace.home)}}


async def forget(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Take back what was said of a path.

    Raises NotFound where nothing was.
    """
    path, store = absolute_path(arguments, may_be_gone=True), await workspace.store()
    names = {each.path for each in declarations_of(path, UNSET)} | {str(path)}
    forgotten = [store.path_labels.forget(name) for name in sorted(names)]
    if not any(forgotten):
        raise NotFound(f"Nothing was said of {shortened(str(path), str(workspace.home))}.", hint="`aspen label` lists.")
    await look_again(workspace)
    label = label_of_path(facts_of_path(path, store.declared_paths(), home=workspace.home), store.declared_paths())
    yield {"result": {"schema": _SCHEMA, **path_json(path, label, workspace.home)}}


async def look(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Say what holds for one path, and why."""
    path, store = absolute_path(arguments), await workspace.store()
    label = label_of_path(facts_of_path(path, store.declared_paths(), home=workspace.home), store.declared_paths())
    yield {"result": {"schema": _SCHEMA, **path_json(path, label, workspace.home)}}


async def listing(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """List everything that was said, as people named it; projects are listed apart."""
    store = await workspace.store()
    said = {each.declared_as or each.path: each.label for each in store.path_labels.all()}
    projects = [_project_shown(project, workspace.home) for project in store.projects.all()]
    labels = [path_json(Path(path), label, workspace.home) for path, label in sorted(said.items())]
    yield {"result": {"schema": _SCHEMA, "labels": labels, "projects": projects}}


async def project(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Say which project a folder belongs to, or would."""
    folder, store = absolute_path(arguments, "folder"), await workspace.store()
    yield {"result": {"schema": _SCHEMA, **project_at(folder, store, workspace.home)}}


async def set_project(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Say what holds in a project; what is not named stays as it was.

    `answer` is what may happen to what is put there: ask, stays-here, my-servers or may-leave. `instructions` go along
    with every question, `default_model` (of this computer, null for none) answers where nobody is named.
    """
    folder, store = absolute_path(arguments, "folder"), await workspace.store()
    found = _kept_project(folder, store) or _new_project(folder)
    kept = store.projects.keep(_changed(workspace, _placed(found), arguments))
    await look_again(workspace)
    yield {"result": {"schema": _SCHEMA, **_project_shown(kept, workspace.home)}}


async def forget_project(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Take a project off the list; its folder and its conversations stay, and nothing is said of them any more.

    Raises NotFound.
    """
    folder, store = absolute_path(arguments, "folder", may_be_gone=True), await workspace.store()
    found = next((each for each in store.projects.all() if each.folder == str(folder)), None)
    if found is None:
        raise NotFound(f"There is no project at {shortened(str(folder), str(workspace.home))}.")
    store.projects.forget(found.project_id)
    await look_again(workspace)
    yield {"result": {"schema": _SCHEMA, **_project_shown(found, workspace.home)}}


def project_at(folder: Path, store: Store, home: Path) -> Frame:
    """Return the project of a folder, or the one that it would begin, as clients see it."""
    return _project_shown(store.projects.project_of(folder) or _new_project(folder), home)


def word_of(label: Label) -> str:
    """The word that persons say for a label; ASK where they have said none."""
    return ASK if label.source is LabelSource.UNSET else WORD_OF_SENSITIVITY[label.sensitivity]


def _kept_project(folder: Path, store: Store) -> Project | None:
    """The project that a folder belongs to as it is kept: what encloses it makes it no stricter here."""
    found = store.projects.project_of(folder)
    return None if found is None else store.projects.by_id(found.project_id)


def _changed(workspace: Workspace, project: Project, arguments: Json) -> Project:
    """Raises Misused, and NotFound for a default model that is not here."""
    if not {"answer", "instructions", "default_model"} & set(arguments):
        raise Misused("Nothing is said of the project.", hint="`answer`, `instructions` or `default_model`.")
    if "answer" in arguments:
        answer = str(arguments["answer"])
        label = UNSET if answer == ASK else declared_label(answer)
        project = replace(project, label=label, asked_at=workspace.clock.now())
    if "instructions" in arguments:
        project = replace(project, instructions=_instructions(arguments["instructions"]))
    if "default_model" in arguments:
        project = replace(project, default_model=_model_here(workspace, arguments["default_model"]))
    return project


def _instructions(told: object) -> str:
    if not isinstance(told, str) or len(told) > _LONGEST_INSTRUCTIONS:
        raise Misused(f"`instructions` must be text of at most {_LONGEST_INSTRUCTIONS:,} letters.")
    return told.strip()


def _model_here(workspace: Workspace, told: object) -> str | None:
    """A default is of this computer: somebody elsewhere has to be named by a person, question by question."""
    if told is None or told == "":
        return None
    if not isinstance(told, str):
        raise Misused("`default_model` must be a name.")
    workspace.choose(told)
    return told


def _new_project(folder: Path) -> Project:
    """The working copy that the folder lies in, else the folder itself."""
    root = next((each for each in (folder, *folder.parents) if (each / _ROOT_MARK).exists()), folder)
    return Project(folder=str(root), name=root.name or "/")


def _placed(found: Project) -> Project:
    """Note which folder it is now, so that it is known again when it is moved."""
    seen = Path(found.folder).stat()
    return replace(found, device=seen.st_dev, inode=seen.st_ino)


def _check_effect(path: Path, label: Label, declared: tuple[DeclaredPath, ...], home: Path) -> None:
    """A laxer word below a folder that stays here would change nothing: say so instead of pretending."""
    if label.sensitivity is Sensitivity.PRIVATE:
        return
    trial = (*(each for each in declared if each.declared_as != str(path)), *declarations_of(path, label))
    result = label_of_path(facts_of_path(path, trial, home=home), trial)
    if result.sensitivity is Sensitivity.PRIVATE and result.source is LabelSource.DECLARED:
        raise Misused(
            f"That would change nothing: {'; '.join(result.reasons)}.",
            hint="What lies in a folder that stays here stays here. Change the folder first, or move the file.",
        )


def absolute_path(arguments: Json, name: str = "path", *, may_be_gone: bool = False) -> Path:
    """Read a path that a client names. Raises Misused, and NotFound for nothing there unless it `may_be_gone`."""
    told = arguments.get(name)
    if not isinstance(told, str) or "\0" in told or not Path(told).is_absolute():
        raise Misused(f"`{name}` must be an absolute path.")
    if not (may_be_gone or Path(told).exists()):
        raise NotFound(f"There is nothing at {told}.", hint="Check the path.")
    return Path(told)


def _providers(arguments: Json) -> frozenset[str] | None:
    told: object = arguments.get("providers") or None
    if told is None:
        return None
    listed = cast("list[object]", told) if isinstance(told, list) else []
    if not listed or not all(isinstance(each, str) and each for each in listed):
        raise Misused("`providers` must be a list of names.")
    return frozenset(cast("list[str]", listed))


def path_json(path: Path, label: Label, home: Path) -> Frame:
    """Return what clients see of a path and its label."""
    return {
        "path": shortened(str(path), str(home)),
        "absolute": str(path),
        "word": word_of(label),
        "label": label_to_json(label),
    }


def _project_shown(found: Project, home: Path) -> Frame:
    return {
        "folder": shortened(found.folder, str(home)),
        "path": found.folder,
        "name": found.name,
        "answer": word_of(found.label),
        "is_asked": found.asked_at is not None,
        "default_model": found.default_model,
        "instructions": found.instructions,
    }
