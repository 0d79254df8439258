"""MTCNN, the face detector of Adebayo et al., through the package mtcnn.

Reference: Zhang et al. 2016, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks",
IEEE Signal Processing Letters 23.
"""

import cv2
import numpy as np

from fer_utils.errors import UserError
from fer_utils.faces.detection import Detection, Detector


def mtcnn_detector(upsample: int = 0) -> Detector:
    """Returns the detector MTCNN; it runs on TensorFlow, whatever backend Keras has.

    Args:
        upsample: int. How often pictures are doubled in size first; it finds faces from 20 pixels on without that.

    Returns:
        function from a picture to its `Detection`s; the score is a probability.

    Raises:
        UserError: the package is not installed, or does not run here.
    """
    try:
        from mtcnn import MTCNN

        detector = MTCNN(stages="face_detection_only")
    except Exception as error:  # whatever a package of others raises while it is imported
        raise UserError(
            f"The face detector MTCNN does not run here ({type(error).__name__}: {error}). To mend it: python -m pip "
            "install -c constraints.txt -e \".[mtcnn]\". dlib's detector, 'hog', needs no further package."
        ) from error
    scale = 2**upsample

    def detect(picture: np.ndarray) -> list[Detection]:
        colored = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
        if upsample:
            colored = cv2.resize(colored, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        found = []
        for face in detector.detect_faces(colored):
            left, top, width, height = (float(value) / scale for value in face["box"])
            found.append(Detection(left, top, left + width, top + height, float(face["confidence"])))
        return found

    return detect
