"""A session as a clinic does it: levels, runs, what the patient said, and what follows from it.

Not a certified medical device: grades are advisory, the physician decides.
"""
