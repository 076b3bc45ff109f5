# suggests: `bind_addr` is a key of the top level
ports {
  bind_addr = "10.0.0.7"
}
