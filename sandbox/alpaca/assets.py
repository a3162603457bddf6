"""What can be traded here: a catalogue of well-known funds and shares, plus some awkward ones made up for refusals."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from sandbox.alpaca.refusals import Json

_NAMESPACE = uuid.UUID("6f1d3c52-8a0e-4c5f-9a53-0d5f1f8e7a11")


@dataclass(frozen=True, slots=True)
class Asset:
    """One symbol; `base` is its price where the generated walk begins."""

    symbol: str
    name: str
    exchange: str
    base: Decimal
    status: str = "active"
    tradable: bool = True
    fractionable: bool = True

    @property
    def id(self) -> str:
        """The same id in every run."""
        return str(uuid.uuid5(_NAMESPACE, self.symbol))

    def answer(self) -> Json:
        """The body of `GET /v2/assets/{symbol}`."""
        return {
            "id": self.id,
            "class": "us_equity",
            "exchange": self.exchange,
            "symbol": self.symbol,
            "name": self.name,
            "status": self.status,
            "tradable": self.tradable,
            "marginable": True,
            "maintenance_margin_requirement": 30,
            "margin_requirement_long": "30",
            "margin_requirement_short": "30",
            "shortable": False,
            "easy_to_borrow": False,
            "borrow_status": "hard_to_borrow",
            "fractionable": self.fractionable,
            "attributes": ["fractional_eh_enabled"] if self.fractionable else [],
        }


def catalogue() -> dict[str, Asset]:
    """The assets an exchange starts with, by symbol."""
    funds = [
        ("VTI", "Vanguard Total Stock Market ETF", "ARCA", 240),
        ("VOO", "Vanguard S&P 500 ETF", "ARCA", 435),
        ("SPY", "SPDR S&P 500 ETF Trust", "ARCA", 475),
        ("QQQ", "Invesco QQQ Trust", "NASDAQ", 400),
        ("VT", "Vanguard Total World Stock ETF", "ARCA", 105),
        ("VXUS", "Vanguard Total International Stock ETF", "NASDAQ", 63),
        ("VEA", "Vanguard FTSE Developed Markets ETF", "ARCA", 51),
        ("VWO", "Vanguard FTSE Emerging Markets ETF", "ARCA", 49),
        ("IWM", "iShares Russell 2000 ETF", "ARCA", 222),
        ("SCHD", "Schwab US Dividend Equity ETF", "ARCA", 78),
        ("BND", "Vanguard Total Bond Market ETF", "NASDAQ", 84),
        ("AGG", "iShares Core U.S. Aggregate Bond ETF", "ARCA", 114),
        ("TLT", "iShares 20+ Year Treasury Bond ETF", "NASDAQ", 148),
        ("GLD", "SPDR Gold Shares", "ARCA", 168),
        ("VNQ", "Vanguard Real Estate ETF", "ARCA", 115),
        ("AAPL", "Apple Inc. Common Stock", "NASDAQ", 182),
        ("MSFT", "Microsoft Corporation Common Stock", "NASDAQ", 335),
        ("AMZN", "Amazon.com, Inc. Common Stock", "NASDAQ", 170),
    ]
    listed = [Asset(symbol, name, exchange, Decimal(base)) for symbol, name, exchange, base in funds]
    awkward = [
        Asset("WHOLE", "Whole Shares Only Holdings", "NYSE", Decimal(20), fractionable=False),
        Asset("HALTD", "Halted Trading Corp", "NYSE", Decimal(15), tradable=False),
        Asset("GONE", "Delisted Industries", "NYSE", Decimal(5), status="inactive", tradable=False),
    ]
    return {asset.symbol: asset for asset in (*listed, *awkward)}
