# suggests: write `"7"`
node_meta {
  rack = 7
}
