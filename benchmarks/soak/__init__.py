"""The whole spec again and again on a busy machine; see `__main__`."""
