# suggests: did you mean "random"?
dns_config {
  recursor_strategy = "randon"
}
