"""Campaigns: very many virtual injections on the firmware's own code.

`kernel.run_many` takes an array of `draw.DRAW` and fills one of `outcome.OUTCOME`. See
docs/campaigns.md. Not a certified medical device.
"""
