# suggests nothing
node_name = <<EOF
web1
