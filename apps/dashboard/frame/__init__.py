"""What every page of an owner shares: navigation, refusals, names in rows."""
