"""Empty on purpose: frozen, it is the one that runs, never a boot.py from elsewhere (S-03)."""
