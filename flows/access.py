"""Connecting Cloudflare: the token, the account, the workers.dev name, and whether the Worker keeps the token."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.effects import Move, StartOperation
from flows.events import Context, Ended, Json, Kind, Pasted
from flows.inspected import AskAccountId, Strays
from flows.keys import Given, into_account, onward
from flows.states import (
    Account,
    AskToken,
    Connected,
    Connecting,
    Held,
    Job,
    Keeping,
    KeepToken,
    NewKeys,
    NewWorker,
    PickAccount,
    PickName,
    Removal,
)
from flows.trouble import TOKEN_CODES, trouble
from flows.verifying import strays
from flows.words import listing, say

PAGE = 6
ACCOUNT_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
LONGEST_NAME = 63


def token_pasted(state: AskToken, event: Pasted, context: Context) -> Move:
    """Try the pasted token."""
    token = event.get(Kind.TOKEN)
    if token is None:
        found = "keys_instead" if event.found else event.problem
        return Move(state, notice=say(f"paste.{found or 'no_token_found'}"))
    if token.granted and isinstance(state.job, Keeping) and state.job.keep:
        return Move(state, notice=trouble("token_lent"))
    return _connect(state.job, token, None, (state.key_id, state.secret), context)


def keep_connection(state: AskToken, _argument: str, context: Context) -> Move:
    """Go on with the access given earlier."""
    if state.kept is None:
        return Move(state)
    return onward(state.job, state.kept, (state.key_id, state.secret), context)


def try_again(state: AskToken, _argument: str, context: Context) -> Move:
    """Try the token once more that could not be tried before."""
    if state.tried is None:
        return Move(state)
    return _connect(state.job, state.tried, None, (state.key_id, state.secret), context)


def account_tapped(state: PickAccount, argument: str, context: Context) -> Move:
    """Take one of several accounts."""
    index = int(argument)
    if not 0 <= index < len(state.accounts):
        return Move(state)
    return _connect(state.job, state.token, state.accounts[index], (state.key_id, state.secret), context)


def account_page(state: PickAccount, argument: str, _context: Context) -> Move:
    """Show more accounts."""
    return Move(replace(state, page=int(argument)))


def name_tapped(state: PickName, _argument: str, context: Context) -> Move:
    """Take the suggested workers.dev name."""
    return _name(state, state.suggestion, context)


def name_said(state: PickName, text: str, context: Context) -> Move:
    """Take a typed workers.dev name."""
    name = text.strip().lower().removesuffix(".workers.dev")
    allowed = len(name) <= LONGEST_NAME and name[:1].isalnum() and name[-1:].isalnum()
    if not allowed or not name.isascii() or not name.replace("-", "").isalnum():
        return Move(state, notice=say("error.name_invalid", detail=""), tidy=True)
    return replace(_name(state, name, context), tidy=True)


def _name(state: PickName, name: str, context: Context) -> Move:
    given = (state.key_id, state.secret)
    return _connect(state.job, state.token, state.account, given, context, name=name)


def _connect(  # noqa: PLR0917  (the parts of one request)
    job: Job, token: Held, account: Account | None, given: Given, context: Context, name: str = "", account_id: str = ""
) -> Move:
    wanted = account.id if account else (job.account if not isinstance(job, NewWorker) else "")
    known = account.name if account else ""
    arguments: dict[str, Json] = {"token": token.ticket, "account": wanted, "account_name": known, "name": name}
    if account_id:
        arguments["account_id"] = account_id
    if isinstance(job, NewWorker):
        arguments |= {"worker": job.worker, "mode": str(job.mode)}
    elif isinstance(job, NewKeys | Removal):  # a check looks through the account itself
        arguments["tended"] = job.worker
    connecting = Connecting(job, token, context.fresh_id, account, *given)
    return Move(connecting, (StartOperation(context.fresh_id, "connect", arguments),))


def connect_ended(state: Connecting, event: Ended, context: Context) -> Move:
    """See what the token opens."""
    job, given, data = state.job, (state.key_id, state.secret), dict(event.data)
    match event.code:
        case "pick_account" if isinstance(job, NewWorker):
            accounts = tuple(Account(str(each[0]), str(each[1])) for each in _pairs(data["accounts"]))
            return Move(PickAccount(job, state.token, accounts, 0, *given))
        case "no_name" | "name_taken" | "name_invalid" if isinstance(job, NewWorker):
            notice = None if event.code == "no_name" else trouble(event.code, data)
            return Move(PickName(job, state.token, _account(data), str(data["suggestion"]), *given), notice=notice)
        case "account_id_needed" | "account_id_wrong" if isinstance(job, NewWorker):
            notice = trouble(event.code, data) if event.code == "account_id_wrong" else None
            return Move(AskAccountId(job, state.token, *given), notice=notice)
        case "connected":
            access = Connected(state.token, _account(data), str(data["subdomain"]), keep=not state.token.granted)
            if isinstance(job, NewWorker):
                return _into_account(job, access, given, data, context)
            if isinstance(job, NewKeys | Removal) and (found := strays(data)):
                return Move(Strays(job, access, found, *given))
            return onward(job, access, given, context)
        case code:
            tried = None if code in TOKEN_CODES else state.token
            return Move(AskToken(job, *given, tried=tried), notice=trouble(code, data))


def _into_account(job: NewWorker, access: Connected, given: Given, data: dict[str, Json], context: Context) -> Move:
    """Go on; Workers without a record, and records without a Worker, are told first."""
    gone = data.get("missing")
    notice = say("notice.bot_missing", script=listing(*map(str, gone))) if isinstance(gone, list) and gone else None
    if found := strays(data):
        return Move(Strays(job, access, found, *given), notice=notice)
    return replace(into_account(job, access, given, context), notice=notice)


def account_id_said(state: AskAccountId, text: str, context: Context) -> Move:
    """Take a typed account number, or a page's address with one in it."""
    found = ACCOUNT_ID.search(text.lower())
    if found is None:
        return Move(state, notice=say("notice.no_account_id"), tidy=True)
    given = (state.key_id, state.secret)
    return replace(_connect(state.job, state.token, None, given, context, account_id=found[0]), tidy=True)


def _pairs(value: Json) -> list[list[Json]]:
    return [each for each in value if isinstance(each, list)] if isinstance(value, list) else []


def _account(data: dict[str, Json]) -> Account:
    return Account(str(data["account"]), str(data["account_name"]))


def keep_tapped(state: KeepToken, argument: str, context: Context) -> Move:
    """The Worker keeps the token, or does not."""
    access = replace(state.access, keep=argument == "yes")
    return onward(state.job, access, (state.key_id, state.secret), context)
