"""The guided session: `manostat session` leads through it, from the levels to the report.

What is decided is in `plan`, `progress`, `follower` and `questions`, which know neither pump nor
terminal; `talk` has the pump and the store; `screen` has the terminal; `flow` puts them together.
Nothing here starts or resumes motion: the operator does, at the pump (docs/guided-session.md).

Not a certified medical device, and nothing here is medical advice: the physician decides.
"""
