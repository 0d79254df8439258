"""Faces in pictures: which landmark predictors are at hand."""
