# suggests: did you mean `port`?
service {
  name = "web"
  prot = 80
}
