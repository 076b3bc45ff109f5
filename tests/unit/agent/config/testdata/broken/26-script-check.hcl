# suggests: use `args`
service {
  name = "web"
  check {
    script   = "/usr/bin/true"
    interval = "5s"
  }
}
