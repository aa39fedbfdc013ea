"""Who waits for a time to come free."""
