# suggests nothing
xyzzyxyzzy = 1
