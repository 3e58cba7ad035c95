"""Our graph components: regularise, cut into words, encode, classify, find values."""
