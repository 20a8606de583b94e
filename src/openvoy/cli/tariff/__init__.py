"""The file of prices that `[site.NAME] tariff` names, and prices that are fetched."""

from openvoy.cli.tariff.file import RemoteSeries, TariffFile, load_tariff, parse_tariff
from openvoy.cli.tariff.source import SitePrices

__all__ = ["RemoteSeries", "SitePrices", "TariffFile", "load_tariff", "parse_tariff"]
