# suggests: did you mean `telemetry`?
telemtry {
  disable_hostname = true
}
