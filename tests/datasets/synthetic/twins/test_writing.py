import ast
import errno
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import fer_utils.datasets.synthetic.twins as twins
from fer_utils.cli import main
from fer_utils.datasets.synthetic.twins import TWINS, Twin, make_twin, write_twin
from fer_utils.errors import ParameterError

MARK = "SYNTHETIC, drawn by ferbench: a twin of "


class Toy(Twin):
    """A twin that takes no time."""

    name, original, sizes, alike, unlike = "toy", "TOY", {"tiny": 1}, ("A file.",), ("No faces.",)

    def items(self):
        return list(range(5))

    def draw(self, item, folder):
        (folder / f"{item}.txt").write_text(f"{item} of {self.seed}")
        return [{"file": f"{item}.txt"}]

    def counts(self):
        return {"files": 5}


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def jaffe(tmp_path_factory):
    return write_twin(make_twin("jaffe", "tiny"), tmp_path_factory.mktemp("alone") / "jaffe")


def test_several_processes_write_the_same_bytes_as_one(jaffe, tmp_path):
    assert content(write_twin(make_twin("jaffe", "tiny"), tmp_path / "out", jobs=2)) == content(jaffe)


@pytest.mark.parametrize("name", TWINS)
def test_an_item_depends_on_its_seed_and_not_on_what_was_drawn_before(name, tmp_path):
    twin = make_twin(name, "tiny")
    items = twin.items()[-2:]
    first, second = tmp_path / "first", tmp_path / "second"
    forth = [twin.draw(item, first) for item in items]
    back = [twin.draw(item, second) for item in reversed(items)]
    assert forth == back[::-1] and content(first) == content(second)
    other = make_twin(name, "tiny", 1)
    assert [row["x_30"] for row in other.draw(other.items()[-1], tmp_path)] != [row["x_30"] for row in forth[-1]]


def test_the_readme_says_first_that_the_twin_is_synthetic(jaffe):
    text = (jaffe / "README.txt").read_text()
    assert text.startswith(MARK + "JAFFE. No picture shows a person.\n")
    assert "--preset tiny --seed 0" in text and "pictures: 44" in text


def test_the_ground_truth_carries_neither_time_nor_name(jaffe):
    packed = (jaffe / "ground_truth.csv.gz").read_bytes()
    assert packed[4:8] == bytes(4) and packed[3] == 0  # modification time and flags of the gzip header
    header = gzip.decompress(packed).splitlines()[0].decode().split(",")
    assert header[:3] == ["file", "subject", "take"] and header[-1] == "y_67" and "au_12_left" in header


def test_writers_share_nothing_with_the_loaders():
    own = tuple(f"fer_utils.{name}" for name in ("datasets.synthetic", "errors", "paths", "processes", "__version__"))
    for path in Path(twins.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                assert not name.startswith("fer_utils") or name.startswith(own), f"{path.name} imports {name}"


def test_progress_is_told_item_by_item(tmp_path):
    told = []
    write_twin(Toy("tiny"), tmp_path / "out", progress=lambda *numbers: told.append(numbers))
    assert told == [(done, 5) for done in range(6)]


def test_an_older_twin_is_replaced_only_with_force_and_only_as_a_whole(tmp_path):
    out = tmp_path / "out"
    old = content(write_twin(Toy("tiny", 1), out))
    with pytest.raises(ParameterError, match=r"holds a synthetic twin already.*--force"):
        write_twin(Toy("tiny"), out)

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_twin(Toy("tiny"), out, force=True, progress=stop)
    assert content(out) == old and list(tmp_path.iterdir()) == [out]
    write_twin(Toy("tiny"), out, force=True)
    assert (out / "4.txt").read_text() == "4 of 0" and list(tmp_path.iterdir()) == [out]


def test_a_twin_with_something_else_in_it_is_left_alone(tmp_path):
    out = write_twin(Toy("tiny"), tmp_path / "out")
    (out / "mine").mkdir()
    (out / "mine" / "model.keras").write_text("weeks of work")
    with pytest.raises(ParameterError, match="something of yours may be in it"):
        write_twin(Toy("tiny", 1), out, force=True)
    assert (out / "mine" / "model.keras").read_text() == "weeks of work" and (out / "4.txt").read_text() == "4 of 0"


def test_real_data_is_never_replaced(tmp_path):
    out = tmp_path / "JAFFE"
    out.mkdir()
    (out / "KA.AN1.39.tiff").write_bytes(b"real")
    (out / "README.txt").write_text("The Japanese Female Facial Expression database\n")
    for force in (False, True):
        with pytest.raises(ParameterError, match="may be real data, so it is not replaced"):
            write_twin(Toy("tiny"), out, force=force)
    assert (out / "KA.AN1.39.tiff").read_bytes() == b"real" and list(tmp_path.iterdir()) == [out]


def test_data_that_arrives_while_a_twin_is_drawn_is_left_alone(tmp_path):
    out = tmp_path / "out"

    def arrive(done, total):
        out.mkdir(exist_ok=True)
        (out / "real.csv").write_text("real")

    with pytest.raises(ParameterError, match="may be real data"):
        write_twin(Toy("tiny"), out, force=True, progress=arrive)
    assert [path.name for path in out.iterdir()] == ["real.csv"] and list(tmp_path.iterdir()) == [out]


def test_an_empty_folder_and_a_link_are_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty", target_is_directory=True)
    write_twin(Toy("tiny"), tmp_path / "link")
    assert (tmp_path / "empty" / "4.txt").exists() and (tmp_path / "link").is_symlink()


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, monkeypatch):
    written = []

    def write(path, data):
        if len(written) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        written.append(path)
        with path.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write)
    out = tmp_path / "new" / "out"
    answer = CliRunner().invoke(main, ["data", "synth", "jaffe", str(out), "--preset", "tiny"])
    assert answer.exit_code == 2 and len(written) == 5
    assert f"{out}: No space left on device" in answer.stderr and "Nothing was left behind" in answer.stderr
    assert "needs about 3 MB" in answer.stderr and "Traceback" not in answer.output
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="limits of Unix")
def test_a_disk_that_is_full_for_other_processes_leaves_nothing_behind(tmp_path):
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9999, 9999)); "
    code += "from fer_utils.cli import main; main()"
    command = ["data", "synth", "jaffe", "out", "--preset", "tiny", "--jobs", "2"]
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "out: File too large" in done.stderr and "Nothing was left behind" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_writes_a_twin_and_says_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, ["data", "synth", "jaffe", "out", "--preset", "tiny", "--seed", "3"])
    assert answer.exit_code == 0 and "out: 46 files" in answer.stdout and "out/README.txt" in answer.stdout
    assert "--seed 3" in (tmp_path / "out" / "README.txt").read_text()
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
