"""Inside the kernel: augmentation, batches, schedules and the fit."""
