"""The timetable, the roster of a class, and who waits."""
