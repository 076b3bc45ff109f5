# suggests: values are written out, without functions, variables or operators
node_name = "${var.name}"
bind_addr = var.address
