# suggests: did you mean "DEBUG"?
log_level = "DEBGU"
