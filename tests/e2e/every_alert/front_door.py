#!/usr/bin/python3
"""The proxy in front of the unified interface, with that interface's own metric of its requests.

usage: front_door.py PORT INTERFACE_PORT ORDERS_FILE

The first line of ORDERS_FILE says how it is broken: nothing (it is not), `slow SECONDS` (it answers late), `fail PATH` (it answers that
path with 502 as if nobody were behind it). Its path /hang never answers.
"""
import collections
import http.server
import sys
import threading
import time
import urllib.error
import urllib.request

port, interface_port, orders_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
counts = collections.Counter()
lock = threading.Lock()


def order():
    with open(orders_file, encoding='utf-8') as file:
        return file.read().split() or ['']


class Door(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, code, body, content_type='text/plain; charset=utf-8'):
        self.send_response(code)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split('?')[0]
        if path == '/metrics':
            with lock:
                lines = [f'legalllm_requests_total{{path="{path}",code="{code}"}} {count}\n' for (path, code), count in sorted(counts.items())]
            self.answer(200, ('# TYPE legalllm_requests_total counter\n' + ''.join(lines)).encode(), 'text/plain; version=0.0.4')
            return
        if path == '/hang':
            time.sleep(60)
            return
        word, *rest = order()
        if word == 'slow':
            time.sleep(float(rest[0]))
        code, body = 502, b'nobody is behind this door\n'
        if not (word == 'fail' and path == rest[0]):
            try:
                with urllib.request.urlopen(f'http://127.0.0.1:{interface_port}{path}', timeout=5) as reply:
                    code, body = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                code, body = error.code, error.read()
            except OSError:
                pass
        with lock:
            counts[path, code] += 1
        self.answer(code, body)


for known in ('/', '/matters'):
    for status in (200, 502):
        counts[known, status] = 0
http.server.ThreadingHTTPServer(('127.0.0.1', port), Door).serve_forever()
