"""What children run: small functions, named for what they do, a module for each chapter.

Children import these modules, so they stay within the standard library.
"""
