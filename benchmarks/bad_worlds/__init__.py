"""The runner in bad worlds: what a person gets there, what is kept, and what is left behind."""
