"""What waits for an answer: the inbox, confirm, decline, undo, suggest other times."""
