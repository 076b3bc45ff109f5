# A web server on this machine, found as web.service.consul while both checks pass.
service {
  name = "web"
  port = 8080
  tags = ["v1"]

  meta {
    team = "shop"
  }

  check {
    name     = "answers /health"
    http     = "http://127.0.0.1:8080/health"
    interval = "5s"
    timeout  = "1s"
  }

  check {
    name     = "accepts connections"
    tcp      = "127.0.0.1:8080"
    interval = "10s"

    failures_before_critical = 2
  }
}
