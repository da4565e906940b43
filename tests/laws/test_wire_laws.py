"""What crosses a pipe between Aspen's own processes arrives as it was, and garbage is refused with ValueError alone."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from strategies import finite_json_objects, json_values, reports, specs, texts

from aspen.core.engine_spec import EngineSpec, spec_from_json, spec_to_json
from aspen.core.errors import AspenError, error_from_json, error_to_json, every_error
from aspen.core.isolation import JailReport, report_from_json, report_to_json


def _through_a_pipe(told: object) -> dict[str, object]:
    return json.loads(json.dumps(told))


@given(spec=specs)
def test_an_engine_spec_arrives_as_it_was(spec: EngineSpec) -> None:
    assert spec_from_json(_through_a_pipe(spec_to_json(spec))) == spec


@given(report=reports)
def test_a_jail_report_arrives_as_it_was(report: JailReport) -> None:
    assert report_from_json(_through_a_pipe(report_to_json(report))) == report


@given(kind=st.sampled_from(list(every_error())), sentence=texts.filter(bool), hint=texts, facts=finite_json_objects)
def test_an_error_arrives_as_it_was(kind: type[AspenError], sentence: str, hint: str, facts: dict[str, object]) -> None:
    arrived = error_from_json(_through_a_pipe(error_to_json(kind(sentence, hint=hint, facts=facts))))
    assert type(arrived) is kind
    assert (arrived.sentence, arrived.hint, arrived.facts) == (sentence, hint, facts)


_FIELDS = tuple(EngineSpec.__dataclass_fields__)


@given(told=st.dictionaries(st.sampled_from(_FIELDS), json_values))
def test_a_garbage_spec_is_refused_with_a_value_error_alone(told: dict[str, object]) -> None:
    try:
        spec = spec_from_json(told)
    except ValueError:
        return
    assert all(path.is_absolute() for path in spec.readable)


@given(spec=specs, field=st.sampled_from(_FIELDS), value=json_values)
def test_one_strange_field_is_refused_or_within_its_bounds(spec: EngineSpec, field: str, value: object) -> None:
    try:
        told = spec_from_json({**spec_to_json(spec), field: value})
    except ValueError:
        return
    assert 1 <= told.context_tokens <= 2**24
    assert all(path.is_absolute() for path in told.readable)
