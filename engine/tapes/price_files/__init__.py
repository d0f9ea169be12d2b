"""Price files from anybody's disk: exchange archives, spreadsheets, bots' data folders. Bytes in, bars out."""

from engine.tapes.price_files.errors import PriceFileError
from engine.tapes.price_files.reading import read_prices
from engine.tapes.price_files.report import Hole, PriceFile, PriceReport, Repair

__all__ = ["Hole", "PriceFile", "PriceFileError", "PriceReport", "Repair", "read_prices"]
