"""Says in words why a request went where it went: the decision that comes with every answer."""

from __future__ import annotations

from aspen.cli.reading import Json, mapping, objects, text, texts


def explain(route: Json, *, is_preview: bool = False) -> str:
    """Lay out a route: where to and why, what else was looked at, and what would have led elsewhere."""
    done = "This would be answered by" if is_preview else "Answered by"
    lines = [f"{done} {text(route, 'model')}, because:"]
    lines += [f"  {text(reason, 'words')}" for reason in objects(route, "reasons")]
    lines += not_chosen(route)
    if flips := texts(route, "flips"):
        lines += ["What would change this:", *(f"  {flip}" for flip in flips)]
    return "\n".join(lines)


def not_chosen(decision: Json) -> list[str]:
    """List what else a route or a refusal looked at, each with the first thing that spoke against it."""
    considered = objects(decision, "considered")
    lines = [f"  {text(other, 'model')}: {text(mapping(other, 'reason'), 'words')}" for other in considered]
    return ["Not chosen:", *lines] if lines else []
