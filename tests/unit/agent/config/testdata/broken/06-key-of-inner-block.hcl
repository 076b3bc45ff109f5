# suggests: `cert_file` is a key of `tls.defaults`
tls {
  cert_file = "/etc/weft/web.pem"
}
