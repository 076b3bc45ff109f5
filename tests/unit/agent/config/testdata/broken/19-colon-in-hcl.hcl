# suggests: write `=`
node_name: "web1"
