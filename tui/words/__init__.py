"""What is said: values as sentences, rows and pages, for screens and for the command line."""
