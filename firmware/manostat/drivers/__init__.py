"""One file per chip or switch; bus and pins are handed in, buffers are made once."""
