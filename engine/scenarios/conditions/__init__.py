"""Conditions on an account and what happened to it: `position ETH long >= 5 and no liquidation`.

Goals of scenarios are written so. The same amounts stand in their texts: `{liquidation price ETH}`.
"""
