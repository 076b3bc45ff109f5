# suggests: did you mean `datacenter`?
datacenterr = "paris"
