"""Questions of the owner's pages: frozen read models, a constant number of queries each."""
