"""What a Worker remembers, sent into the chat: the chart of its days, its books as CSV files."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from bot.chart import Point, draw
from bot.operations.trading import with_client
from bot.operations.workshop import Workshop, done, failed
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.telegram.client import Sent
from bot.texts.render import render
from deploy.commands import WorkerClient
from deploy.fields import Fields
from deploy.outcomes import Day, Table
from flows.words import Day as Date
from flows.words import Money, read_number, say

DAYS: Final = 365
TABLES: Final[tuple[Table, ...]] = ("orders", "runs", "events", "days")
MOST_PAGES: Final = 200
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take what begins so for a formula


class Mail(Protocol):
    """Sends files into a chat."""

    async def send_picture(self, chat_id: int, png: bytes, caption: str, *, name: str = ...) -> Sent:
        """Send a picture with its caption (HTML)."""

    async def send_file(self, chat_id: int, content: bytes, name: str, caption: str = "") -> Sent:
        """Send a document."""


@dataclass(frozen=True, slots=True)
class Books:
    """Shows what a Worker remembers; a run that is repeated after a crash may send it twice."""

    mail: Mail

    async def chart(self, shop: Workshop, operation: Operation, report: Report) -> Outcome:
        """Draw its days and send the picture."""
        await report("chart")
        return await with_client(shop, operation, partial(self._chart, shop))

    async def export(self, shop: Workshop, operation: Operation, report: Report) -> Outcome:
        """Send its books, one file for each that is not empty."""
        await report("export")
        return await with_client(shop, operation, partial(self._export, shop))

    async def _chart(self, shop: Workshop, row: workers.Worker, client: WorkerClient) -> Outcome:
        days = await client.history(days=DAYS)
        points = known(days)
        if not points:
            return failed("no_history", worker=row.id)
        last = points[-1]
        language = await shop.language(row.chat_id)
        png = await asyncio.to_thread(draw, points, f"{row.mode.upper()}  {row.script}", language)
        caption = say(
            "chart.caption",
            script=row.script,
            first=Date(points[0].date),
            last=Date(last.date),
            value=Money(f"{last.value:.2f}"),
            invested=Money(f"{last.invested:.2f}"),
            profit=Money(f"{gained(days, last):.2f}", signed=True),
        )
        words = render(caption, language)
        sent = await self.mail.send_picture(row.chat_id, png, words, name=f"{row.script}.png")
        return done("charted", worker=row.id) if sent.message_id else failed("not_sent", worker=row.id)

    async def _export(self, shop: Workshop, row: workers.Worker, client: WorkerClient) -> Outcome:
        sent, language = [], await shop.language(row.chat_id)
        for table in TABLES:
            rows = await _all(client, table)
            if not rows:
                continue
            about = say("export.caption", table=say(f"table.{table}"), script=row.script, rows=len(rows))
            caption = render(about, language)
            name = f"{row.script}-{table}.csv"
            if (await self.mail.send_file(row.chat_id, as_csv(rows), name, caption)).message_id is None:
                return failed("not_sent", worker=row.id)
            sent.append(table)
        if not sent:
            return failed("nothing_to_export", worker=row.id)
        return done("exported", worker=row.id, files=sent)


async def _all(client: WorkerClient, table: Table) -> list[Fields]:
    rows: list[Fields] = []
    after = 0
    for _ in range(MOST_PAGES):
        page = await client.export(table, after=after)
        rows += page.rows
        if page.next is None or page.next <= after:
            break
        after = page.next
    return rows


def gained(days: Sequence[Day], last: Point) -> Decimal:
    """Tell what it gained or lost since it began, sales included, up to the last day drawn."""
    told = next((read_number(day.profit) for day in days if day.date == last.date), None)
    return last.value - last.invested if told is None else told


def known(days: Sequence[Day]) -> list[Point]:
    """Keep the days of which value and cost are known."""
    points = []
    for day in days:
        value, invested = read_number(day.value), read_number(day.invested)
        if value is not None and invested is not None:
            points.append(Point(day.date, value, invested))
    return points


def as_csv(rows: Sequence[Fields]) -> bytes:
    """Write rows as CSV (UTF-8 with its mark, so that spreadsheets read it); columns in the order they first come."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    words = str(value)
    if isinstance(value, str) and words.startswith(RISKY) and read_number(words) is None:
        return f"'{words}"
    return words
