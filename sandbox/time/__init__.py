"""The sandbox's time, which may run ahead of the world's."""
