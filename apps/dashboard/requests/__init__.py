"""The inbox: what waits for an answer, whether it fits, what else could be."""
