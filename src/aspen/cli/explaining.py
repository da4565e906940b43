"""Says in words why a request went where it went: the decision that comes with every answer."""

from __future__ import annotations

from aspen.cli.reading import Json, mapping, objects, text, texts


def explain(decision: Json, *, is_preview: bool = False) -> str:
    """Lay out a decision: where to and why, what else was looked at, and what would have led elsewhere."""
    model = text(decision, "model")
    done = "This would be answered by" if is_preview else "Answered by"
    head = f"{done} {model}, because:" if model else "Not sent, because:"
    lines = [head, *(f"  {text(reason, 'words')}" for reason in objects(decision, "reasons"))]
    if considered := objects(decision, "considered"):
        lines += ["Not chosen:"]
        lines += [f"  {text(other, 'model')}: {text(mapping(other, 'reason'), 'words')}" for other in considered]
    if flips := texts(decision, "flips") or texts(decision, "remedies"):
        lines += ["What would change this:", *(f"  {flip}" for flip in flips)]
    return "\n".join(lines)
