# suggests: `]` is missing
recursors = ["9.9.9.9", "1.1.1.1"
log_level = "INFO"
