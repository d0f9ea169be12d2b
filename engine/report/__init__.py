"""What a session came to: its net profit taken apart, its equity curve, its trades, and the figures of its risk.

`report_of` plays a record once and has everything from that. Money is exact; ratios and curves are floats.
"""

from engine.report.played import NotPlayed, Stopped
from engine.report.report import Report, report_of

__all__ = ["NotPlayed", "Report", "Stopped", "report_of"]
