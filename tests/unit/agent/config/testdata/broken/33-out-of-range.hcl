# suggests nothing
ports {
  https = 70000
}
