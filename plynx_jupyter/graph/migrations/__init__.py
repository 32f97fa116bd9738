"""Steps that bring an older document format to the current one, one file a step."""
