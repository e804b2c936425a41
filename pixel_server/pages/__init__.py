"""The pages that people see, the stream that keeps a copy page up to date, and the health checks."""
