"""The runner of the replicated form. No module outside knows Procrastinate, so that it can be replaced."""
