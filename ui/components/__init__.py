"""Parts that several pages show. They take plain rows and write; they read no database."""
