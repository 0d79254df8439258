from pathlib import Path

import pytest

from fer_utils.datasets import synthetic
from fer_utils.datasets.synthetic.source_digest import NOT_DRAWING, normalized, source_digest

SOURCE = '"""Draws."""\n\n\ndef draw(size):\n    """Draws more."""\n    # why\n    return size + 1\n'


@pytest.fixture
def digest(tmp_path):
    (tmp_path / "drawing.py").write_text(SOURCE)

    def of(name="drawing.py", source=SOURCE):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        source_digest.cache_clear()
        return source_digest(tmp_path)

    return of


def test_a_checkout_with_other_line_endings_comments_or_layout_draws_the_same(digest):
    before = digest()
    assert digest(source=SOURCE.replace("\n", "\r\n")) == before
    assert digest(source=SOURCE.replace("# why", "# because").replace("more", "less").replace("\n\n\n", "\n")) == before


def test_another_program_or_another_module_draws_otherwise(digest):
    before = digest()
    assert digest(source=SOURCE.replace("+ 1", "+ 2")) != before
    assert digest("hair.py") != before


def test_what_does_not_draw_does_not_count(digest):
    before = digest()
    assert digest("twins/ckplus.py") == before
    assert {digest(name) for name in NOT_DRAWING} == {before}


def test_the_modules_that_do_not_draw_are_there():
    assert not NOT_DRAWING - {path.name for path in Path(synthetic.__file__).parent.glob("*.py")}


def test_an_empty_function_keeps_its_body():
    assert compile(normalized('def nothing():\n    """Does nothing."""\n'), "", "exec")
