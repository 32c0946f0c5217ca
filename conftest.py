"""What all tests use: mpspec's own plugin, and pytester for the tests of it."""

pytest_plugins = ["mpspec.plugin", "pytester"]
