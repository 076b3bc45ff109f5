# suggests: text needs quotes: "paris"
datacenter = paris
