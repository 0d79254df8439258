"""The record of one run on disk: written in the kernel, read by everything above."""
