// Starts a2a_exporter, sends it hops of every kind through the SDK's exporters, and compares its page. Exit 1 if a figure is wrong.
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agents } from './agents.mjs';

const program = process.argv[2];
const hopsOfARun = 1500;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function page(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const samples = new Map();
  for (const line of (await answer.text()).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

async function until(what, condition) {
  const end = Date.now() + 20000;
  for (;;) {
    if (await condition().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const [spans, scrapes] = [await freePort(), await freePort()];
const directory = mkdtempSync(join(tmpdir(), 'otlp-interop-'));
const config = join(directory, 'a2a.yml');
writeFileSync(config, `otlp:\n  listen_address: 127.0.0.1:${spans}\n  wait: 3s\n`);
const exporter = spawn(program, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${scrapes}`], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.on('exit', () => exporter.kill('SIGKILL'));

let wrong = 0;
function check(label, found, expected) {
  const right = Math.abs((found ?? NaN) - expected) < 1e-6;
  if (!right) ++wrong;
  console.log(`${right ? 'ok   ' : 'WRONG'} ${label.padEnd(62)} ${found ?? 'nothing'}${right ? '' : `, expected ${expected}`}`);
}

const url = `http://127.0.0.1:${spans}/v1/traces`;
const encodings = { protobuf: ProtobufExporter, json: JsonExporter };
await until('the exporter', async () => (await page(scrapes)).size > 0);

let received = 0;
for (const [encoding, Exporter] of Object.entries(encodings)) {
  for (const compression of ['none', 'gzip']) {
    for (const times of [1, 2]) {
      const names = [`intake-${encoding}-${compression}-${times}`, 'research'];
      const agents = new Agents(names, () => new Exporter({ url, compression, timeoutMillis: 10000 }), times);
      for (let n = 0; n < hopsOfARun; ++n) agents.hop({});
      await agents.flush();
      const samples = await page(scrapes);
      const pair = `source="${names[0]}",target="research"`;
      const label = `${encoding}, ${compression}, sent ${times === 1 ? 'once' : 'twice'}:`;
      check(`${label} hops`, samples.get(`a2a_hops_total{outcome="ok",${pair}}`), hopsOfARun);
      check(`${label} seconds`, samples.get(`a2a_hop_duration_seconds_sum{${pair}}`), hopsOfARun * 0.03);
      check(`${label} transport`, samples.get(`a2a_hop_transport_duration_seconds_sum{${pair}}`), hopsOfARun * 0.01);
      check(`${label} p95 in ms`, samples.get(`a2a_protocol_latency_ms{${pair}}`), 30);
      received += 2 * hopsOfARun;
      await agents.shutdown();
    }
  }
}

const agents = new Agents(['intake', 'research'], () => new ProtobufExporter({ url, compression: 'gzip' }), 2);
agents.hop({ failed: true, client: { 'rpc.response.status_code': '-32001' } });
agents.hop({ failed: true, client: { 'error.type': 'TimeoutError' } });
agents.hop({ server: { 'a2a.task.state': 'TASK_STATE_COMPLETED' } });
agents.hop({ kinds: [SpanKind.PRODUCER, SpanKind.CONSUMER] });
agents.lost();
await agents.flush();
await until('the lost call', async () => {
  const unpaired = (await page(scrapes)).get(
    'traces_service_graph_unpaired_spans_total{client="intake",connection_type="",server=""}',
  );
  return unpaired === 1;
});
const samples = await page(scrapes);
const pair = 'source="intake",target="research"';
const edge = (type) => `{client="intake",connection_type="${type}",server="research"}`;
check('an error by its A2A code', samples.get('a2a_hop_errors_total{code="-32001"}'), 1);
check('outcome error', samples.get(`a2a_hops_total{outcome="error",${pair}}`), 1);
check('outcome timeout', samples.get(`a2a_hops_total{outcome="timeout",${pair}}`), 1);
check('task state', samples.get('a2a_hop_task_states_total{state="completed"}'), 1);
check('service graph, requests', samples.get(`traces_service_graph_request_total${edge('')}`), 3);
check('service graph, failed', samples.get(`traces_service_graph_request_failed_total${edge('')}`), 2);
check('service graph, messages', samples.get(`traces_service_graph_request_total${edge('messaging_system')}`), 1);
check('unpaired', samples.get(`traces_service_graph_unpaired_spans_total{client="intake",connection_type="",server=""}`), 1);
check('spans taken', samples.get('a2a_otlp_spans_total{result="taken"}'), received + 9);
check('spans sent again', samples.get('a2a_otlp_spans_total{result="duplicate"}'), received / 2 + 9);
check('spans rejected', samples.get('a2a_otlp_spans_total{result="rejected"}'), 0);
check('spans waiting', samples.get('a2a_otlp_waiting_spans'), 0);
check('requests refused', samples.get('a2a_otlp_requests_total{code="400"}'), 0);
await agents.shutdown();
exporter.kill('SIGTERM');
process.exit(wrong === 0 ? 0 : 1);
