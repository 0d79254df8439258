"""Network architectures, one file each, in Keras 3; they know no dataset."""
