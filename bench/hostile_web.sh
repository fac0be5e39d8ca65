#!/bin/bash
# An exporter while 2,000 clients send it a request byte by byte, and one a body of 1 GB: every scrape must be answered, and
# its resident memory stay below 64 MB.
#
#   bench/hostile_web.sh [PROGRAM [SECONDS]]     PROGRAM: build/release/bin/redis_health_exporter
#
# Needs redis-server and python3, and 4,200 descriptors. Everything it starts and writes is gone afterwards.
set -euo pipefail
# shellcheck source=bench/two_exporters.sh
source "${BASH_SOURCE[0]%/*}/two_exporters.sh"

program=${1:-build/release/bin/redis_health_exporter}
seconds=${2:-60}
dir=$(mktemp -d)
children=()
finish() {
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap finish EXIT
ulimit -n "$(ulimit -Hn)"

redis_port=$(free_port)
port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$dir" --save '' >"$dir/redis.log" 2>&1 &
children+=("$!")
await redis-cli -p "$redis_port" ping
printf 'instances:\n  - {name: bench, address: "127.0.0.1:%s"}\n' "$redis_port" >"$dir/redis.yml"
"$program" --config.file="$dir/redis.yml" --web.listen-address="127.0.0.1:$port" >"$dir/exporter.log" 2>&1 &
exporter=$!
children+=("$exporter")
await curl -sf -o /dev/null "http://127.0.0.1:$port/-/ready"

python3 - "$port" "$seconds" "$exporter" <<'PYTHON'
import asyncio, sys, time

port, seconds, pid = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
end = time.monotonic() + seconds
slow = {"opened": 0, "now": 0, "most": 0}
flood = {"sent": 0, "answer": ""}
scrapes, failures = [], []


async def slow_client():
    """A request's head, a byte at a time; again from the start when it is cut off."""
    head = b"GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"a" * 4000
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            slow["opened"] += 1
            slow["now"] += 1
            slow["most"] = max(slow["most"], slow["now"])
            try:
                for byte in head:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
                    if time.monotonic() > end:
                        break
            finally:
                slow["now"] -= 1
                writer.close()
        except OSError:
            await asyncio.sleep(1)


async def large_body():
    """1 GB behind a request that announces it, and then in chunks without an announcement."""
    for head in (b"Content-Length: 1073741824\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /metrics HTTP/1.1\r\nHost: a\r\n" + head)
            piece = b"x" * 65536
            if head.startswith(b"Transfer"):
                piece = b"10000\r\n" + piece + b"\r\n"
            while flood["sent"] < 1 << 30 and time.monotonic() < end:
                writer.write(piece)
                await writer.drain()
                flood["sent"] += len(piece)
        except OSError:
            pass
        try:
            flood["answer"] += (await asyncio.wait_for(reader.readline(), 2)).decode().strip() + "; "
        except (OSError, asyncio.TimeoutError):
            flood["answer"] += "cut off; "


async def scraper():
    while time.monotonic() < end:
        begin = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            page = await asyncio.wait_for(reader.read(-1), 10)
            if not page.startswith(b"HTTP/1.1 200") or b"redis_up" not in page:
                failures.append(page[:80])
            writer.close()
        except (OSError, asyncio.TimeoutError) as error:
            failures.append(repr(error))
        scrapes.append(time.monotonic() - begin)
        await asyncio.sleep(0.5)


async def main():
    clients = [asyncio.create_task(slow_client()) for _ in range(2000)]
    await asyncio.gather(scraper(), large_body())
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


asyncio.run(main())
status = open(f"/proc/{pid}/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
scrapes.sort()
print(f"slow clients: {slow['opened']} connections, {slow['most']} at once")
print(f"a body of 1 GB: {flood['sent'] >> 20} MiB taken by the kernel and the exporter; answers: {flood['answer']}")
print(f"scrapes: {len(scrapes)}, {len(failures)} failed; median {1000 * scrapes[len(scrapes) // 2]:.1f} ms, slowest {1000 * scrapes[-1]:.1f} ms")
print(f"peak resident memory: {peak:.1f} MiB   goal: below 64 MB")
for failure in failures[:5]:
    print("failed:", failure)
sys.exit(bool(failures) or peak * 1.048576 >= 64)
PYTHON
