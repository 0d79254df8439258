"""Faces in pictures: found, followed, aligned, turned toward the camera, and prepared for a model."""
