# suggests: write `"10s"`
check {
  name     = "disk"
  tcp      = "127.0.0.1:22"
  interval = 10
}
