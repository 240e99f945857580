"""Empty on purpose: being frozen, it is the one that runs, never a boot.py from elsewhere (S-03)."""
