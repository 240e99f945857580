"""`manostat campaign`: very many virtual injections, their blocks, and who makes them.

See docs/campaigns.md. Not a certified medical device; a campaign is no clinical evidence.
"""
