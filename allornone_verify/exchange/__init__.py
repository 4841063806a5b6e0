"""A test exchange's books, read by a second reader: rows, which permit each belongs to, and what each moved."""
