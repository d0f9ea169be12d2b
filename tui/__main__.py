"""`python -m tui` is `isocross`."""

from tui.cli.main import main

if __name__ == "__main__":
    main()
