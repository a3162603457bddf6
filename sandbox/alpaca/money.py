"""Decimal amounts as Alpaca writes them: plain strings, cash to the cent, shares to nine decimals."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_SHARE = Decimal("0.000000001")
_RATIO = Decimal("0.0000000001")
_LARGEST = Decimal(10) ** 15


def cents(amount: Decimal) -> Decimal:
    """Round dollars to the cent, halves up: what is booked as cash."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def shares(quantity: Decimal) -> Decimal:
    """Cut a number of shares to nine decimals, the finest Alpaca trades."""
    return quantity.quantize(_SHARE, ROUND_DOWN)


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """`part / whole` to ten decimals, 0 when there is no whole."""
    return (part / whole).quantize(_RATIO) if whole else ZERO


def text(value: Decimal) -> str:
    """Write a value without exponent and without trailing zeros, as in `"122086.5"`."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain


def parse(words: str) -> Decimal | None:
    """Read a plain decimal number; None when it is none (nor finite, nor of a sane size)."""
    try:
        value = Decimal(words)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < _LARGEST else None


def decimals(value: Decimal) -> int:
    """How many digits stand behind the point, trailing zeros apart."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
