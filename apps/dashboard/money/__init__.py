"""Orders, takings, and the money of one booking."""
