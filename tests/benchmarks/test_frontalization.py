"""How much nearer frontalization brings a turned face to its own frontal view than alignment alone, and how fast."""

import time
from dataclasses import fields, replace

import cv2
import numpy as np
import pytest

import fer_utils.faces.frontalize as frontalization
from fer_utils.datasets.synthetic import Imaging, draw_face, draw_person, landmarks_of
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.faces import head_pose
from fer_utils.faces.align import align_eyes
from fer_utils.faces.detector_audit import landmark_error, overlap
from fer_utils.faces.frontalize import frontalize
from fer_utils.faces.predictor_files import PredictorError, load_predictor
from fer_utils.faces.reference_head import ReferenceHead, reference_head

pytestmark = pytest.mark.slow
SIZE = 480, 640


def turned_people(count, seed=0):
    """Yields identity, action units and imaging of people who turn by 15 to 30 degrees, with every emotion."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        person = draw_person(seed, number)
        units = sample_action_units(list(PROTOTYPES)[number % len(PROTOTYPES)], person.style, rng)
        yaw = float(rng.uniform(15, 30) * rng.choice([-1, 1]))
        pose = {"yaw": yaw, "pitch": float(rng.uniform(-8, 8)), "roll": float(rng.uniform(-8, 8))}
        yield person.identity, units, Imaging(**pose, seed=number)


def distance(landmarks, truth):
    """Mean distance after the best similarity, as a share of the distance between the outer corners of the eyes."""
    one, other = (points - points.mean(axis=0) for points in (landmarks, truth))
    one, other = one @ [1, 1j], other @ [1, 1j]
    best = other.conj() @ one / (one.conj() @ one)
    nearest = (best.conjugate() * one)[:, None].view(float).reshape(-1, 2) + truth.mean(axis=0)
    return landmark_error(nearest, truth)


def test_frontalization_halves_the_distance_to_the_frontal_view(capsys):
    errors = {"aligned": [], "frontalized": [], "soft symmetry": []}
    yaws = []
    for identity, units, imaging in turned_people(480):
        picture, landmarks = np.zeros(SIZE, np.uint8), landmarks_of(identity, units, SIZE, imaging)
        truth = landmarks_of(identity, units, SIZE, replace(imaging, yaw=0.0, pitch=0.0, roll=0.0))
        frontal = frontalize(picture, landmarks)
        soft = frontalize(picture, landmarks, symmetry="soft")
        found = align_eyes(picture, landmarks)[1], frontal.landmarks, soft.landmarks
        for name, points in zip(errors, found, strict=True):
            errors[name].append(distance(points, truth))
        yaws.append(frontal.pose.yaw - imaging.yaw)
    means = {name: np.mean(values) for name, values in errors.items()}
    with capsys.disabled():
        print("\nTrue landmarks, 480 faces, yaw 15 to 30 degrees:")
        for name, value in means.items():
            print(
                f"  {name}: {100 * value:.2f} % of the eye corners' distance, {1 - value / means['aligned']:.0%} less"
            )
        print(f"  yaw is found within {np.abs(yaws).mean():.1f} degrees on average")
    assert means["frontalized"] <= 0.5 * means["aligned"]
    assert means["soft symmetry"] <= 0.5 * means["aligned"]


class OfAnotherDepth(ReferenceHead):
    """The reference, as much flatter or deeper as a real head may differ from the heads that are drawn."""

    def marked(self, rotation):
        marked = super().marked(rotation)
        marked[:17, 2] *= self.factor  # the edge of the head is computed anew; the other landmarks are scaled already
        return marked

    @classmethod
    def made(cls, reference, factor):
        parts = {field.name: getattr(reference, field.name) for field in fields(reference)}
        parts["landmarks"] = reference.landmarks * (1, 1, factor)
        parts["surface"] = reference.surface * np.array([[1], [1], [factor], [1]], np.float32)
        head = cls(**parts)
        object.__setattr__(head, "factor", factor)
        return head


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_it_does_so_on_a_reference_whose_depth_is_wrong_by_30_percent(factor, monkeypatch, capsys):
    """Drawn faces and the reference come from one model of the head. Real faces do not; this is how much it matters."""
    other = OfAnotherDepth.made(reference_head(320), factor)
    for module in (head_pose, frontalization):
        monkeypatch.setattr(module, "reference_head", lambda size=320: other)
    errors = []
    for identity, units, imaging in turned_people(240):
        picture, landmarks = np.zeros(SIZE, np.uint8), landmarks_of(identity, units, SIZE, imaging)
        truth = landmarks_of(identity, units, SIZE, replace(imaging, yaw=0.0, pitch=0.0, roll=0.0))
        found = align_eyes(picture, landmarks)[1], frontalize(picture, landmarks).landmarks
        errors.append([distance(points, truth) for points in found])
    aligned, frontalized = np.mean(errors, axis=0)
    with capsys.disabled():
        print(f"\nReference {factor:g} times as deep: frontalized {1 - frontalized / aligned:.0%} less than aligned")
    assert frontalized <= 0.5 * aligned


def test_with_the_landmarks_of_dlib(capsys):
    """Its own errors remain: the distance of its landmarks on the frontal view itself stands beside."""
    import dlib

    try:
        predictor = load_predictor()
    except PredictorError as error:
        pytest.skip(f"dlib's predictor of 68 landmarks is not here: {error}")
    detector = dlib.get_frontal_face_detector()

    def predicted(picture, truth):
        boxes = [box for box in detector(picture) if overlap(box, truth) >= 0.3]
        if boxes:
            return np.array([(point.x, point.y) for point in predictor(picture, boxes[0]).parts()], dtype=float)
        return None

    rows = []
    for identity, units, imaging in turned_people(240):
        facing = replace(imaging, yaw=0.0, pitch=0.0, roll=0.0)
        pictures = [draw_face(identity, units, SIZE, how) for how in (imaging, facing)]
        truths = [landmarks_of(identity, units, SIZE, how) for how in (imaging, facing)]
        seen, frontal = (predicted(*pair) for pair in zip(pictures, truths, strict=True))
        if seen is not None and frontal is not None:
            moved = align_eyes(pictures[0], seen)[1], frontalize(pictures[0], seen).landmarks
            rows.append([*(distance(points, truths[1]) for points in moved), distance(frontal, truths[1])])
            rows[-1] += [distance(points, frontal) for points in moved]
    aligned, frontalized, floor, *among = np.mean(rows, axis=0)
    with capsys.disabled():
        print(f"\nLandmarks of dlib, {len(rows)} of 240 faces found in both views:")
        print(f"  to the true frontal ones: aligned {100 * aligned:.2f} %, frontalized {100 * frontalized:.2f} %, ")
        print(f"  {1 - frontalized / aligned:.0%} less; dlib on the frontal view itself {100 * floor:.2f} %")
        print(f"  to dlib's frontal ones: aligned {100 * among[0]:.2f} %, frontalized {100 * among[1]:.2f} %, ")
        print(f"  {1 - among[1] / among[0]:.0%} less")
    assert len(rows) >= 200
    assert frontalized < aligned


@pytest.mark.parametrize("symmetry", ["none", "soft"])
@pytest.mark.parametrize("color", [False, True])
def test_a_face_is_frontalized_within_5_ms_on_one_core(symmetry, color, capsys):
    imaging = Imaging(yaw=20, color=color)
    identity = draw_person(0, 0).identity
    picture, landmarks = draw_face(identity, {}, SIZE, imaging), landmarks_of(identity, {}, SIZE, imaging)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        frontalize(picture, landmarks, symmetry=symmetry)
        times = []
        for _ in range(100):
            start = time.perf_counter()
            frontalize(picture, landmarks, symmetry=symmetry)
            times.append(1000 * (time.perf_counter() - start))
    finally:
        cv2.setNumThreads(threads)
    with capsys.disabled():
        print(f"\nsymmetry {symmetry}, {'color' if color else 'gray'}: {np.median(times):.2f} ms of 640 x 480 pixels")
    assert np.median(times) <= 5
