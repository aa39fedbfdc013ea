"""Ports for the servers that tests start."""

import random
import socket

# Below the ports that systems give to outgoing connections: one of those may be gone again in the
# moment between our look and the server's.
OURS = range(10_000, 32_000)


def free_port() -> int:
    """A port on 127.0.0.1 on which nobody listens, that only another test could take by chance."""
    order = random.SystemRandom()
    while True:
        port = order.choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
