"""Mutation of the core: each small change of its source should make a test fail.

Cosmic Ray says what to change; the tests run here, in forked processes that import the changed
source from memory, so that no file ever holds a mutant.
"""

from manostat_tools.mutation.mutants import Mutant, mutants_of

__all__ = ["Mutant", "mutants_of"]
