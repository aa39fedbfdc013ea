"""The availability engine: which times, is this one still free, and why not this one.

Pure Python over frozen inputs and a ``now``. Instants are whole Unix seconds,
spans are half-open, and the same rules answer all three questions, so that what is shown, what is
sold and what is explained cannot drift apart.
"""
