"""scratch"""
from __future__ import annotations
import sys, tempfile, time, os
from pathlib import Path
from bench.processes import Running, memory_mb

def q(v, p):
    v = sorted(v)
    return 1000 * v[min(len(v) - 1, int(len(v) * p))] if v else float("nan")

def line(name, v):
    print(f"  {name:22} n={len(v):5} p50={q(v,.5):7.1f} p90={q(v,.9):7.1f} p99={q(v,.99):7.1f} max={q(v,1):7.1f} ms")

def main():
    mode, chats = sys.argv[1], int(sys.argv[2])
    think = 1.0
    with tempfile.TemporaryDirectory() as folder, Running(chats, Path(folder)) as world:
        time.sleep(3)
        print("load", os.getloadavg(), "startup", round(world.startup, 2), "idle MB", round(memory_mb(world.bot.pid)))
        if mode == "steady":
            deploy = float(os.environ.get("DEPLOY", "2"))
            world.latency(deploy / 5)
            r = world.load({"do": "steady", "papers": world.papers, "think": think, "rounds": int(os.environ.get("ROUNDS", "2")), "ramp": 10 * think + deploy * 1.4})
        else:
            r = world.load({"do": "burst", "papers": world.papers, "rest": 3.0})
        print("load", os.getloadavg(), {k: v for k, v in r.items() if not isinstance(v, list)}, "cpu/onb", round(1000 * r["cpu"] / r["onboardings"], 1), "ms", "MB after", round(memory_mb(world.bot.pid)))
        for k in ("delete", "delete_from_sending", "screen"):
            line(k, r[k])
        if os.environ.get("LOG"): print(open(Path(folder)/"bot.log").read()[-3000:])
main()
