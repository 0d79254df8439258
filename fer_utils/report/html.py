"""HTML from plain values: whatever is not a `Fragment` already is escaped."""

import html
import math
from collections.abc import Iterable, Sequence

VOID = {"br", "hr", "img"}
LONG = 12  # rows of an open table


class Fragment(str):
    """Text that is HTML already; notebooks show it as such."""

    def _repr_html_(self) -> str:
        return str(self)


def escape(value) -> Fragment:
    """Makes a value safe to stand in HTML, in text or in an attribute; a `Fragment` stays as it is."""
    return value if isinstance(value, Fragment) else Fragment(html.escape(str(value), quote=True))


def tag(name: str, *children, **attributes) -> Fragment:
    """Builds one element.

    Args:
        name: str. Element name.
        *children: values; all but fragments are escaped.
        **attributes: values; a trailing underscore is dropped, other underscores become dashes (`class_`,
            `aria_label`). None and False leave the attribute out, True writes it without a value.

    Returns:
        `Fragment`.
    """
    written = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        written += f" {key}" if value is True else f' {key}="{html.escape(str(value), quote=True)}"'
    inner = "".join(escape(child) for child in children)
    return Fragment(f"<{name}{written}>") if name in VOID else Fragment(f"<{name}{written}>{inner}</{name}>")


def join(parts: Iterable, separator: str = "") -> Fragment:
    """Concatenates values; all but fragments are escaped."""
    return Fragment(separator.join(escape(part) for part in parts))


def table(caption, headers: Sequence, rows: Iterable[Sequence], class_: str | None = None, numeric=()) -> Fragment:
    """Builds a table with a caption, column headers and a header in every row; wide ones scroll on their own.

    Args:
        caption: value. What the table shows.
        headers: sequence of values, one a column.
        rows: iterable of sequences; the first value is the row's header. A ready `tr` fragment may stand for a row.
        class_: str. CSS class of the table.
        numeric: collection of int. Columns that are aligned right.

    Returns:
        `Fragment`.
    """
    head = tag("tr", *(tag("th", name, scope="col", class_=_number(i, numeric)) for i, name in enumerate(headers)))
    body = []
    for row in rows:
        if isinstance(row, Fragment):
            body.append(row)
            continue
        first, *others = row
        cells = (tag("td", value, class_=_number(i, numeric)) for i, value in enumerate(others, start=1))
        body.append(tag("tr", tag("th", first, scope="row"), *cells))
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_=class_)
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=_plain(caption))


def details(summary, *children, opened: bool = False, class_: str | None = None) -> Fragment:
    """Builds a part that the reader can unfold; it works without scripts."""
    return tag("details", tag("summary", summary), *children, open=opened, class_=class_)


def fold_if_long(summary, content: Fragment, rows: int) -> Fragment:
    """Folds a table of many rows; a short one stands open.

    Args:
        summary: value. What the table shows.
        content: `Fragment` with the table.
        rows: int. Its number of rows.

    Returns:
        `Fragment`.
    """
    return details(f"{summary} ({rows} rows)", content) if rows > LONG else content


def badge(word: str, kind: str) -> Fragment:
    """Marks something with a word in a box; `kind` is "warn", "bad", "good" or "plain"."""
    return tag("strong", word, class_=f"badge {kind}")


def percent(value: float, digits: int = 1) -> str:
    """Writes a fraction as a percentage, or n/a where there is none."""
    return "n/a" if value is None or math.isnan(value) else f"{100 * value:.{digits}f} %"


def with_interval(interval) -> Fragment:
    """Writes a number with its 95 % interval below it; n/a for what there is not."""
    if math.isnan(interval.value):
        return escape("n/a")
    known = not math.isnan(interval.low)
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f}" if known else "no interval"
    return join([percent(interval.value), tag("span", ends, class_="ci")], " ")


def count(value) -> str:
    """Writes a whole number with thousands separators, or n/a."""
    return "n/a" if value is None else f"{int(value):,}"


def seconds(value) -> str:
    """Writes a duration that people can read, or n/a."""
    if value is None:
        return "n/a"
    if value < 100:
        return f"{value:.1f} s"
    return f"{value / 60:.1f} min" if value < 6000 else f"{value / 3600:.1f} h"


def _number(column: int, numeric) -> str | None:
    return "n" if column in numeric else None


def _plain(value) -> str:
    """Returns a value's text without tags, for an attribute."""
    if not isinstance(value, Fragment):
        return str(value)
    text, inside = [], False
    for character in value:
        inside = character == "<" or (inside and character != ">")
        if not inside and character != ">":
            text.append(character)
    return html.unescape("".join(text))
