"""One file for sessions and for what was pulled from pumps: written once, chained, never changed.

docs/session.md says what is in it. Not a certified medical device.
"""
