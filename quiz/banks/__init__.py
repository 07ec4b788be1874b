"""Text files of setters ⇄ core values, every problem with its file, line and column; no database, no pages, no other people's formats."""
