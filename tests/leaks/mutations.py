"""Deliberate defects, each of which a test of the leak suite must notice: edits of a copy of the source, by exact text.

A text that does not stand in its file exactly once fails its test: then the code has changed, and so must the defect.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`old` stands once in the file below `aspen/`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """`caught_by` are the tests that must fail, by file and name; several defects of one kind may be needed at once."""

    name: str
    edits: tuple[Edit, ...]
    caught_by: tuple[str, ...]


def copy_with(mutation: Mutation | None, package: Path, folder: Path) -> Path:
    """Copy the package, with a defect or without, and return the folder to import it from.

    Raises ValueError where an edit does not fit.
    """
    shutil.copytree(package, folder / package.name)
    for edit in () if mutation is None else mutation.edits:
        path = folder / package.name / edit.file
        source = path.read_text("utf-8")
        if (count := source.count(edit.old)) != 1:
            raise ValueError(f"{edit.file} holds what is to be broken {count} times")
        path.write_text(source.replace(edit.old, edit.new), "utf-8")
    return folder


_LIES = "test_one_way_out.py::test_case_01_the_gate_refuses_what_stays_here_even_from_a_core_that_was_taken_over"

_GATE = (
    Mutation(
        name="the gate does not check the clearance",
        edits=(
            Edit(
                file="egress/gate/admission.py",
                old='if not is_cleared(envelope, self._key, str(told.get("clearance"))):',
                new="if False:",
            ),
        ),
        caught_by=("test_one_way_out.py::test_case_10_a_forged_clearance_sends_nothing",),
    ),
    Mutation(
        name="the gate takes a nonce twice",
        edits=(Edit(file="egress/gate/admission.py", old=" or envelope.nonce in self._seen", new=""),),
        caught_by=("test_one_way_out.py::test_case_10_a_clearance_is_good_for_one_send",),
    ),
    Mutation(
        name="the gate looks neither at the label nor at the rules",
        edits=(
            Edit(file="egress/gate/judging.py", old="asks = self._asks(outbound, facts, policy)", new="asks = ()"),
            Edit(file="egress/gate/judging.py", old="if not stands_on_floor(outbound, provider):", new="if False:"),
        ),
        caught_by=(_LIES,),
    ),
    Mutation(
        name="the gate believes how far away the core says a provider is",
        edits=(
            Edit(file="egress/gate/judging.py", old="zone=provider.zone,", new="zone=outbound.zone,"),
            Edit(file="egress/gate/floor.py", old="_STRICTEST.get(provider.zone)", new="_STRICTEST.get(outbound.zone)"),
        ),
        caught_by=(_LIES,),
    ),
    Mutation(
        name="the gate takes background work for a chat",
        edits=(
            Edit(file="egress/gate/judging.py", old="purpose=outbound.purpose,", new="purpose=Purpose.CHAT,"),
            Edit(
                file="egress/gate/judging.py",
                old="from aspen.core.provider import Provider\n",
                new="from aspen.core.provider import Provider\nfrom aspen.core.request import Purpose\n",
            ),
            Edit(file="egress/gate/floor.py", old="outbound.purpose is not Purpose.CHAT or ", new=""),
        ),
        caught_by=("test_background_work.py::test_case_03_the_gate_sends_no_title_whatever_its_label",),
    ),
    Mutation(
        name="a purpose that nobody knows is a chat",
        edits=(
            Edit(
                file="core/egress.py",
                old='Purpose(told["purpose"])',
                new='Purpose(told["purpose"] if told["purpose"] in list(Purpose) else "chat")',
            ),
        ),
        caught_by=("test_background_work.py::test_case_04_the_gate_sends_no_side_task_whatever_its_label",),
    ),
    Mutation(
        name="the gate sends before it has recorded",
        edits=(
            Edit(
                file="egress/gate/departure.py",
                old="sent = await self._record(cleared)\n",
                new="async for _ in self._parts.transport.send(cleared.target, self._outbound.body):\n"
                "                pass\n            sent = await self._record(cleared)\n",
            ),
        ),
        caught_by=("test_races.py::test_case_48_nothing_leaves_before_it_is_in_the_ledger",),
    ),
    Mutation(
        name="the gate judges once, and not again when it sends",
        edits=(
            Edit(
                file="egress/gate/departure.py",
                old="async with parts.recording:\n"
                "            passed = parts.judging.weigh(self._envelope, await self._spent())\n",
                new="async with parts.recording:\n            passed = Passed(provider=cleared.row, asks=())\n",
            ),
        ),
        caught_by=("test_races.py::test_case_48_a_rule_that_changes_between_preview_and_send_holds",),
    ),
    Mutation(
        name="an approval is for any bytes",
        edits=(
            Edit(
                file="egress/gate/approvals.py",
                old="if not hmac.compare_digest(outbound.body_sha256.encode(), body_sha256.encode()):",
                new="if False:",
            ),
        ),
        caught_by=("test_races.py::test_case_48_an_approval_is_for_these_bytes_and_for_once",),
    ),
    Mutation(
        name="airplane mode is not looked at",
        edits=(Edit(file="egress/gate/judging.py", old="if self.airplane.is_on:", new="if False:"),),
        caught_by=("test_one_way_out.py::test_airplane_mode_lets_nothing_leave_not_even_from_a_core_that_ignores_it",),
    ),
    Mutation(
        name="a redirect is followed",
        edits=(
            Edit(
                file="egress/sending/transport.py",
                old="        self._check(response, target)\n",
                new="        if 300 <= response.status_code < 400:\n"
                '            onward = httpx2.URL(target.address.url).join(response.headers["location"])\n'
                "            await response.aclose()\n"
                '            kept = [pair for pair in target.headers if pair[0] != "host"]\n'
                "            again = httpx2.Request(\n"
                '                "POST", onward, headers=[*kept, ("content-length", str(len(body)))],\n'
                '                stream=_Body(body, watch), extensions={"timeout": _NO_TIMEOUTS},\n'
                "            )\n"
                "            response = await watch.limited(wire.handle_async_request(again))\n"
                "        self._check(response, target)\n",
            ),
        ),
        caught_by=("test_one_way_out.py::test_case_33_a_redirect_is_an_error_and_the_second_host_sees_nothing",),
    ),
    Mutation(
        name="the shell's proxy is obeyed",
        edits=(
            Edit(
                file="egress/sending/transport.py",
                old="proxy=None if target.address.is_loopback else self._chosen_proxy(),",
                new='proxy=httpx2.Proxy(__import__("os").environ["https_proxy"])'
                ' if "https_proxy" in __import__("os").environ else None,',
            ),
            Edit(
                file="egress/gate/environment.py",
                old="return {name: value for name, value in environment.items() if name in _KEPT}",
                new="return dict(environment)",
            ),
            Edit(
                file="launcher/gate_process.py",
                old="env={name: os.environ[name] for name in kept if name in os.environ},",
                new="env=dict(os.environ),",
            ),
        ),
        caught_by=("test_one_way_out.py::test_case_32_poisoned_settings_of_the_shell_change_nothing",),
    ),
    Mutation(
        name="the ledger keeps its bytes in the clear",
        edits=(
            Edit(
                file="egress/ledger/kept_bytes.py",
                old="sealed = self._cipher.encrypt(nonce, content, _bound_to(sequence, sha256))",
                new="sealed = content",
            ),
        ),
        caught_by=("test_traces.py::test_case_39_the_bytes_that_the_ledger_keeps_cannot_be_read_in_its_file",),
    ),
    Mutation(
        name="the gate writes what it sends into its log",
        edits=(
            Edit(
                file="egress/gate/departure.py",
                old="        response = Response()\n",
                new="        response = Response()\n"
                '        __import__("sys").stderr.write(f"{self._outbound.body}\\n")\n',
            ),
        ),
        caught_by=("test_traces.py::test_case_26_no_log_holds_a_word_or_a_key_at_the_highest_verbosity",),
    ),
)

_CORE = (
    Mutation(
        name="a join takes the laxer label",
        edits=(
            Edit(
                file="core/label.py",
                old="stricter = max(self, other, key=lambda label: label.sensitivity)",
                new="stricter = min(self, other, key=lambda label: label.sensitivity)",
            ),
        ),
        caught_by=("test_kept_words.py::test_case_02_a_summary_carries_the_label_of_what_it_was_made_of",),
    ),
    Mutation(
        name="a failure on this machine falls back to the cloud",
        edits=(
            Edit(
                file="ask.py",
                old='            async with aclosing(cast("AsyncGenerator[Event]", answer)) as events:\n'
                "                async for event in events:\n                    yield event\n",
                new="            try:\n                async for event in answer:\n                    yield event\n"
                "            except Exception:\n"
                "                other = next(each.name for each in models.candidates(labelled) if not each.is_here)\n"
                "                async for event in models.open(other).answer(labelled):\n"
                "                    yield event\n",
            ),
        ),
        caught_by=(
            "test_one_way_out.py::test_case_09_an_engine_that_dies_in_mid_answer_is_an_error_and_nobody_else_is_asked",
        ),
    ),
    Mutation(
        name="titles are made by a cloud model",
        edits=(
            Edit(
                file="service/asking.py",
                old="        story = preview(",
                new="        from aspen.core.label import PUBLIC\n        from aspen.core.request import Purpose\n\n"
                "        asked_for_title = replace(asking.request(), purpose=Purpose.TITLE, label=PUBLIC)\n"
                '        title = asking.models().outbound(asked_for_title, "gpt-6.2-sol")\n'
                "        with suppress(AspenError):\n"
                "            async for _ in elsewhere.gate.send(title):\n                pass\n"
                "        story = preview(",
            ),
        ),
        caught_by=("test_background_work.py::test_case_03_a_new_chat_on_this_machine_asks_nobody_for_its_title",),
    ),
    Mutation(
        name="what failed is asked again",
        edits=(
            Edit(
                file="service/at_hand.py",
                old="        answer = self.model.answer(without_names(request))\n        async with aclosing("
                'cast("AsyncGenerator[Event]", answer)) as events:\n'
                "            async for event in events:\n                yield event\n",
                new="        try:\n            async for event in self.model.answer(without_names(request)):\n"
                "                yield event\n        except Exception:\n"
                "            async for event in self.model.answer(without_names(request)):\n"
                "                yield event\n",
            ),
        ),
        caught_by=("test_one_way_out.py::test_case_10_a_provider_that_fails_is_not_asked_again_and_nobody_else_is",),
    ),
    Mutation(
        name="everything counts as just typed for a model that was named",
        edits=(
            Edit(
                file="service/gathering.py",
                old="is_named and only_typed and all(label.source is not LabelSource.UNSET for label in untyped)",
                new="is_named",
            ),
        ),
        caught_by=(
            "test_kept_words.py::test_case_01_what_nobody_has_labelled_is_not_words_just_typed",
            "test_kept_words.py::test_case_07_the_first_question_to_the_cloud_takes_no_earlier_turn_along",
        ),
    ),
    Mutation(
        name="a file that was dropped on the app counts as typed",
        edits=(
            Edit(
                file="service/gathering.py",
                old="has_unknown_files = bool(asked.documents) or has_pictures_from_nowhere",
                new="has_unknown_files = has_pictures_from_nowhere",
            ),
        ),
        caught_by=("test_attached_in_the_app.py::test_case_01_a_dropped_file_is_not_words_just_typed",),
    ),
    Mutation(
        name="what a model or a tool has said counts as typed",
        edits=(
            Edit(
                file="service/gathering.py",
                old="has_other_turns = any(message.role not in (Role.SYSTEM, Role.USER) for message in asked.messages)",
                new="has_other_turns = False",
            ),
        ),
        caught_by=("test_kept_words.py::test_case_12_the_output_of_a_tool_is_not_words_just_typed",),
    ),
    Mutation(
        name="nobody asks whether a person keeps the whole chat here",
        edits=(
            Edit(
                file="service/gathering.py",
                old="defaults = [] if around.conversation is None else [around.conversation.label]",
                new="defaults: list[Label] = []",
            ),
        ),
        caught_by=(
            "test_kept_words.py::test_case_07_a_chat_that_a_person_keeps_here_sends_no_word_that_is_typed_in_it",
        ),
    ),
    Mutation(
        name="a defect is logged with what it was about",
        edits=(
            Edit(file="service/connections.py", old="{type(error).__name__}\\n{frames}", new="{error!r}\\n{frames}"),
        ),
        caught_by=("test_traces.py::test_case_25_a_defect_is_logged_without_its_values",),
    ),
    Mutation(
        name="names of files and the metadata of pictures are not taken out",
        edits=(
            Edit(
                file="service/at_hand.py",
                old="self.model.answer(without_names(request))",
                new="self.model.answer(request)",
            ),
        ),
        caught_by=(
            "test_what_others_learn.py::test_case_35_nothing_is_said_of_files_folders_projects_or_the_machine",
            "test_kept_words.py::test_case_36_a_picture_that_may_leave_takes_only_its_pixels_along",
        ),
    ),
    Mutation(
        name="what detectors find is dropped",
        edits=(
            Edit(
                file="service/gathering.py",
                old="typed if detected is None else typed.join(detected)",
                new="typed",
            ),
        ),
        caught_by=("test_races.py::test_case_48_dressing_up_lowers_no_label",),
    ),
    Mutation(
        name="nobody looks for other names of a file",
        edits=(Edit(file="privacy/path_rules.py", old="        *_hard_link_labels(facts, declared),\n", new=""),),
        caught_by=("test_kept_words.py::test_case_01_no_other_way_to_the_file_is_laxer",),
    ),
    Mutation(
        name="an import believes a label that nobody has signed",
        edits=(
            Edit(
                file="service/export_reading.py",
                old='    return hmac.compare_digest(expected.encode(), claimed.encode("utf-8", "replace"))\n',
                new="    return True\n",
            ),
        ),
        caught_by=("test_export_case.py::test_case_38_a_forged_or_stripped_label_becomes_private",),
    ),
    Mutation(
        name="words that went to one provider may go to all",
        edits=(Edit(file="service/remembering.py", old="providers=frozenset({provider}),", new="providers=None,"),),
        caught_by=("test_kept_words.py::test_case_07_words_that_went_to_one_provider_do_not_go_to_the_next",),
    ),
)

_LIBRARIES = (
    Mutation(
        name="a detector loads a list on its first use",
        edits=(
            Edit(
                file="privacy/detection/detecting.py",
                old="    own = partial(find_own_words, own=words)\n",
                new="    own = partial(find_own_words, own=words)\n"
                "    with suppress(OSError):\n"
                '        __import__("socket").getaddrinfo("publicsuffix.example.org", 443)\n',
            ),
        ),
        caught_by=("test_walls_around.py::test_case_30_the_first_use_of_every_detector_opens_no_socket",),
    ),
    Mutation(
        name="the launcher calls home",
        edits=(
            Edit(
                file="launcher/launcher.py",
                old="        self._start_core()\n        await self._leaving.wait()\n",
                new="        self._start_core()\n        with suppress(OSError):\n"
                '            socket.create_connection(("198.51.100.9", 443), 0.2)\n'
                "        await self._leaving.wait()\n",
            ),
        ),
        caught_by=("test_what_others_learn.py::test_case_27_no_dependency_calls_home",),
    ),
    Mutation(
        name="the launcher listens on the network",
        edits=(
            Edit(
                file="launcher/launcher.py",
                old="        self._start_core()\n        await self._leaving.wait()\n",
                new='        self._start_core()\n        door = socket.create_server(("127.0.0.1", 0))\n'
                "        await self._leaving.wait()\n        door.close()\n",
            ),
        ),
        caught_by=("test_walls_around.py::test_case_43_what_listens_is_for_one_user_and_on_no_network",),
    ),
)

_PAGES = (
    Mutation(
        name="any page may say yes at the gate",
        edits=(
            Edit(
                file="egress/gate/page/door.py",
                old='    is_own = request.header("origin") == f"http://{request.header(\'host\')}"\n',
                new='    return True\n    is_own = request.header("origin") == f"http://{request.header(\'host\')}"\n',
            ),
        ),
        caught_by=("test_gate_pages.py::test_case_44_only_a_page_of_the_gates_own_says_yes",),
    ),
    Mutation(
        name="any page may frame the gate's",
        edits=(
            Edit(
                file="egress/gate/page/files.py",
                old='f"frame-ancestors {frame_ancestors}",',
                new='"frame-ancestors *",',
            ),
        ),
        caught_by=("test_gate_pages.py::test_case_43_no_foreign_page_frames_reads_or_posts_to_the_gate",),
    ),
    Mutation(
        name="the gate's page answers to every name",
        edits=(
            Edit(
                file="egress/gate/page/door.py",
                old='if request.header("host").lower() in hosts:',
                new="if hosts is not None:",
            ),
        ),
        caught_by=("test_gate_pages.py::test_case_43_no_foreign_page_frames_reads_or_posts_to_the_gate",),
    ),
    Mutation(
        name="a question that is asked again counts as just typed",
        edits=(
            Edit(
                file="service/resuming.py",
                old="not store.turns.children(card.conversation_id, asked.again_id) and _was_to_leave(question)",
                new="True",
            ),
        ),
        caught_by=(
            "test_gate_pages.py::test_case_08_what_was_answered_here_is_not_words_just_typed_when_it_is_asked_again",
        ),
    ),
    Mutation(
        name="what is kept here goes along all the same",
        edits=(
            Edit(
                file="service/keeping_here.py",
                old="        text = text.replace(passage, _GAP)\n",
                new="        text = text.replace(passage, passage)\n",
            ),
        ),
        caught_by=("test_gate_pages.py::test_case_08_a_kept_passage_is_in_no_bytes_and_the_old_preview_is_void",),
    ),
)

MUTATIONS = (*_GATE, *_CORE, *_LIBRARIES, *_PAGES)
