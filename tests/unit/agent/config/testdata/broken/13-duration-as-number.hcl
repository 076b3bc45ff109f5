# suggests: write `"30s"`
check_update_interval = 30
