"""Other people's files ⇄ core values; no database, no pages, no YAML."""
