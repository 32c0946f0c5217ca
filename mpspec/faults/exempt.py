"""The claims that no fault can trip, each with the reason."""

EXEMPT: dict[str, str] = {}
