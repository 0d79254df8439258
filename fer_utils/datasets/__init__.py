"""Datasets: the layout on disk becomes a `FaceTable`; `synthetic/` draws faces where there is no dataset."""
