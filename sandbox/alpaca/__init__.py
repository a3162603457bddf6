"""Stand-ins for Alpaca's paper, live and data hosts: one exchange, three apps, a control API under /_sandbox/.

What is simulated: long-only US equities; market, limit and stop orders; fills at the market's price, booked to the
cent. What is not: shorts, options, crypto, trailing and bracket orders, replacing an order, fees, streams.
"""

from sandbox.alpaca.accounts import Mode
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.server import Apps, ServedAlpaca, create_apps

__all__ = ["Apps", "Exchange", "Mode", "ServedAlpaca", "create_apps"]
