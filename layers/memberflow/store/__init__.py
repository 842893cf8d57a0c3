"""The one table: its items and keys, and the only code that writes them."""
