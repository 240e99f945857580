"""The simulator of Manostat: plant, patient, emulated board, benches and judges of a trace.

Not a certified medical device.
"""
