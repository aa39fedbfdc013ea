"""How often a test repeats itself that proves more the longer it goes on."""

import os


def often(in_ci: int) -> int:
    """As often as said in CI; a fifth of that, but at least twice, at everybody's desk."""
    return in_ci if "CI" in os.environ else max(2, in_ci // 5)
