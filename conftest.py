"""For all tests: what they show for which requirement is written down."""

pytest_plugins = ["manostat_tools.trace.plugin"]
