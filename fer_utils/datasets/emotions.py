"""The emotions and the one order in which all our code lists them."""

EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
SEVEN = tuple(emotion for emotion in EMOTIONS if emotion != "contempt")
