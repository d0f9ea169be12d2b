"""The screens: what is shown together, and how its panels are wired."""
