# suggests: write `ports { dns = ... }`
ports.dns = 53
