"""From a row of worked examples to the engine's public functions, a module a venue.

Every module here names the row venues that it handles (`VENUES`) and its adapters (`ADAPTERS`); the runner finds them.
An adapter sets up what the row describes and asks the engine. It never computes the answer itself.
"""
