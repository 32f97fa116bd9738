"""Pure functions over graphs: order, problems, edits, layout, documents, generated code."""
