"""A face with a slider for each action unit; a picture of the same face where sliders cannot be shown."""

from collections.abc import Mapping

import cv2
import numpy as np

from fer_utils.datasets.synthetic.drawing import draw_face
from fer_utils.datasets.synthetic.expression import ACTION_UNITS, PROTOTYPES
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.figures import Picture, face_grid

SIDES = {"both sides": (1, 1), "right side": (1, 0), "left side": (0, 1)}  # of the subject


class ActionUnitSliders:
    """A drawn face whose action units can be moved by hand; the last line of a notebook cell shows it.

    JupyterLab and VS Code show sliders. Where nobody can move them (a page made by nbconvert, an environment without
    ipywidgets), the same cell shows a picture: one unit from rest to its strongest.

    Args:
        identity: `Identity`. Whose face it is.
        size: int. Width and height in pixels.
        imaging: `Imaging`; None for a well-lit frontal picture.
        unit: int. The action unit of the picture that stands in for the sliders.

    Attributes:
        still: `Picture` that stands in for the sliders.
        controls: `ipywidgets.Box`, or None where ipywidgets is not installed.
    """

    def __init__(self, identity: Identity, size: int = 256, imaging: Imaging | None = None, unit: int = 12):
        self.identity, self.size, self.imaging = identity, size, imaging
        steps = [draw_face(identity, {unit: step}, size, imaging) for step in range(6)]
        titles = [f"AU {unit} at {step}" for step in range(6)]
        words = f"Action unit {unit}, {ACTION_UNITS[unit]}, from 0 (at rest) to 5 (strongest) on one face."
        self.still = face_grid(steps, titles, columns=6, alt=words)
        self.controls = self._build_controls()

    def draw(self, intensities: Mapping[int, float], side: str = "both sides") -> np.ndarray:
        """Draws the face as the sliders stand.

        Args:
            intensities: mapping from action unit to its intensity in 0-5.
            side: str. One of `SIDES`.

        Returns:
            uint8 array as `draw_face` returns it.
        """
        units = {unit: tuple(value * share for share in SIDES[side]) for unit, value in intensities.items() if value}
        return draw_face(self.identity, units, self.size, self.imaging)

    def _build_controls(self):
        try:
            import ipywidgets
        except ImportError:
            return None
        wide, column = ipywidgets.Layout(width="380px"), ipywidgets.Layout(width=f"{max(self.size, 256)}px")
        style = {"description_width": "185px"}  # room for the longest name
        options = {"min": 0.0, "max": 5.0, "step": 0.5, "layout": wide, "style": style, "readout_format": ".1f"}
        sliders = {
            unit: ipywidgets.FloatSlider(description=f"AU {unit} {name}", **options)
            for unit, name in ACTION_UNITS.items()
        }
        sides = ipywidgets.Dropdown(options=list(SIDES), description="Move", layout=column)
        emotions = ipywidgets.Dropdown(options=["", *PROTOTYPES], description="Emotion", layout=column)
        face, words = ipywidgets.Image(format="png", layout=column), ipywidgets.HTML(layout=column)

        def redraw(_=None):
            shown = {unit: slider.value for unit, slider in sliders.items()}
            face.value = _png(self.draw(shown, sides.value))
            names = [f"{ACTION_UNITS[unit]} {value:g}" for unit, value in shown.items() if value]
            words.value = f"{sides.value}: {', '.join(names)}" if names else "A face at rest."

        def choose(change):
            if not change["new"]:
                return
            prototype = PROTOTYPES[change["new"]][0]
            for unit, slider in sliders.items():
                slider.unobserve(redraw, "value")  # drawn once, after all have moved
                slider.value = float(np.max(prototype.get(unit, 0.0)))
                slider.observe(redraw, "value")
            one_sided = any(np.ndim(value) for value in prototype.values())
            sides.value = "right side" if one_sided else "both sides"
            redraw()

        for control in (*sliders.values(), sides):
            control.observe(redraw, "value")
        emotions.observe(choose, "value")
        redraw()
        left = ipywidgets.VBox([emotions, sides, face, words], layout=ipywidgets.Layout(flex="0 0 auto"))
        wrapped = ipywidgets.Layout(flex="1 1 0", flex_flow="row wrap", align_content="flex-start")
        return ipywidgets.HBox([left, ipywidgets.Box(list(sliders.values()), layout=wrapped)])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        shown = {"text/plain": self.still.alt, "text/html": self.still._repr_html_()}
        if self.controls is None:
            missing = "Sliders need the package ipywidgets: pip install ipywidgets, then start JupyterLab again."
            return {
                "text/plain": f"{shown['text/plain']} {missing}",
                "text/html": f"{shown['text/html']}<p>{missing}</p>",
            }
        return self.controls._repr_mimebundle_() | shown


def face_rows(identity: Identity, size: int = 128, imaging: Imaging | None = None) -> Picture:
    """Shows every action unit alone at its strongest, after the face at rest.

    Args:
        identity: `Identity`. Whose face it is.
        size: int. Width and height in pixels.
        imaging: `Imaging`; None for a well-lit frontal picture.

    Returns:
        `Picture`, five faces in a row.
    """
    faces = [draw_face(identity, {}, size, imaging)]
    faces += [draw_face(identity, {unit: 5}, size, imaging) for unit in ACTION_UNITS]
    titles = ["at rest\n"] + [f"AU {unit}\n{name}" for unit, name in ACTION_UNITS.items()]
    words = "One face at rest, then each action unit alone at intensity 5: " + ", ".join(
        f"{unit} {name}" for unit, name in ACTION_UNITS.items()
    )
    return face_grid(faces, titles, columns=5, alt=words + ".", width=1.6)


def _png(image: np.ndarray) -> bytes:
    """Encodes a gray or RGB picture."""
    return cv2.imencode(".png", image if image.ndim == 2 else image[..., ::-1])[1].tobytes()
