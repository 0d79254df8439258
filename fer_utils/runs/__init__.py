"""The record of one run on disk: written in the kernel, read by everything above."""

SCHEMA = 1  # of result.json and error.json; a new one makes every earlier run stale
