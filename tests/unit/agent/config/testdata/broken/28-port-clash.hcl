# suggests: `ports.dns` is set at
ports {
  http = 8500
  dns  = 8500
}
