"""The timetable, the roster of a class, and who waits for a place in it."""
