#!/usr/bin/python3
"""Everything at once for the fleet: scrapes, the status page, /probe, spans, reloads, configurations that change, faults.

usage: parallel_load.py SECONDS PROBER_CONFIGURATION PID...     ports from FLEET_PORT_NAME

PROBER_CONFIGURATION is that of the second prober: its targets come and go. PIDs get SIGHUP now and then. Prints how often what was
answered how; exits 1 for an answer nobody may get. Then goes on, no longer judging, until SIGTERM: programs must be able to end under
load too.
"""
import collections
import gzip
import http.client
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

EXPORTERS = ('A2A_EXPORTER', 'DOCUMENT_EXPORTER', 'PG_HEALTH_EXPORTER', 'COMPLIANCE_EXPORTER', 'CONSENT_EXPORTER', 'REDIS_HEALTH_EXPORTER')
PROBERS = ('SLO_PROBER', 'SECOND_PROBER')
PROGRAMS = EXPORTERS + PROBERS + ('SECOND_A2A_EXPORTER',)
PAGES = ('/metrics', '/metrics', '/metrics', '/-/ready', '/-/healthy', '/')
STATUS_PAGES = ('/status', '/status.json', '/status/live', '/status/public', '/status/public/live', '/status/public.json',
                '/status/public.atom', '/probe/history', '/status/status.js')
ACCEPT = ('', 'text/plain', 'application/openmetrics-text; version=1.0.0')
# What may be answered besides 200.
ALLOWED = {'/probe': {400}, '/-/ready': {503}, '/metrics, at once': {503}}
TIMEOUT = 60  # a program built with ThreadSanitizer beside nine others needs its time


def port(name):
    return int(os.environ['FLEET_PORT_' + name])


class Load:
    def __init__(self, configuration, pids):
        self.configuration, self.whole, self.pids = configuration, configuration.read_text(), pids
        self.answers, self.lock, self.ended = collections.Counter(), threading.Lock(), threading.Event()

    def ask(self, program, method, path, body=None, headers=None, name=None):
        connection = http.client.HTTPConnection('127.0.0.1', port(program), timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            response.read()
            answer = response.status
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        finally:
            connection.close()
        with self.lock:
            self.answers[program, name or path.partition('?')[0], answer] += 1

    def scrape(self):
        headers = {'Accept': random.choice(ACCEPT), 'Accept-Encoding': random.choice(('gzip', 'identity'))}
        program, path, name = random.choice(PROGRAMS), random.choice(PAGES), None
        if path == '/metrics' and random.random() < 0.1:
            headers['X-Prometheus-Scrape-Timeout-Seconds'], name = '0.51', '/metrics, at once'
        self.ask(program, 'GET', path, headers=headers, name=name)

    def look_at_status(self):
        self.ask(random.choice(PROBERS), 'GET', random.choice(STATUS_PAGES), headers={'Accept-Encoding': random.choice(('gzip', 'identity'))})

    def probe(self):
        interface = f'127.0.0.1:{port("INTERFACE")}'
        module, target = random.choice((('http_2xx', f'http://{interface}/healthz'), ('tcp_connect', interface), ('icmp', '127.0.0.1'),
                                        ('http_2xx', 'http://localhost:1/'), ('http_2xx', 'http://no.such.invalid/'), ('no_such', 'x')))
        self.ask('SECOND_PROBER', 'GET', f'/probe?module={module}&target={target}&debug={random.choice(("true", "false"))}')

    def reload(self):
        if self.pids and random.random() < 0.5:
            try:
                os.kill(random.choice(self.pids), signal.SIGHUP)
            except ProcessLookupError:
                pass
        else:
            self.ask(random.choice(PROGRAMS), 'POST', '/-/reload')

    def change_targets(self):
        lines = self.whole.replace('interval: 2s', f'interval: {random.choice((1, 2))}s').splitlines()
        lines = [line for line in lines if 'name: drafting' not in line and 'name: crossexam' not in line or random.random() < 0.5]
        changed = self.configuration.with_suffix('.changed')
        changed.write_text('\n'.join(lines) + '\n')
        changed.replace(self.configuration)
        self.ask('SECOND_PROBER', 'POST', '/-/reload')

    def send_spans(self):
        body = json.dumps({'resourceSpans': [span for _ in range(50) for span in hop()]}).encode()
        headers = {'Content-Type': 'application/json'}
        if random.random() < 0.5:
            body, headers['Content-Encoding'] = gzip.compress(body), 'gzip'
        self.ask('SPANS', 'POST', '/v1/traces', body, headers)

    def break_something(self):
        self.ask('DEMO_CONTROL', 'POST', random.choice(('/fault/lock?value=3', '/fault/agent-down?value=crossexam', '/clear', '/clear')))

    def repeat(self, action, pause):
        while not self.ended.wait(pause * random.uniform(0.5, 1.5)):
            action()

    def start(self):
        for count, action, pause in ((8, self.scrape, 0.03), (4, self.look_at_status, 0.02), (4, self.probe, 0.05), (3, self.send_spans, 0.05),
                                     (1, self.reload, 0.4), (1, self.change_targets, 0.5), (1, self.break_something, 1)):
            for _ in range(count):
                threading.Thread(target=self.repeat, args=(action, pause), daemon=True).start()

    def judge(self):
        """Prints the answers; whether each was one that may be given."""
        with self.lock:
            answers = sorted(self.answers.items(), key=str)
        by_path, wrong = collections.Counter(), []
        for (program, path, answer), count in answers:
            by_path[path, answer] += count
            if answer != 200 and answer not in ALLOWED.get(path, ()):
                wrong.append(f'{program} {path}: {answer}, {count} times')
        print('\n'.join(f'{count:7} {path} {answer}' for (path, answer), count in by_path.items()))
        print('\n'.join(wrong) or 'every request was answered', flush=True)
        return not wrong


def hop():
    """A call between two agents as its two spans; of one in ten the second is never sent."""
    now, trace, calls, serves = time.time_ns(), os.urandom(16).hex(), os.urandom(8).hex(), os.urandom(8).hex()
    yield of_agent('intake', {'traceId': trace, 'spanId': calls, 'kind': 3}, now)
    if random.random() < 0.9:
        yield of_agent('research', {'traceId': trace, 'spanId': serves, 'parentSpanId': calls, 'kind': 2}, now)


def of_agent(agent, span, now):
    span |= {'name': 'message/send', 'startTimeUnixNano': str(now - 10**7), 'endTimeUnixNano': str(now)}
    return {'resource': {'attributes': [{'key': 'service.name', 'value': {'stringValue': agent}}]}, 'scopeSpans': [{'spans': [span]}]}


def main():
    seconds, configuration, pids = float(sys.argv[1]), pathlib.Path(sys.argv[2]), [int(pid) for pid in sys.argv[3:]]
    load = Load(configuration, pids)
    signal.signal(signal.SIGTERM, lambda *_: load.ended.set())
    load.start()
    load.ended.wait(seconds)
    well = load.judge()
    load.ended.wait()
    return 0 if well else 1


if __name__ == '__main__':
    sys.exit(main())
