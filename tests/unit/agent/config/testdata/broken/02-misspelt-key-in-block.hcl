# suggests: did you mean `service_ttl`?
dns_config {
  service_tll {
    "*" = "5s"
  }
}
