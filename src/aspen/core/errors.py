"""Every error that Aspen raises on purpose, as one tree. Mapped to an exit code in `cli/exit_codes.py` alone.

AspenError
├── Failed                      something went wrong here
│   ├── BadModelFile            not a GGUF file, or one that is cut off, malformed or not supported
│   ├── BadSchema               the engine cannot turn the JSON schema into a grammar
│   ├── BadRequest              the engine refuses the request as it stands
│   ├── ModelCannot             the model lacks a skill that the request needs
│   ├── WeightsChanged          an assistant's pinned weights are not the file's any more
│   ├── NotSealed               the system cannot prove the seal that a setting demands
│   ├── BadSetting              a settings file or environment variable that cannot be used
│   │   └── BadRule             a rule of the privacy rules that cannot be understood
│   ├── NotWritable             a folder that Aspen needs cannot be written
│   ├── ChecksumMismatch        what was downloaded is not what was promised
│   ├── StoreDamaged            the store, or its key, cannot be read
│   ├── StoreTooNew             the store was made by a newer Aspen and is only read
│   ├── LedgerBroken            the ledger was edited, cut or rolled back
│   ├── NotRecorded             the ledger cannot be written, so nothing was sent
│   ├── NoKey                   a provider's key is missing, or there is nowhere to keep one
│   ├── KeyRejected             the provider does not take its key
│   ├── ProviderRefused         the provider refuses the request as it stands
│   ├── ProviderFailed          the provider failed, broke off or answered nonsense         (retry helps)
│   ├── RateLimited             the provider wants us to wait                               (retry helps)
│   ├── GateUnreachable         the gate did not start, or ended in mid-answer              (retry helps)
│   ├── EngineStopped           the engine ended in mid-answer                              (retry helps)
│   ├── EngineFailed            the engine could not start
│   ├── ServiceStopped          the service ended in mid-command                            (retry helps)
│   └── ServiceUnreachable      the service did not start or does not answer                (retry helps)
├── Misused                     a command line, file or argument that cannot be understood
├── NotFound                    no such model, assistant or file
├── StaysHere                   refused for privacy
│   ├── NeedsApproval           a person must see the bytes first
│   ├── Declined                a person has seen the bytes and said no
│   ├── AirplaneMode            airplane mode is on
│   └── OverCeiling             it could cost more than a ceiling of the user's
├── Unreachable                 no network, or the other side does not answer               (retry helps)
├── PartlyFailed                some of several things worked
├── DoesNotFit                  numbers that are larger than their bounds
│   ├── PromptTooLong           the prompt is longer than the context
│   ├── ModelTooLarge           the model needs more memory than there is
│   └── DiskFull                not enough room on the disk
└── Interrupted                 the person stopped it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast


class AspenError(Exception):
    """One honest sentence, a hint that says what to do next, and whether a retry can help.

    `facts` holds the numbers of the sentence for programs. Errors are told apart by class and `code`, never by text.
    """

    code: ClassVar[str] = "aspen_error"
    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str, *, hint: str = "", facts: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.facts: Mapping[str, object] = dict(facts or {})


class Failed(AspenError):
    code = "failed"


class BadModelFile(Failed):
    code = "bad_model_file"


class BadSchema(Failed):
    code = "bad_schema"


class BadRequest(Failed):
    code = "bad_request"


class ModelCannot(Failed):
    code = "model_cannot"


class WeightsChanged(Failed):
    code = "weights_changed"


class NotSealed(Failed):
    code = "not_sealed"


class BadSetting(Failed):
    code = "bad_setting"


class BadRule(BadSetting):
    code = "bad_rule"


class NotWritable(Failed):
    code = "not_writable"


class ChecksumMismatch(Failed):
    code = "checksum_mismatch"


class StoreDamaged(Failed):
    code = "store_damaged"


class StoreTooNew(Failed):
    code = "store_too_new"


class LedgerBroken(Failed):
    code = "ledger_broken"


class NotRecorded(Failed):
    code = "not_recorded"


class NoKey(Failed):
    code = "no_key"


class KeyRejected(Failed):
    code = "key_rejected"


class ProviderRefused(Failed):
    code = "provider_refused"


class ProviderFailed(Failed):
    code = "provider_failed"
    retryable = True


class RateLimited(Failed):
    code = "rate_limited"
    retryable = True


class GateUnreachable(Failed):
    code = "gate_unreachable"
    retryable = True


class EngineStopped(Failed):
    code = "engine_stopped"
    retryable = True


class EngineFailed(Failed):
    code = "engine_failed"


class ServiceStopped(Failed):
    code = "service_stopped"
    retryable = True


class ServiceUnreachable(Failed):
    code = "service_unreachable"
    retryable = True


class Misused(AspenError):
    code = "misused"


class NotFound(AspenError):
    code = "not_found"


class StaysHere(AspenError):
    code = "stays_here"


class NeedsApproval(StaysHere):
    code = "needs_approval"


class Declined(StaysHere):
    code = "declined"


class AirplaneMode(StaysHere):
    code = "airplane_mode"


class OverCeiling(StaysHere):
    code = "over_ceiling"


class Unreachable(AspenError):
    code = "unreachable"
    retryable = True


class PartlyFailed(AspenError):
    code = "partly_failed"


class DoesNotFit(AspenError):
    code = "does_not_fit"


class PromptTooLong(DoesNotFit):
    code = "prompt_too_long"


class ModelTooLarge(DoesNotFit):
    code = "model_too_large"


class DiskFull(DoesNotFit):
    code = "disk_full"


class Interrupted(AspenError):
    code = "interrupted"


def every_error(root: type[AspenError] = AspenError) -> Iterator[type[AspenError]]:
    """Walk the tree from `root` downwards, parents before children."""
    yield root
    for child in root.__subclasses__():
        yield from every_error(child)


def error_of_code(code: str) -> type[AspenError]:
    """Return the class of a code that came over a wire; a code of another version is a plain `Failed`."""
    return next((error for error in every_error() if error.code == code), Failed)


def error_to_json(error: AspenError) -> dict[str, object]:
    """Flatten an error for a wire between Aspen's own processes."""
    return {
        "code": error.code,
        "sentence": error.sentence,
        "hint": error.hint,
        "retryable": error.retryable,
        "facts": dict(error.facts),
    }


def error_from_json(told: Mapping[str, object]) -> AspenError:
    """Rebuild an error from what `error_to_json` made of it."""
    facts = told.get("facts")
    return error_of_code(str(told.get("code", "")))(
        str(told.get("sentence", "Something went wrong.")),
        hint=str(told.get("hint", "")),
        facts=cast("dict[str, object]", facts) if isinstance(facts, dict) else {},
    )
