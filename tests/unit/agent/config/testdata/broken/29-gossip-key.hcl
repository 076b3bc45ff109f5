# suggests: `weft keygen` makes a key
encrypt = "c2hvcnQ="
