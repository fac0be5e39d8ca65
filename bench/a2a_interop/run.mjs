// Starts the agents, puts the faults in front of them, lets the probe try each and compares. Exit 1 if a verdict is wrong.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from './agents.mjs';
import { startProxy } from './fault_proxy.mjs';
import { endpoints, faults, healthy } from './scenarios.mjs';

const driver = process.argv[2];
console.error = () => {}; // the SDK's own log of the errors that it is made to answer

const directory = mkdtempSync(join(tmpdir(), 'a2a-interop-'));

function certificate() {
  const file = (name) => join(directory, name);
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=agent',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    file('key.pem'),
    '-out',
    file('cert.pem'),
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return { path: file('cert.pem'), key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) };
}

async function plan() {
  const scenarios = [];
  const add = (endpoint, scenario, target, more = {}) => {
    const wanted = endpoint.force ? { version: endpoint.version, binding: endpoint.binding } : {};
    const a2a = { ...scenario.a2a, ...wanted, ...more };
    const expect = endpoint.but?.[scenario.name] ?? scenario.expect;
    scenarios.push({
      ...scenario,
      expect,
      endpoint,
      label: `${endpoint.id} ${endpoint.version} ${endpoint.binding}`,
      target,
      a2a,
    });
  };
  const agents = new Map();
  const agent = async ({ sdk, options }) => {
    const key = JSON.stringify([sdk, options]);
    if (!agents.has(key)) agents.set(key, await startAgent(sdk, options));
    return agents.get(key);
  };
  for (const endpoint of endpoints) {
    const upstream = await agent(endpoint);
    for (const scenario of healthy) add(endpoint, scenario, upstream);
    if (!endpoint.faulty) continue;
    for (const scenario of faults(endpoint)) {
      add(endpoint, scenario, await startProxy(upstream, { fault: scenario.fault, at: scenario.at }));
    }
  }
  const grpc = {
    id: 'sdk 1.3.0 grpc only',
    sdk: '1.3.0',
    version: '1.0',
    binding: 'GRPC',
    options: { order: ['GRPC'] },
  };
  add(grpc, { name: 'card', a2a: { mode: 'card' }, expect: 'a2a_version at card' }, await agent(grpc));
  const plain = endpoints.find((endpoint) => endpoint.sdk === '1.3.0');
  add(
    plain,
    { name: 'version it does not have', a2a: { mode: 'card', version: '0.3' }, expect: 'a2a_version at card' },
    await agent(plain),
  );
  add(
    plain,
    {
      name: 'explicit card',
      a2a: { mode: 'send', card_url: `${await agent(plain)}/.well-known/agent-card.json` },
      expect: 'good',
    },
    'http://127.0.0.1:1',
  );
  add(plain, { name: 'nobody there', a2a: { mode: 'card' }, expect: 'refused at card' }, 'http://127.0.0.1:1');
  const tls = certificate();
  const secure = await startProxy(await agent(plain), { tls });
  for (const [name, mode] of [
    ['send over https', 'send'],
    ['stream over https', 'stream'],
  ]) {
    add(plain, { name, a2a: { mode, tls_config: { ca_file: tls.path } }, expect: 'good', tls: true }, secure);
  }
  add(plain, { name: 'certificate not trusted', a2a: { mode: 'send' }, expect: 'certificate at card' }, secure);
  return scenarios;
}

function run(scenarios) {
  const file = join(directory, 'scenarios.yml');
  const entries = scenarios.map(({ target, timeout, a2a }, i) => ({
    name: String(i),
    target,
    timeout: timeout ?? '5s',
    a2a,
  }));
  writeFileSync(file, JSON.stringify({ scenarios: entries }));
  return new Promise((resolve, reject) => {
    const child = spawn(driver, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (piece) => (text += piece));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(
            text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          )
        : reject(new Error(`driver: exit ${code}`)),
    );
  });
}

/** What is wrong with a result besides its verdict; "" if nothing. */
function problem(scenario, result) {
  const fact = (name) => result.facts[name];
  if (scenario.events && fact('probe_a2a_events') !== scenario.events)
    return `${fact('probe_a2a_events')} events, expected ${scenario.events}`;
  // The agents of 0.2 answer when the task has ended, whatever they are asked.
  if (scenario.polls && scenario.endpoint.version !== '0.2' && !(fact('probe_a2a_polls') >= scenario.polls))
    return `${fact('probe_a2a_polls')} polls`;
  if (scenario.latency && !(result.latency_ms > 0 && result.latency_ms <= result.ms))
    return `latency ${result.latency_ms}`;
  if (scenario.gap && !(fact('probe_a2a_max_event_gap_seconds') >= scenario.gap))
    return `gap ${fact('probe_a2a_max_event_gap_seconds')}`;
  if (scenario.tls && !Object.keys(result.facts).some((name) => name.startsWith('probe_tls_version_info')))
    return 'no TLS facts';
  const spoken = `probe_a2a_protocol_info binding=${scenario.endpoint.binding} version=${scenario.endpoint.version}`;
  if (result.outcome === 'good' && fact(spoken) !== 1) return `not spoken: ${spoken}`;
  const limit = 1000 * (scenario.timeout ? 0.3 : 5) + 50;
  if (result.ms > limit) return `took ${result.ms} ms`;
  return '';
}

const scenarios = await plan();
const results = await run(scenarios);
let wrong = 0;
const row = (cells) =>
  console.log(cells.map((cell, i) => String(cell).padEnd([36, 28, 24, 24, 8][i] ?? 0)).join(' '));
row(['AGENT', 'TRIED', 'EXPECTED', 'GOT', 'MS', 'DETAIL']);
for (const [i, scenario] of scenarios.entries()) {
  const result = results[i];
  const got =
    result.outcome === 'good'
      ? 'good'
      : result.outcome === 'bad'
        ? `${result.reason} at ${result.step}`
        : `unknown: ${result.reason}`;
  const bad = got !== scenario.expect ? 'WRONG' : problem(scenario, result);
  if (bad) ++wrong;
  row([
    scenario.label,
    scenario.name,
    scenario.expect,
    got,
    result.ms.toFixed(1),
    bad ? `*** ${bad}: ${result.detail}` : result.detail,
  ]);
}
console.log(`\n${scenarios.length} attempts, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
