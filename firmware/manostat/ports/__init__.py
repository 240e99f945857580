"""One file per family of chips: the few lines by which it makes leased steps."""
