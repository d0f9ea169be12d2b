"""Whether the engine gives what the venues' worked examples say: `python -m tests.conformance FILE.json`."""
