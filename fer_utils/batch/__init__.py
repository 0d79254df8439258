"""Outside the kernel: suites, plans and the execution of notebooks."""
