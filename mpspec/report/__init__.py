"""Reports: pure functions of verdicts and the note."""
