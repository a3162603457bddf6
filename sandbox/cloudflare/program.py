"""Writes what `workerd` is to run: a Cap'n Proto text config and the module files it embeds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.cloudflare.state import Binding, Module, Version
from sandbox.time.timeline import REAL, Course

# Runs beside the Worker in the same process: tells what its code exports and fires scheduled().
ATTENDANT = "sandbox-attendant.js"
ATTENDANT_CODE = """
function handlersOf(value) {
  if (typeof value === "function") {
    return Object.getOwnPropertyNames(value.prototype ?? {}).filter((name) => name !== "constructor");
  }
  return Object.keys(value ?? {}).filter((name) => typeof value[name] === "function");
}
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/exports") {
      const code = await import(MAIN);
      const classes = Object.keys(code).filter((name) => name !== "default" && typeof code[name] === "function");
      return Response.json({ handlers: handlersOf(code.default), classes });
    }
    const { cron, scheduledTime } = await request.json();
    return Response.json(await env.SANDBOX_WORKER.scheduled({ cron, scheduledTime: new Date(scheduledTime) }));
  },
};
"""
# What a Worker is wrapped in whose sandbox has a time of its own; the code itself stays as it was uploaded.
TIME = "sandbox-time.js"
TIME_CODE = """
const real = Date;
const now = () => Math.floor(real.now() * RATE + SHIFT);
globalThis.Date = new Proxy(real, {
  construct: (_, given, target) => Reflect.construct(real, given.length ? given : [now()], target),
  apply: () => String(new real(now())),
  get: (_, name) => (name === "now" ? now : Reflect.get(real, name)),
});
export const outside = (when) => (Number(when) - SHIFT) / RATE;
"""
WRAPPED = "sandbox-wrapped.js"
WRAPPED_CODE = """
import { outside } from "TIME";
import * as code from MAIN;
export * from MAIN;
export default code.default;
"""
# An alarm is set by that clock and goes off by the runtime's own.
OBJECT_CODE = """
export class NAME extends code.NAME {
  constructor(ctx, env) {
    const set = ctx.storage.setAlarm.bind(ctx.storage);
    ctx.storage.setAlarm = (when, ...more) => set(outside(when), ...more);
    super(ctx, env);
  }
}
"""
MODULE_FIELDS = {
    "application/javascript+module": "esModule",
    "text/javascript+module": "esModule",
    "application/javascript": "commonJsModule",
    "text/javascript": "commonJsModule",
    "text/plain": "text",
    "application/json": "json",
    "application/octet-stream": "data",
    "application/wasm": "wasm",
}
IGNORED_TYPES = frozenset({"application/source-map"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where one process keeps its files: a private folder for config and sockets, one for stored objects."""

    folder: Path
    objects: Path

    @property
    def config(self) -> Path:
        """The config file; it holds secrets and is gone once the process has read it."""
        return self.folder / "config.capnp"

    @property
    def worker_socket(self) -> Path:
        """Where the Worker itself listens."""
        return self.folder / "w"

    @property
    def attendant_socket(self) -> Path:
        """Where the attendant listens."""
        return self.folder / "a"


def write_program(version: Version, place: Place, course: Course = REAL) -> None:
    """Write config and modules into the place's folder, readable by this user alone.

    `course` is that of the Worker's clock; any but the real one's takes a main module that is an ES module.
    """
    files: dict[str, bytes] = {}
    modules = _modules(version, files)
    if course != REAL:
        modules = [*_wrapping(version, course, files), *modules]
    _write(place.folder / "attendant.js", ATTENDANT_CODE.replace("MAIN", json.dumps(version.main_module)).encode())
    for name, content in files.items():
        _write(place.folder / name, content)
    _write(place.config, _config(version, place, modules).encode())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _modules(version: Version, files: dict[str, bytes]) -> list[str]:
    """Name the modules, the main one first, and note each one's bytes under a file name of ours."""
    ordered = sorted(version.modules, key=lambda module: module.name != version.main_module)
    entries = []
    for number, module in enumerate(m for m in ordered if m.content_type not in IGNORED_TYPES):
        files[f"m{number}"] = module.content
        entries.append(_module(module, f"m{number}"))
    return entries


def _wrapping(version: Version, course: Course, files: dict[str, bytes]) -> list[str]:
    """Put a new main module before the Worker's own, which is loaded after the clock has been replaced."""
    main = json.dumps(version.main_module)
    objects = "".join(OBJECT_CODE.replace("NAME", name) for name in version.namespaces)
    wrapped = WRAPPED_CODE.replace("TIME", TIME).replace("MAIN", main) + objects
    files["wrapped"] = wrapped.encode()
    clock = TIME_CODE.replace("RATE", repr(course.rate)).replace("SHIFT", repr(course.shift * 1000))
    files["time"] = clock.encode()
    return [f'(name = "{WRAPPED}", esModule = embed "wrapped")', f'(name = "{TIME}", esModule = embed "time")']


def _module(module: Module, file: str) -> str:
    return f'(name = {_text(module.name)}, {MODULE_FIELDS[module.content_type]} = embed "{file}")'


def _config(version: Version, place: Place, modules: list[str]) -> str:
    flags = {*version.compatibility_flags, "service_binding_extra_handlers"}
    date = f"compatibilityDate = {_text(version.compatibility_date)}"
    attendant_modules = [f'(name = "{ATTENDANT}", esModule = embed "attendant.js")', *modules]
    attendant_bindings = [
        *_bindings(version.bindings, service="worker"),
        '(name = "SANDBOX_WORKER", service = "worker")',
    ]
    return f"""using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "attendant", worker = .attendant),
    (name = "internet", network = (
      allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
    (name = "objects", disk = (path = {_text(str(place.objects))}, writable = true)),
  ],
  sockets = [
    (name = "worker", address = {_text(f"unix:{place.worker_socket}")}, service = "worker",
     http = (forwardedProtoHeader = "X-Forwarded-Proto")),
    (name = "attendant", address = {_text(f"unix:{place.attendant_socket}")}, service = "attendant", http = ()),
  ],
);
const worker :Workerd.Worker = (
  modules = [{", ".join(modules)}],
  {date}, compatibilityFlags = {_list(version.compatibility_flags)},
  bindings = [{", ".join(_bindings(version.bindings))}],
  durableObjectNamespaces = [{", ".join(_namespaces(version))}],
  durableObjectStorage = (localDisk = "objects"),
);
const attendant :Workerd.Worker = (
  modules = [{", ".join(attendant_modules)}],
  {date}, compatibilityFlags = {_list(sorted(flags))},
  bindings = [{", ".join(attendant_bindings)}],
);
"""


def _namespaces(version: Version) -> Iterable[str]:
    for name, key in version.namespaces.items():
        yield f"(className = {_text(name)}, uniqueKey = {_text(key)}, enableSql = true)"


def _bindings(bindings: Iterable[Binding], service: str | None = None) -> Iterable[str]:
    for binding in bindings:
        yield f"(name = {_text(binding.name)}, {_value(binding, service)})"


def _value(binding: Binding, service: str | None) -> str:
    match binding.kind:
        case "durable_object_namespace" if service is not None:
            return f"durableObjectNamespace = (className = {_text(str(binding.value))}, serviceName = {_text(service)})"
        case "durable_object_namespace":
            return f"durableObjectNamespace = {_text(str(binding.value))}"
        case "json":
            return f"json = {_text(json.dumps(binding.value))}"
        case _:
            return f"text = {_text(str(binding.value))}"


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(_text(item) for item in items) + "]"


def _text(value: str) -> str:
    """Quote for Cap'n Proto: every byte that is not plain ASCII goes in as a hex escape."""
    plain = (chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in value.encode())  # noqa: PLR2004
    return '"' + "".join(plain) + '"'
