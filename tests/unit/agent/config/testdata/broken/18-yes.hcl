# suggests: did you mean `true`?
server = yes
