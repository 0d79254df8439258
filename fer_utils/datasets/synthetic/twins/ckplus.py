"""A twin of CK+: sequences from neutral to apex, labels for some of them, landmarks and FACS codes."""

from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.synthetic.twins.ckplus_plan import COLOR_SIZE, GRAY_SIZE, LABELLED, Take, plan_takes, stage
from fer_utils.datasets.synthetic.twins.files import write_png, write_text
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import film
from fer_utils.datasets.synthetic.twins.twin import Twin

CODES = {"anger": 1, "contempt": 2, "disgust": 3, "fear": 4, "happiness": 5, "sadness": 6, "surprise": 7}


class CkPlusTwin(Twin):
    """Twin of CK+ (Lucey et al. 2010): posed sequences of 123 people, 327 of 593 labelled."""

    name: ClassVar[str] = "ckplus"
    original: ClassVar[str] = "CK+"
    sizes: ClassVar[dict[str, float]] = {"tiny": 8, "small": 45, "quick": 320, "full": 1700}
    alike: ClassVar[tuple[str, ...]] = (
        "cohn-kanade-images/S005/001/S005_001_00000011.png and so on: 640 x 490 gray, or 640 x 480 in color for the "
        "last people; each sequence goes from a neutral first frame to the apex, its last.",
        "Emotion/S005/001/S005_001_00000011_emotion.txt, named after the last frame, holds one float: 1 anger "
        "2 contempt 3 disgust 4 fear 5 happy 6 sadness 7 surprise. The folders of unlabelled sequences are there, and "
        "empty.",
        "Landmarks: a file of 68 rows 'x y' for each frame. FACS: one file for each last frame, with the action units "
        "of intensity 1 (A) to 5 (E), one a line.",
        "Preset full: 593 sequences of 123 people, of which 327 of 118 people are labelled: anger 45, contempt 18, "
        "disgust 59, fear 25, happy 69, sadness 28, surprise 83. Nobody shows a labelled emotion twice.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "The landmarks are exact; those of the original were tracked.",
        "Unlabelled sequences show one emotion in the upper face and another one in the lower; in the original they "
        "failed the criteria for an emotion in many ways.",
        "FACS codes are the rounded intensities of the stronger side: no coder disagrees, and nothing is coded without "
        "an intensity.",
        "Frame numbers always begin with 1. There is no time stamp in the pictures.",
        "In preset small ten people show everything but contempt, each of them.",
        "Sequences of preset tiny have 4 frames, of small 5, of the others 10 to 60.",
    )

    def items(self) -> list[Take]:
        """Returns one item a sequence."""
        return plan_takes(self.preset, self.seed)

    def draw(self, item: Take, folder: Path) -> list[dict]:
        """Draws one sequence."""
        person, frames, imagings = stage(item, self.seed)
        below = f"{item.subject}/{item.number}"
        size = COLOR_SIZE if item.color else GRAY_SIZE
        rows = []
        for frame, (image, points) in enumerate(film(person.identity, frames, size, imagings)):
            file = f"cohn-kanade-images/{below}/{item.name(frame)}.png"
            write_png(folder / file, image)
            lines = [f"{x:16.7e}{y:16.7e}\n" for x, y in points.tolist()]
            write_text(folder / "Landmarks" / below / f"{item.name(frame)}_landmarks.txt", "".join(lines))
            known = {
                "file": file,
                "subject": item.subject,
                "sequence": item.number,
                "frame": frame + 1,
                "emotion": "" if item.below else item.emotion,
                "upper_face": item.emotion,
                "lower_face": item.below or item.emotion,
                "genuine": False,
            }
            rows.append(truth_row(known, person, frames[frame], imagings[frame], points))
        last = item.name(item.frames - 1)
        strongest = {unit: round(max(sides)) for unit, sides in frames[-1].items()}
        codes = [f"{unit:16.7e}{code:16.7e}\n" for unit, code in sorted(strongest.items()) if code >= 1]
        write_text(folder / "FACS" / below / f"{last}_facs.txt", "".join(codes))
        (folder / "Emotion" / below).mkdir(parents=True)
        if not item.below:
            write_text(folder / "Emotion" / below / f"{last}_emotion.txt", f"{CODES[item.emotion]:16.7e}\n")
        return rows

    def counts(self) -> dict[str, int]:
        """Counts people, sequences and labels."""
        takes = self.items()
        labels = [take.emotion for take in takes if not take.below]
        return {
            "people": len({take.subject for take in takes}),
            "sequences": len(takes),
            "pictures": sum(take.frames for take in takes),
            "labelled sequences": len(labels),
            "people with labelled sequences": len({take.subject for take in takes if not take.below}),
        } | {f"of these {emotion}": labels.count(emotion) for emotion in LABELLED}
