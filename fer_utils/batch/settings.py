"""`--set KEY=VALUE`: values of the command line, read in the light of what they replace."""

from collections.abc import Iterable

import yaml

from fer_utils.errors import ParameterError


def read_settings(texts: Iterable[str], example: str = "epochs=5") -> dict[str, str]:
    """Takes settings apart.

    Args:
        texts: iterable of str, such as "epochs=5".
        example: str. One that is possible, for the message.

    Returns:
        dict of key to the text after "=". Of a key that stands there twice, the last value counts.

    Raises:
        ParameterError: not KEY=VALUE.
    """
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"--set {text}: expected KEY=VALUE, such as {example}.")
        pairs[key] = value
    return pairs


def read_value(text: str, default):
    """Reads a value of the command line in the light of the default's type: "0,1" is a list where a list belongs.

    Args:
        text: str. As it was typed.
        default: what the value replaces.

    Returns:
        The value; the text itself where it is not of the default's type, so that whoever checks can name it.
    """
    if isinstance(default, str):
        return text
    if isinstance(default, float):
        try:
            return float(text)  # YAML takes 1e-3 for a word
        except ValueError:
            return text
    if isinstance(default, list) and not text.lstrip().startswith("["):
        item = default[0] if default else None
        return [read_value(part.strip(), item) for part in text.split(",") if part.strip()]
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text
