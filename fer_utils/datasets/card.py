"""What a data card tells: how many pictures, of whom, how long, how large; each as a small table."""

import numpy as np
import pandas as pd

from fer_utils.datasets.check import VERDICTS, Check
from fer_utils.datasets.emotions import EMOTIONS
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.datasets.picture_file import picture_kind
from fer_utils.datasets.video_store import VideoFrames


def count_table(table: FaceTable) -> pd.DataFrame:
    """Sets what a copy holds beside what its owners published.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame indexed by what is counted, with `found`, `published` and `verdict`; empty where nobody published
        counts.
    """
    rows = [(count.what, count.found, count.published, count.verdict) for count in table.counts]
    return pd.DataFrame(rows, columns=["", "found", "published", "verdict"]).set_index("")


def copy_verdict(table: FaceTable) -> str:
    """Says in a line whether a copy is complete, as far as loading sees; `check_dataset` also decodes every file.

    Args:
        table: `FaceTable`.

    Returns:
        str. One of `VERDICTS`, with what it means.
    """
    seen = Check(table.name, "", len(table), table.fingerprint, table.counts, table.problems, table.notes)
    return f"{seen.verdict}: {VERDICTS[seen.verdict]}"


def class_balance(table: FaceTable) -> pd.DataFrame:
    """Counts the rows of each emotion.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame indexed by emotion in our order, those that occur; a column for each part of the owners' split where
        there is one, `all`, `share` of all rows (0-1) and `sequences`.
    """
    rows = table.rows[["label", "split", "sequence"]].astype(object)
    counts = pd.DataFrame(index=[emotion for emotion in EMOTIONS if emotion in set(rows["label"])])
    if rows["split"].notna().any():
        parts = rows["split"].fillna("no part")
        counts = pd.crosstab(rows["label"], parts).reindex(index=counts.index, columns=parts.unique(), fill_value=0)
    everything = rows["label"].value_counts().reindex(counts.index)
    sequences = rows.groupby("label")["sequence"].nunique().reindex(counts.index)
    return counts.assign(all=everything, share=everything / len(rows), sequences=sequences).rename_axis(None, axis=1)


def subject_counts(table: FaceTable) -> pd.DataFrame:
    """Counts what there is of each person.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame indexed by subject, sorted, with `images`, `sequences` and `emotions` (how many different ones);
        empty where nobody knows who is shown.
    """
    known = table.rows[table.rows["subject"].notna()].astype({"subject": str})
    found = known.groupby("subject")
    columns = {"images": found.size(), "sequences": found["sequence"].nunique(), "emotions": found["label"].nunique()}
    return pd.DataFrame(columns, dtype=int)


def subject_words(table: FaceTable) -> str:
    """Sums up who is shown.

    Args:
        table: `FaceTable`.

    Returns:
        str. How many people and how many images each has; how many images have none.
    """
    people, unknown = subject_counts(table), int(table.rows["subject"].isna().sum())
    if people.empty:
        return f"Nobody knows who is shown: none of the {unknown:,} images has a subject."
    images = people["images"]
    words = f"{len(people):,} people with {_range(images, ',')} images each (median {images.median():,.0f})"
    return f"{words}; {unknown:,} images of nobody knows whom." if unknown else f"{words}."


def durations(table: FaceTable) -> pd.DataFrame:
    """Measures each sequence.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame indexed by sequence, with `label` (of its last row: sequences that begin neutral end at the apex),
        `rows` in the table, `frames` (of the whole film where that is known, else the rows) and `seconds`, NaN where
        the frames a second are not known.
    """
    rows = table.rows.sort_values(["sequence", "frame"], kind="stable")
    found = rows.groupby("sequence", sort=True)
    measured = pd.DataFrame({"label": found["label"].last(), "rows": found.size()})
    measured["frames"] = found["frames"].first() if "frames" in rows else measured["rows"]
    measured["seconds"] = np.nan
    if "seconds" in rows:
        timed = rows[rows["seconds"] > 0]
        rate = (timed["frame"] / timed["seconds"]).groupby(timed["sequence"]).median()
        measured["seconds"] = measured["frames"] / rate.reindex(measured.index)
    return measured


def duration_words(measured: pd.DataFrame) -> str:
    """Sums up how many sequences there are and how long they are.

    Args:
        measured: DataFrame of `durations`.

    Returns:
        str. Sequences beside rows, their frames, and their seconds where those are known.
    """
    words = f"{len(measured):,} sequences for {measured['rows'].sum():,} rows"
    if (measured["frames"] == 1).all():
        return f"{words}: single pictures, there is no time in them."
    words += f", {_range(measured['frames'], ',')} frames each"
    seconds = measured["seconds"].dropna()
    if seconds.empty:
        return f"{words}. Frames a second are not known, and so no seconds."
    some = "" if len(seconds) == len(measured) else f" ({len(measured) - len(seconds):,} of them unknown)"
    return f"{words}, {_range(seconds, '.3g')} seconds{some}."


def picture_sizes(table: FaceTable) -> pd.DataFrame:
    """Counts sizes and kinds of pictures as they are stored, whatever the loader makes of them.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame with `height`, `width` (pixels), `kind` ("gray", "palette", "color" or "film") and `rows`, the most
        frequent first.
    """
    kinds = _kinds(table.images, table.rows["image"].to_numpy())
    frame = pd.DataFrame(kinds, columns=["height", "width", "kind"])
    return frame.value_counts().rename("rows").reset_index()


def _range(values: pd.Series, form: str) -> str:
    """The least and the greatest value, or the one that all have."""
    least, most = format(values.min(), form), format(values.max(), form)
    return least if least == most else f"{least} to {most}"


def _kinds(images, rows: np.ndarray) -> list[tuple[int, int, str]]:
    """Height, width and kind of each row, from headers alone."""
    if isinstance(images, JoinedImages):
        stores = [(store, rows[images.store[rows] == number]) for number, store in enumerate(images.stores)]
        return [kind for store, mine in stores for kind in _kinds(store, images.row[mine])]
    if isinstance(images, VideoFrames):
        return [(clip.height, clip.width, "film") for clip in (images.clips[i] for i in images.clip[rows])]
    if isinstance(images, FileImages):
        return [picture_kind(images.paths[row]) for row in rows]
    return [(*images.shape[1:3], "color" if images.ndim == 4 and images.shape[3] == 3 else "gray")] * len(rows)
