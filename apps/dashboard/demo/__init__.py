"""Three invented businesses for demonstrations, tests and screenshots (design.md section 11)."""
