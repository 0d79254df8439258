"""The record of one run on disk: written in the kernel, read by everything above."""

RESULT = "result.json"  # there if and only if the run succeeded
PENDING = "result.pending.json"  # what a notebook leaves in batch; its worker renames it when the kernel ended well
SCHEMA = 1  # of result.json and error.json; a new one makes every earlier run stale
