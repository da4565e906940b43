/** One of everything that an answer can hold. */

export const sample = `# Sorting, briefly

A **merge sort** splits a list in two, sorts each half, and *merges* them. It takes $O(n \\log n)$ steps, needs memory for
a second list, and keeps the order of equal items. Prices such as $5 or $6 stay prices, and &amp; stays &.

## In Python

\`\`\`python
def merge_sort(items: list[int]) -> list[int]:
    """Return the items in order."""
    if len(items) < 2:
        return items
    middle = len(items) // 2  # the first half is never longer
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    merged: list[int] = []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right
\`\`\`

### What to remember

1. It is *stable*: equal items keep their order.
2. It is predictable:
   - the best case is \`n log n\`,
   - the worst case is the same.
3. See [the article](https://en.wikipedia.org/wiki/Merge_sort) and https://docs.python.org/3/howto/sorting.html.

- [x] Read the idea
- [ ] Try it on paper

| Algorithm | Best | Worst | Memory | Stable |
| --- | ---: | ---: | :---: | --- |
| Merge sort | $n \\log n$ | $n \\log n$ | $n$ | yes |
| Quicksort | $n \\log n$ | $n^2$ | $\\log n$ | no |
| Insertion sort | $n$ | $n^2$ | 1 | yes |

> Make it work, make it right, make it fast.
>
> And in that order.

The recurrence is

$$
T(n) = 2\\,T\\!\\left(\\frac{n}{2}\\right) + \\Theta(n) \\quad\\Rightarrow\\quad T(n) = \\Theta(n \\log n)
$$

![A chart of running times](https://evil.example/pixel.png?words=private)

<img src=x onerror="alert(1)"> is text, and so is <b>this</b>. A reference: [the book][1].

---

هذا نص قصير باللغة العربية مع **كلمة** مهمة.

[1]: https://example.com/book "A book"
`;
