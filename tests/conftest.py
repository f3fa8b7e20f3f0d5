pytest_plugins = ["tests.postgres.fixtures"]
