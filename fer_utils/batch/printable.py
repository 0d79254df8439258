"""Text of others on the user's terminal: no control characters, which could move the cursor, recolour or hide."""

from fer_utils.batch.failure import without_colors


def printable(text: str) -> str:
    """Makes one harmless line of a text.

    Args:
        text: str. Such as a run's name, or the message of an error.

    Returns:
        str. Without terminal colours; runs of white space are one space, and any other character that cannot be
        printed, such as an escape or a mark that turns the direction of writing, is a replacement character.
    """
    text = " ".join(without_colors(text).split())
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
