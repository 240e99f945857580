"""Decisions of the pump: whole numbers only, no hardware, no clock, no allocation once built."""
