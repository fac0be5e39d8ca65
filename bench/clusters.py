#!/usr/bin/env python3
"""Simulated clusters for clusters.sh, each of them a recorded /federate page whose values move.

  clusters.py serve PAGE STEP PORT              an HTTP proxy: prometheus.NAME.DOMAIN/federate is the cluster NAME;
                                                GET /bytes: what the bodies sent so far came to, as they were on the wire
  clusters.py history PAGE STEP HOURS END N [METRIC]   OpenMetrics of N clusters (of METRIC alone) until END, in seconds

STEP is the clusters' own scrape interval in seconds.
"""
import gzip
import http.server
import random
import re
import sys
import threading
import time
import urllib.parse

# What stands still while all is well. Everything else gets a new value at each step, an error ratio that was recorded as 0 as well:
# random digits are the worst for the compression of the TSDB, so the costs are upper bounds.
STILL = re.compile(r"(up|probe_success|ALERTS|slo:objective:ratio|slo:error_budget:ratio|slo:time_period:days)$")


class Series:
    def __init__(self, line, number):
        head, value, time_ms = line.rsplit(" ", 2)
        self.name, _, labels = head.partition("{")
        self.number = number
        self.phase_ms = int(time_ms)
        # A cluster's external labels, as docker/prometheus/agent.yml has them. A recording comes with instance="" and keeps it, or
        # whoever scrapes would put its own there.
        kept = re.sub(r'(^|,)(cluster|replica)="[^"]*"', "", labels.rstrip("}")).strip(",")
        self.head = self.name + "{" + (kept + "," if kept else "") + 'cluster="%s",replica="a"}'
        self.value = value
        self.still = bool(STILL.match(self.name))
        self.counter = self.name.endswith("_total")
        self.decimals = 17 if value == "0" else len(value.partition(".")[2])

    def at(self, seed, step):
        """The value of a step, the same whenever it is asked for."""
        if self.still:
            return self.value
        if self.counter:
            return str(int(float(self.value)) + (step + seed + self.number) // 20)
        moved = (float(self.value) or 0.001) * random.Random((step * 1000 + seed) * 10000 + self.number).uniform(0.9, 1.1)
        return repr(round(moved, self.decimals))


def read_page(path):
    with open(path, encoding="utf-8") as page:
        lines = [line.rstrip("\n") for line in page if line.strip() and not line.startswith("#")]
    return [Series(line, number) for number, line in enumerate(lines)]


def seed_of(cluster):
    return int(cluster.lstrip("c"))


def last_step(series, seed, step_ms, now_ms):
    """Number and time of the last sample at now: each target and rule group has a moment of its own, in each cluster another."""
    phase = (series.phase_ms + seed * 7919) % step_ms
    step = (now_ms - phase) // step_ms
    return step, step * step_ms + phase


def render(page, cluster, step_ms, now_ms):
    seed, name, out = seed_of(cluster), None, []
    for series in page:
        if series.name != name:
            name = series.name
            out.append(f"# TYPE {name} untyped")
        step, time_ms = last_step(series, seed, step_ms, now_ms)
        out.append(f"{series.head % cluster} {series.at(seed, step)} {time_ms}")
    return ("\n".join(out) + "\n").encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    page, step_ms = [], 0
    sent, lock = 0, threading.Lock()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/bytes":
            self.answer(str(Handler.sent).encode())
            return
        body = render(self.page, url.netloc.split(".")[1], self.step_ms, int(time.time() * 1000))
        # As Prometheus does: gzip at its default level.
        zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        if zipped:
            body = gzip.compress(body, 6)
        with self.lock:
            Handler.sent += len(body)
        self.answer(body, zipped)

    def answer(self, body, zipped=False):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(page, step, port):
    Handler.page, Handler.step_ms = page, step * 1000
    http.server.ThreadingHTTPServer.request_queue_size = 128
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def history(page, step, hours, end, clusters, metric=None):
    step_ms = step * 1000
    steps = hours * 3600 // step
    for cluster in (f"c{number:03}" for number in range(1, clusters + 1)):
        seed = seed_of(cluster)
        for series in page:
            if metric and series.name != metric:
                continue
            head = series.head.replace(',instance=""', "") % cluster
            last, time_ms = last_step(series, seed, step_ms, end * 1000)
            sys.stdout.writelines(f"{head} {series.at(seed, last - back)} {(time_ms - back * step_ms) / 1000:.3f}\n"
                                  for back in range(steps - 1, -1, -1))
    print("# EOF")


def main():
    mode, path, step, *rest = sys.argv[1:]
    page = read_page(path)
    if mode == "serve":
        serve(page, int(step), int(rest[0]))
    else:
        history(page, int(step), *(int(word) for word in rest[:3]), *rest[3:])


main()
