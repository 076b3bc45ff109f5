# One weft agent that keeps the catalog. Start it with: weft agent -config-dir /etc/weft
datacenter = "dc1"
data_dir   = "/var/lib/weft"
server     = true
bootstrap  = true

# HTTP and DNS on this machine only; "0.0.0.0" or {{ GetPrivateIP }} opens them to others.
client_addr = "127.0.0.1"

# Where other agents reach this one, and what DNS answers for its services: for more than one machine {{ GetPrivateIP }}.
bind_addr = "127.0.0.1"

ports {
  http = 8500
  dns  = 8600
}

# Names outside of the domain are asked here.
recursors = ["9.9.9.9"]

dns_config {
  service_ttl {
    "*" = "5s"
  }
}

leave_on_terminate = false
log_level          = "INFO"
