"""The control API under `/_sandbox`: what people do, what goes wrong, and what happened. JSON in and out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.telegram import people
from sandbox.telegram.account import Account
from sandbox.telegram.chats import Chat
from sandbox.telegram.launching import opened
from sandbox.telegram.people import Draft, Impossible
from sandbox.telegram.world import World

LONGEST_WAIT: Final = 60.0
FLOOD_FIELDS: Final = {"flood": "on", "per_chat": "per_chat", "burst": "burst", "overall": "overall"}
RECORD_FIELDS: Final = {"record_calls": "calls", "record_traffic": "traffic"}

Fields = Mapping[str, type | tuple[type, ...]]


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer what is impossible with its reason."""
    if not isinstance(error, Impossible):
        raise error
    return JSONResponse({"error": error.reason}, status_code=error.status)


class Control:
    """The handlers; `?bot=<username>` picks a bot where there are several."""

    def __init__(self, world: World) -> None:
        """Control this world."""
        self._world = world

    def routes(self) -> list[Route]:
        """List where each handler answers."""
        return [
            Route("/_sandbox", self.overview),
            Route("/_sandbox/users", self.add_user, methods=["POST"]),
            Route("/_sandbox/groups", self.add_group, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}", self.chat),
            Route("/_sandbox/chats/{chat_id}/events", self.events),
            Route("/_sandbox/chats/{chat_id}/messages", self.send, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}/messages/{message_id:int}", self.edit, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}/messages/{message_id:int}", self.delete, methods=["DELETE"]),
            Route("/_sandbox/chats/{chat_id}/taps", self.tap, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}/launches", self.launch, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}/block", self.block, methods=["POST"]),
            Route("/_sandbox/chats/{chat_id}/unblock", self.unblock, methods=["POST"]),
            Route("/_sandbox/updates", self.inject, methods=["POST"]),
            Route("/_sandbox/updates/{update_id:int}/again", self.again, methods=["POST"]),
            Route("/_sandbox/delivery", self.delivery, methods=["POST"]),
            Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/clock", self.clock, methods=["GET", "POST"]),
            Route("/_sandbox/limits", self.limits, methods=["POST"]),
            Route("/_sandbox/modes", self.modes, methods=["POST"]),
            Route("/_sandbox/calls", self.calls),
            Route("/_sandbox/traffic", self.traffic),
            Route("/_sandbox/files/{file_id}/{name}", self.file),
            Route("/file/bot{token}/{kind}/{file_id}/{name}", self.file),
        ]

    def _account(self, request: Request) -> Account:
        try:
            return self._world.account(request.query_params.get("bot"))
        except KeyError:
            raise Impossible("there is no such bot", 404) from None

    def _chat(self, request: Request) -> tuple[Account, Chat]:
        account, chat_id = self._account(request), _chat_id(request)
        if chat_id in account.chats:
            return account, account.chats[chat_id]
        person = self._world.people.get(chat_id)
        if person is None:
            raise Impossible(f"there is no user or group {chat_id}", 404)
        return account, account.private_chat(person)

    async def overview(self, _request: Request) -> Response:
        """Say who is here."""
        bots = [
            {
                "id": a.id,
                "username": a.username,
                "chats": len(a.chats),
                "pending_updates": a.updates.count(),
                "polling": a.updates.polling,
                "webhook": a.sender.webhook.url if a.sender else None,
                "webhook_error": a.sender.webhook.last_error if a.sender else None,
                "calls": a.journal.count,
            }
            for a in self._world.accounts.values()
        ]
        users = [person.seen() for person in self._world.people.values()]
        return JSONResponse({"bots": bots, "users": users, "now": self._world.clock.now()})

    async def add_user(self, request: Request) -> Response:
        """Make a person, or change one that exists."""
        body = await _body(request, {"id": int, "first_name": str, "language_code": str})
        person = self._world.person(body.get("id"), body.get("first_name"), body.get("language_code"))
        self._account(request).private_chat(person)
        return JSONResponse(person.seen())

    async def add_group(self, request: Request) -> Response:
        """Take the bot into a group."""
        body = await _body(request, {"user_id": int, "title": str})
        person = self._world.person(body.get("user_id"))
        chat, update_id = people.join_group(self._account(request), person, body.get("title", "Friends"))
        return JSONResponse({"chat_id": chat.id, "update_id": update_id})

    async def chat(self, request: Request) -> Response:
        """Show a chat as it is now."""
        account, chat = self._chat(request)
        profile = account.profile.shown(chat.id, chat.person.language_code, private=chat.private)
        shown = {
            "chat_id": chat.id,
            "seq": chat.seq,
            "bot": {"id": account.id, "username": account.username, **profile},
            "user": chat.person.seen(),
            "blocked": chat.blocked,
            "pinned": chat.pinned,
            "messages": [message.seen for message in chat.messages.values()],
        }
        return JSONResponse(shown)

    async def events(self, request: Request) -> Response:
        """Wait for what happens in a chat after `since`, at most `wait` seconds."""
        _, chat = self._chat(request)
        since = _number(request, "since", 0)
        await chat.wait_beyond(int(since), min(_number(request, "wait", 0), LONGEST_WAIT))
        return JSONResponse({"seq": chat.seq, "events": chat.events_since(int(since))})

    async def send(self, request: Request) -> Response:
        """Let a person send a message."""
        fields = {"text": str, "caption": str, "photo": bool, "document": dict, "reply_to": int, "language": str}
        body = await _body(request, fields)
        account, chat = self._chat(request)
        if "language" in body:
            chat.person.language_code = body["language"] or None
        draft = Draft(
            text=body.get("text") or body.get("caption", ""),
            photo=body.get("photo", False),
            document=body.get("document"),
            reply_to=body.get("reply_to"),
        )
        message_id, update_id = people.send(account, chat, draft)
        return JSONResponse({"id": message_id, "update_id": update_id})

    async def edit(self, request: Request) -> Response:
        """Let a person edit their message."""
        body = await _body(request, {"text": str})
        account, chat = self._chat(request)
        update_id = people.edit(account, chat, request.path_params["message_id"], body.get("text", ""))
        return JSONResponse({"id": request.path_params["message_id"], "update_id": update_id})

    async def delete(self, request: Request) -> Response:
        """Let a person delete a message for both sides."""
        _, chat = self._chat(request)
        people.delete(chat, request.path_params["message_id"])
        return JSONResponse({"deleted": [request.path_params["message_id"]]})

    async def tap(self, request: Request) -> Response:
        """Let a person press a button; with `wait`, wait that many seconds for the bot's answer."""
        body = await _body(request, {"message_id": int, "data": str, "wait": (int, float), "unseen": bool})
        account, chat = self._chat(request)
        if "message_id" not in body or "data" not in body:
            raise Impossible("a tap needs message_id and data")
        tap, update_id = people.tap(account, chat, body["message_id"], body["data"], unseen=body.get("unseen", False))
        answer: dict[str, Any] = {"callback_id": tap.id, "update_id": update_id}
        if "wait" in body:
            try:
                async with asyncio.timeout(min(body["wait"], LONGEST_WAIT)):
                    await tap.answered.wait()
            except TimeoutError:
                pass
            answer["answer"] = tap.answer
        return JSONResponse(answer)

    async def launch(self, request: Request) -> Response:
        """Let a person open the Mini App of a button that they see; gives the address with the launch data."""
        body = await _body(request, {"url": str})
        account, chat = self._chat(request)
        url = body.get("url", "")
        people.find_app(chat, url)
        token = next(token for token, each in self._world.accounts.items() if each is account)
        launcher = self._world.launcher
        data = launcher.data(account.id, token, chat.person, self._world.clock.now())
        return JSONResponse({"url": opened(url, data), "data": data, "key": launcher.public})

    async def block(self, request: Request) -> Response:
        """Let a person block the bot."""
        account, chat = self._chat(request)
        return JSONResponse({"blocked": True, "update_id": people.block(account, chat, blocked=True)})

    async def unblock(self, request: Request) -> Response:
        """Let a person unblock the bot."""
        account, chat = self._chat(request)
        return JSONResponse({"blocked": False, "update_id": people.block(account, chat, blocked=False)})

    async def inject(self, request: Request) -> Response:
        """Queue any JSON object as an update."""
        body = await _body(request, None)
        return JSONResponse({"update_id": self._account(request).updates.inject(body)})

    async def again(self, request: Request) -> Response:
        """Deliver an update once more, under its own id or a new one."""
        body = await _body(request, {"new_id": bool})
        update_id = request.path_params["update_id"]
        try:
            repeated = self._account(request).updates.repeat(update_id, under_new_id=body.get("new_id", False))
        except KeyError:
            raise Impossible(f"there is no update {update_id} to repeat", 404) from None
        return JSONResponse({"update_id": repeated})

    async def delivery(self, request: Request) -> Response:
        """Pause or resume the delivery of updates."""
        body = await _body(request, {"paused": bool})
        account = self._account(request)
        account.updates.pause(paused=body.get("paused", False))
        if account.sender is not None and not account.updates.paused:
            account.sender.resume()
        return JSONResponse({"paused": account.updates.paused, "pending": account.updates.count()})

    async def faults(self, request: Request) -> Response:
        """List, order or forget failures."""
        book = self._account(request).faults
        if request.method == "DELETE":
            book.clear()
        elif request.method == "POST":
            try:
                return JSONResponse(book.order(await _body(request, None)).described())
            except (TypeError, ValueError) as error:
                raise Impossible(str(error)) from None
        return JSONResponse({"faults": book.listed()})

    async def clock(self, request: Request) -> Response:
        """Show the clock, set its shift against real time, or advance it; seconds."""
        clock = self._world.clock
        if request.method == "POST":
            body = await _body(request, {"shift": (int, float), "advance": (int, float)})
            clock.shift = body.get("shift", clock.shift) + body.get("advance", 0)
        return JSONResponse({"shift": clock.shift, "now": clock.now()})

    async def limits(self, request: Request) -> Response:
        """Switch flood control, the records and the webhook's patience."""
        number = (int, float)
        fields: Fields = {"flood": bool, "per_chat": number, "burst": number, "overall": number, "record_calls": bool,
                  "record_traffic": bool, "webhook_patience": number}  # fmt: skip
        body = await _body(request, fields)
        account = self._account(request)
        for mapping, target in ((FLOOD_FIELDS, account.flood), (RECORD_FIELDS, account.journal)):
            for name, attribute in mapping.items():
                if name in body:
                    setattr(target, attribute, body[name])
        account.webhook_patience = body.get("webhook_patience", account.webhook_patience)
        shown = {name: getattr(account.flood, attribute) for name, attribute in FLOOD_FIELDS.items()}
        shown |= {name: getattr(account.journal, attribute) for name, attribute in RECORD_FIELDS.items()}
        return JSONResponse({**shown, "webhook_patience": account.webhook_patience})

    async def modes(self, request: Request) -> Response:
        """Switch optional modes of a bot on or off, as its owner does with @BotFather."""
        body = await _body(request, None)
        account = self._account(request)
        account.modes |= {mode for mode, on in body.items() if on}
        account.modes -= {mode for mode, on in body.items() if not on}
        return JSONResponse({"modes": sorted(account.modes)})

    async def calls(self, request: Request) -> Response:
        """List the bot's calls from number `since` on."""
        since, method = int(_number(request, "since", 0)), request.query_params.get("method")
        following, found = self._account(request).journal.since(since, method)
        return JSONResponse({"next": following, "calls": found})

    async def traffic(self, request: Request) -> Response:
        """Give everything the bot ever sent as one text; with `both`, what people sent to it, too."""
        account = self._account(request)
        carried = account.updates.searchable() if "both" in request.query_params else ""
        return PlainTextResponse(account.journal.searchable() + carried)

    async def file(self, request: Request) -> Response:
        """Download a file; what a person uploaded has a size here and no content."""
        token, wanted = request.path_params.get("token"), request.path_params["file_id"]
        accounts = self._world.accounts
        known = accounts.values() if token is None else [accounts[token]] if token in accounts else []
        file = next((account.files[wanted] for account in known if wanted in account.files), None)
        if file is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, status_code=404)
        content = file.content if file.content is not None else bytes(file.size)
        return Response(content, media_type=file.mime)


def _chat_id(request: Request) -> int:
    try:
        return int(request.path_params["chat_id"])
    except ValueError:
        raise Impossible("a chat id is a number", 404) from None


def _number(request: Request, name: str, default: float) -> float:
    try:
        return float(request.query_params.get(name, default))
    except ValueError:
        raise Impossible(f"{name} must be a number") from None


async def _body(request: Request, fields: Fields | None) -> dict[str, Any]:
    """Read a JSON object, {} for an empty body; with `fields`, refuse unknown names and wrong types."""
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise Impossible("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Impossible("the body must be a JSON object")
    if fields is None:
        return body
    for name, value in body.items():
        if name not in fields:
            raise Impossible(f"unknown field {name!r}; known are {', '.join(fields)}")
        if value is not None and not isinstance(value, fields[name]):
            raise Impossible(f"{name!r} has a wrong type")
    return {name: value for name, value in body.items() if value is not None}
