# suggests: `http` is a key of `ports`
http = 8500
