"""The rules of a programme as an operator writes them: shape, loading and checking. Imports nothing of the engine."""
