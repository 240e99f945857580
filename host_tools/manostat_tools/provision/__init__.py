"""`manostat provision`: makes a pump a unit, in service mode: prescription, identity and key.

docs/provision.md leads through it. Not a certified medical device.
"""
