# suggests: write `"168h"`
reconnect_timeout = "7d"
