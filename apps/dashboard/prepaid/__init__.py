"""Plans and gift cards: what is on offer, who has them, sales at the desk."""
