"""Who stops, pauses or is paused is not charged; and what the pages say (R084, ux.md C17)."""
