# suggests: did you mean `retry_join`?
retyr_join = ["10.0.0.8"]
acl_token = "secret"
ports {
  http = "x"
  serf_lan = 70000
}
service {
  name = "web"
  weights { passing = 0, warning = 0 }
}
datacenter = "paris"
}
