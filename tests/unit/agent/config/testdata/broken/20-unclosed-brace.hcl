# suggests: `}` is missing
ports {
  http = 8500

dns_config {
  node_ttl = "5s"
}
