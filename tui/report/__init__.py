"""The report of a session as text, tables, pictures and pages."""
