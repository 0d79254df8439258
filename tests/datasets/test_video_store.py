import hashlib
import pickle

import av
import cv2
import numpy as np
import pytest

from fer_utils.datasets import clip_reader, video_headers
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.video_headers import Clip, read_header, read_headers
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import DatasetLayoutError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that the store opened, in order."""
    names = []

    def counted(path):
        names.append(path.rpartition("/")[2])
        return video_headers.open_video(path)

    monkeypatch.setattr(clip_reader, "open_video", counted)
    return names


def whole(*paths, **options):
    """A store of every frame of some films."""
    clips = [read_header(path) for path in paths]
    rows = [(number, frame) for number, clip in enumerate(clips) for frame in range(clip.frames)]
    return VideoFrames(clips, *np.transpose(rows), **options)


def bar(picture):
    """Number of the frame that a picture shows."""
    gray = picture if picture.ndim == 2 else picture[..., 0]
    return int(gray.mean(axis=1).reshape(-1, 2).mean(axis=1).argmax())


@pytest.mark.parametrize("name", ["a.avi", "a.mp4", "a.mkv", "a.MP4", "ä film, 50 % of it.avi"])
@pytest.mark.parametrize("codec", ["mpeg4", "mpeg2video"])  # the second with frames that are stored out of order
def test_every_row_is_the_frame_that_it_names(film, tmp_path, name, codec):
    path = film(tmp_path / name.replace("MP4", "mp4"), 20, codec=codec).rename(tmp_path / name)
    images = whole(path)
    assert images.shape == (20, 48, 64) and len(images) == 20 and images.dtype == np.uint8
    assert [bar(images[row]) for row in range(20)] == list(range(20))
    order = [7, 3, 19, 3, 0]
    assert [bar(picture) for picture in images[np.array(order)]] == order
    assert images[-1].shape == (48, 64) and bar(images[-1]) == 19
    assert images[5:5].shape == (0, 48, 64)
    with pytest.raises(IndexError):
        images[20]


def test_pixels_are_those_that_opencv_reads(film, tmp_path):
    path = film(tmp_path / "a.avi", 5)
    capture = cv2.VideoCapture(str(path))
    expected = [cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB) for _ in range(5)]
    capture.release()
    colored = whole(path, color=True)
    assert colored.shape == (5, 48, 64, 3)
    assert np.abs(colored[:].astype(int) - expected).max() <= 3
    gray = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in expected]
    assert np.abs(whole(path)[:].astype(int) - gray).max() <= 3


def test_frames_that_are_asked_for_in_order_are_decoded_once(film, tmp_path, opened):
    images = whole(*(film(tmp_path / f"{name}.avi", 9, seed=i) for i, name in enumerate("abc")))
    for row in range(len(images)):
        images[row], images[row]
    assert opened == ["a.avi", "b.avi", "c.avi"]
    opened.clear()
    shuffled = np.random.default_rng(0).permutation(27)
    assert [bar(picture) for picture in images[shuffled]] == [row % 9 for row in shuffled]
    assert sorted(opened) == ["a.avi", "b.avi", "c.avi"]


def test_a_table_of_frames_can_be_sent_to_another_process(film, tmp_path):
    images = whole(film(tmp_path / "a.avi", 8))
    images[4]
    assert np.array_equal(pickle.loads(pickle.dumps(images))[6], images[6])


def test_frames_of_several_sizes_need_one_that_is_stated(film, tmp_path):
    small, large = film(tmp_path / "small.avi"), film(tmp_path / "large.avi", height=96, width=128)
    unequal = whole(small, large)
    assert unequal[3].shape == (48, 64) and unequal[9].shape == (96, 128) and unequal[6:].shape == (6, 96, 128)
    for call in (lambda: unequal.shape, lambda: unequal[:]):
        with pytest.raises(DatasetLayoutError, match=r"2 sizes.*small.avi.*large.avi.*size=96"):
            call()
    images = whole(small, large, size=(32, 40))
    assert images[:].shape == (12, 32, 40)
    assert (
        np.abs(images[0].astype(int) - cv2.resize(whole(small)[0], (40, 32), interpolation=cv2.INTER_AREA)).max() == 0
    )


def test_a_film_that_is_cut_off_is_named(film, tmp_path):
    for name in ("a.avi", "a.mkv"):
        path = film(tmp_path / name, 24, height=240, width=320)
        clip = read_header(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        images = VideoFrames([clip], np.zeros(24), np.arange(24))
        assert bar(images[2]) == 2
        for _ in range(2):  # the message stays the same
            with pytest.raises(DatasetLayoutError, match=f"{name}: .*(truncated|damaged)"):
                images[23]
        assert bar(images[2]) == 2
    path = film(tmp_path / "a.mp4", 20)  # here the table of frames is at the end
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(DatasetLayoutError, match=r"a.mp4: cannot be opened as a video"):
        read_header(path)


def test_a_header_that_promises_too_much_is_found_out(film, tmp_path):
    path = film(tmp_path / "a.avi", 6)
    content = path.read_bytes()
    place = content.index(b"vids") - 8 + 40  # dwLength of the stream header
    assert int.from_bytes(content[place : place + 4], "little") == 6
    path.write_bytes(content[:place] + (9).to_bytes(4, "little") + content[place + 4 :])
    images = whole(path)
    assert len(images) == 9 and bar(images[5]) == 5
    with pytest.raises(DatasetLayoutError, match=r"a.avi: only 6 frames could be decoded, but the header promises 9"):
        images[6]


def test_damage_inside_a_film_is_named_with_its_frame(film, tmp_path):
    path = film(tmp_path / "a.mp4", 20)
    content = bytearray(path.read_bytes())
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    content[middle : middle + 600] = bytes(600)
    path.write_bytes(content)
    with pytest.raises(DatasetLayoutError, match=r"a.mp4: frame \d+ (is damaged|cannot be decoded)"):
        whole(path)[:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a film",
        b"\0" * 10_000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n",
        b"RIFF\0\0\0\0AVI ",
    ],
)
def test_what_is_no_film_is_named(tmp_path, content):
    path = tmp_path / "a.avi"
    path.write_bytes(content)
    with pytest.raises(DatasetLayoutError, match=r"a.avi: "):
        read_header(path)


def test_a_picture_under_the_name_of_a_film_is_no_film(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((48, 48), np.uint8))
    path = (tmp_path / "a.png").rename(tmp_path / "a.avi")
    with pytest.raises(DatasetLayoutError, match=r"a.avi: cannot be opened"):
        read_header(path)


def test_sound_without_pictures_is_no_film(tmp_path):
    with av.open(str(tmp_path / "a.avi"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(DatasetLayoutError, match=r"a.avi: no pictures"):
        read_header(tmp_path / "a.avi")


def test_enormous_frames_are_refused_before_they_are_decoded(film, tmp_path, monkeypatch):
    path = film(tmp_path / "a.avi")
    honest, lying = read_header(path), Clip(str(path), 6, 8, 8, 25.0)
    assert (honest.height, honest.width) == (48, 64)
    monkeypatch.setattr(video_headers, "MOST_PIXELS", 48 * 64 - 1)
    monkeypatch.setattr(clip_reader, "MOST_PIXELS", 48 * 64 - 1)
    with pytest.raises(DatasetLayoutError, match=r"a.avi: frames of 64 x 48 pixels.*not decoded"):
        read_header(path)
    with pytest.raises(DatasetLayoutError, match=r"a.avi: (frame 0 cannot be decoded|only 0 frames)"):
        VideoFrames([lying], [0], [0])[0]


def test_headers_of_unchanged_files_are_remembered(film, tmp_path, monkeypatch):
    paths = [film(tmp_path / "films" / f"{name}.avi", 5) for name in "abc"]
    first = read_headers(paths, Problems(), tmp_path)
    assert [first[path].frames for path in paths] == [5, 5, 5]
    film(paths[1], 7)
    read = []
    monkeypatch.setattr(video_headers, "read_header", lambda path: read.append(path) or read_header(path))
    second = read_headers(paths, Problems(), tmp_path)
    assert read == [paths[1]] and [second[path].frames for path in paths] == [5, 7, 5]


def test_files_that_cannot_be_opened_are_all_named(film, tmp_path):
    good, bad = film(tmp_path / "good.avi"), [tmp_path / "empty.avi", tmp_path / "text.avi"]
    bad[0].touch()
    bad[1].write_text("not a film")
    for _ in range(2):  # also when it is remembered
        problems = Problems()
        assert list(read_headers([bad[0], good, bad[1]], problems, tmp_path)) == [good]
        assert [problem.file for problem in problems.found] == ["empty.avi", "text.avi"] and problems.serious


def test_hashes_of_frames_are_those_of_their_pixels_and_remembered(film, tmp_path, opened):
    paths = [film(tmp_path / f"{name}.avi", 6, seed=seed) for name, seed in (("a", 0), ("b", 1), ("c", 0))]
    images = whole(*paths)
    digests = images.image_digests(np.arange(18))
    assert opened == ["a.avi", "b.avi", "c.avi"]
    assert list(digests) == [hashlib.blake2b(picture.tobytes(), digest_size=16).hexdigest() for picture in images[:]]
    assert list(digests[:6]) == list(digests[12:]) and len(set(digests)) == 12
    opened.clear()
    assert list(whole(*paths).image_digests([7, 3])) == [digests[7], digests[3]] and opened == []
    around = [tmp_path / "films" / ".." / path.name for path in paths]  # the same files by another way
    assert list(whole(*around).image_digests([7, 3])) == [digests[7], digests[3]]
    assert whole(*paths, size=24).image_digests([0])[0] != digests[0]


def test_the_fingerprint_follows_the_content_not_the_place(film, tmp_path):
    path = film(tmp_path / "a.avi", 9)
    images = whole(path)
    digest = images.content_digest(np.arange(9))
    assert whole(film(tmp_path / "elsewhere" / "b.avi", 9)).content_digest(np.arange(9)) == digest
    assert images.content_digest(np.arange(8)) != digest
    for other in (whole(path, size=24), whole(path, color=True), whole(film(tmp_path / "c.avi", 9, seed=1))):
        assert other.content_digest(np.arange(9)) != digest
