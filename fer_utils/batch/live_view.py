"""The live picture of a campaign: counts, what runs, what comes next, what waits."""

import math

from rich.console import Group
from rich.table import Table
from rich.text import Text

from fer_utils.batch.printable import printable
from fer_utils.batch.progress import clock
from fer_utils.batch.scene import Row, Scene

LOW = 10  # lines below which only the most important is shown
BAR = 60  # columns of the bar, at most
FOOT = 3  # lines that are kept for what comes next, where many runs are in progress
LABEL = 20  # columns that a label gets at least, before other columns are left out
GAP = "   "
TITLES = ("time", "left", "epoch", "validation", "training")  # of the columns beside the label
DISPENSABLE = ("training", "validation", "left", "time", "epoch")  # the first to go where the terminal is narrow


def picture(scene: Scene, width: int, height: int) -> Group:
    """Draws a scene.

    Args:
        scene: `Scene`.
        width: int. Columns that there are.
        height: int. Lines that there are. Where they are not enough even for one run, the picture has more.

    Returns:
        `rich.console.Group`.
    """
    tall = height >= LOW
    head = _counts(scene, width, tall)
    if tall and scene.total:
        head.append(_bar(scene, min(width, BAR)))
    foot = _foot(scene)
    room = height - len(head)
    body: list = []
    if scene.rows:
        most = max(1, room - tall - tall * min(len(foot), FOOT, height // 5))
        few = len(scene.rows) > most > 1
        rows = scene.rows[: most - few]
        body = [_table(rows, width, tall, scene.over)]
        if few:
            body.append(Text(f"and {len(scene.rows) - len(rows)} more", "dim"))
        room -= tall + len(rows) + few
    if len(foot) > room > 1:
        foot[room - 1 :] = [Text(f"and {len(foot) - room + 1} more", "dim")]
    return Group(*head, *body, *foot[: max(0, room)])


def _counts(scene: Scene, width: int, tall: bool) -> list[Text]:
    """Counts and times, in as many lines as they need."""
    if scene.seconds is None:
        return [Text(f"{len(scene.rows)} running", "bold")]
    waiting = len(scene.queue) + len(scene.waits)
    parts = [Text(f"{scene.done} of {scene.total} done", "bold")]
    if scene.failed:
        parts.append(Text(f"{scene.failed} failed", "bold red"))
    if scene.over and waiting + len(scene.rows):
        parts += [Text(f"{len(scene.rows)} stopped", "yellow"), Text(f"{waiting} not begun", "yellow")]
    elif tall and not scene.over:
        parts += [Text(f"{len(scene.rows)} running"), Text(f"{waiting} waiting")]
    if tall and scene.cached:
        parts.append(Text(f"{scene.cached} there already", "dim"))
    if tall or scene.over:
        parts.append(Text(clock(scene.seconds)))
    if not scene.over:
        parts.append(Text("time left unknown" if scene.left is None else f"about {clock(scene.left)} left", "cyan"))
    lines = parts[:1]
    for part in parts[1:]:
        if lines[-1].cell_len + len(GAP) + part.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], GAP, part)
        else:
            lines.append(part)
    return lines


def _bar(scene: Scene, width: int) -> Text:
    done, ended = (round(width * runs / scene.total) for runs in (scene.done, scene.done + scene.failed))
    return Text.assemble(("━" * done, "green"), ("━" * (ended - done), "red"), ("─" * (width - ended), "dim"))


def _table(rows: tuple[Row, ...], width: int, titles: bool, over: bool) -> Table:
    """The runs, a line each."""
    labels, table_cells = [Text(printable(row.label)) for row in rows], [_cells(row) for row in rows]
    names = [name for name in TITLES if any(cells[name] for cells in table_cells) and not (over and name == "left")]
    widths = {name: max(len(name) * titles, *(cells[name].cell_len for cells in table_cells)) for name in names}
    wanted = min(LABEL, max(label.cell_len for label in labels))
    for name in DISPENSABLE:
        if wanted + sum(len(GAP) + column for column in widths.values()) <= width:
            break
        widths.pop(name, None)
    room = width - sum(len(GAP) + column for column in widths.values())
    table = Table(box=None, show_header=titles, header_style="dim", pad_edge=False, padding=(0, len(GAP), 0, 0))
    table.add_column("stopped" if over else "running", no_wrap=True, style="bold")
    for name in widths:
        table.add_column(name, justify="right" if name in ("time", "left") else "left", no_wrap=True)
    for label, cells in zip(labels, table_cells, strict=True):
        label.truncate(max(1, room), overflow="ellipsis")
        table.add_row(label, *(cells[name] for name in widths))
    return table


def _cells(row: Row) -> dict[str, Text]:
    """What the table says of a run beside its label."""
    cells = dict.fromkeys(TITLES, Text())
    cells |= {"time": Text(clock(row.seconds)), "left": Text("?" if row.left is None else clock(row.left))}
    if curve := row.curve:
        cells["epoch"] = Text(str(curve.epoch) + ("" if curve.epochs is None else f" of {curve.epochs}"))
        if row.left is None and curve.seconds_left is not None:
            cells["left"] = Text(f"> {clock(curve.seconds_left)}")  # this training; who knows what follows
        if not math.isnan(curve.value):
            cells["validation"] = Text(f"{printable(curve.metric.removeprefix('val_'))} {curve.value:.3f}", "green")
        cells["training"] = Text(printable(curve.training), "dim")
    return cells


def _foot(scene: Scene) -> list[Text]:
    """What comes next, and what waits for what."""
    if scene.over:
        lines = [("not begun", [*scene.queue, *(label for label, _ in scene.waits)])]
    else:
        lines = [("next   ", scene.queue), *(("waiting", [f"{label} for {needed}"]) for label, needed in scene.waits)]
    return [
        Text.assemble((word + GAP, "dim"), ", ".join(map(printable, names)), no_wrap=True, overflow="ellipsis")
        for word, names in lines
        if names
    ]
