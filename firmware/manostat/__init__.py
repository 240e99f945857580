"""Manostat: firmware of a pressure-limited injection pump. Not a certified medical device."""
