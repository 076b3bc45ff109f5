# suggests: write `["10.0.0.8"]`
retry_join = "10.0.0.8"
