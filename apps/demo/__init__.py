"""Three invented businesses for demonstrations, tests and screenshots."""
