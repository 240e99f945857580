"""The host's book of units: what was stored in each pump, when and by whom, and its key.

docs/provision.md says what is kept where. Not a certified medical device.
"""
