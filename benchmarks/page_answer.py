"""The answer that the page's benchmark streams: Markdown of every kind, in pieces of about four letters."""

from __future__ import annotations

_SECTION = """## Part {n}: how it is put together

Some **strong** words, *others*, `code` and a [link](https://example.org/{n}), in a paragraph that is long enough to
break into a few lines on any screen, as answers have them.

1. A first point, with a sum of $a_{n}^2 + b^2 = c^2$
2. A second point
   - one below it
   - and another one

```python
def part_{n}(values: list[int]) -> dict[str, int]:
    # Counts what is there, and says how often.
    seen: dict[str, int] = {{}}
    for value in values:
        seen[str(value)] = seen.get(str(value), 0) + {n}
    return seen
```

| name | value | means |
|---|---:|---|
| alpha | {n} | the first |
| beta | {n}2 | the **second** |
| gamma | {n}3 | the third, with `code` |

> A quotation that somebody said, and it goes on for a while so that it fills more than a single line of the page.

$$\\sum_{{k=1}}^{{{n}}} k = \\frac{{{n}({n}+1)}}{{2}}$$

![A picture](https://pictures.example/{n}.png) and <b onclick="alert(1)">HTML</b> that somebody else wrote.

"""
LETTERS_A_TOKEN = 4


def answer(tokens: int) -> str:
    """Return a text of so many tokens."""
    letters = tokens * LETTERS_A_TOKEN
    sections = letters // len(_SECTION.format(n=1)) + 2
    return "".join(_SECTION.format(n=n) for n in range(1, sections))[:letters]


def pieces(text: str) -> list[str]:
    """Cut a text the way it streams."""
    return [text[at : at + LETTERS_A_TOKEN] for at in range(0, len(text), LETTERS_A_TOKEN)]
