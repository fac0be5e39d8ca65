// What is tried on each agent, and what must come of it.

/**
 * Agents as the probe is told to see them. `faulty`: every fault is tried, not only what healthy agents do. `but`: what an SDK does
 * otherwise; the transports of 1.0.1 do not know the error of their own task store and answer InternalError.
 */
export const endpoints = [
  { id: 'sdk 0.2.2', sdk: '0.2.2', version: '0.2', binding: 'JSONRPC' },
  { id: 'sdk 0.2.5', sdk: '0.2.5', version: '0.2', binding: 'JSONRPC', faulty: true },
  { id: 'sdk 0.3.4', sdk: '0.3.4', version: '0.3', binding: 'JSONRPC' },
  { id: 'sdk 0.3.14', sdk: '0.3.14', version: '0.3', binding: 'JSONRPC', faulty: true },
  { id: 'sdk 0.3.14', sdk: '0.3.14', version: '0.3', binding: 'HTTP+JSON', force: true, faulty: true },
  {
    id: 'sdk 1.0.1',
    sdk: '1.0.1',
    version: '1.0',
    binding: 'JSONRPC',
    but: { 'unknown task': 'a2a_error at task' },
  },
  {
    id: 'sdk 1.0.1',
    sdk: '1.0.1',
    version: '1.0',
    binding: 'HTTP+JSON',
    force: true,
    but: { 'unknown task': 'a2a_error at task' },
  },
  { id: 'sdk 1.3.0', sdk: '1.3.0', version: '1.0', binding: 'JSONRPC', faulty: true },
  { id: 'sdk 1.3.0', sdk: '1.3.0', version: '1.0', binding: 'HTTP+JSON', force: true, faulty: true },
  {
    id: 'sdk 1.3.0 rest first',
    sdk: '1.3.0',
    version: '1.0',
    binding: 'HTTP+JSON',
    options: { order: ['HTTP+JSON', 'JSONRPC'] },
  },
  {
    id: 'sdk 1.3.0 grpc first',
    sdk: '1.3.0',
    version: '1.0',
    binding: 'JSONRPC',
    options: { order: ['GRPC', 'JSONRPC'] },
  },
  { id: 'sdk 1.3.0 tenant', sdk: '1.3.0', version: '1.0', binding: 'JSONRPC', options: { tenant: 'acme' } },
  {
    id: 'sdk 1.3.0 tenant',
    sdk: '1.3.0',
    version: '1.0',
    binding: 'HTTP+JSON',
    force: true,
    options: { tenant: 'acme' },
  },
  { id: 'sdk 1.3.0 compat', sdk: '1.3.0', version: '1.0', binding: 'JSONRPC', options: { legacy: true } },
  {
    id: 'sdk 1.3.0 compat',
    sdk: '1.3.0',
    version: '0.3',
    binding: 'JSONRPC',
    force: true,
    options: { legacy: true },
  },
  {
    id: 'sdk 1.3.0 compat',
    sdk: '1.3.0',
    version: '0.3',
    binding: 'HTTP+JSON',
    force: true,
    options: { legacy: true },
  },
];

const send = (text, more = {}) => ({ mode: 'send', text, ...more });
const stream = (text, more = {}) => ({ mode: 'stream', text, ...more });
const polled = send('slow', { blocking: false, until: 'completed', poll_interval: '50ms' });

/** What every agent does when nothing is wrong with the way to it. */
export const healthy = [
  { name: 'card', a2a: { mode: 'card' }, expect: 'good' },
  { name: 'unknown task', a2a: { mode: 'task' }, expect: 'good' },
  { name: 'send', a2a: send('ping'), expect: 'good', latency: true },
  { name: 'send, direct reply', a2a: send('reply'), expect: 'good', latency: true },
  {
    name: 'send, reply as expected',
    a2a: send('ping', { fail_if_reply_not_matches_regexp: ['echo: ping'] }),
    expect: 'good',
  },
  {
    name: 'send, another reply',
    a2a: send('ping', { fail_if_reply_not_matches_regexp: ['^pong$'] }),
    expect: 'body at send',
  },
  { name: 'send, failed', a2a: send('fail'), expect: 'a2a_state at send' },
  { name: 'send, rejected', a2a: send('reject'), expect: 'a2a_state at send' },
  { name: 'send, input required', a2a: send('input'), expect: 'a2a_interrupted at send' },
  { name: 'send, auth required', a2a: send('auth'), expect: 'a2a_interrupted at send' },
  { name: 'send, the agent breaks', a2a: send('throw'), expect: 'a2a_state at send' },
  { name: 'stream, the agent breaks', a2a: stream('throw'), expect: 'a2a_state at stream' },
  { name: 'send, then polls', a2a: polled, expect: 'good', latency: true, polls: 3 },
  {
    name: 'stream',
    a2a: stream('ping', { fail_if_reply_not_matches_regexp: ['echo: ping\\.\\.\\.'] }),
    expect: 'good',
    events: 7,
    latency: true,
  },
  {
    name: 'stream, direct reply',
    a2a: stream('reply', { fail_if_reply_not_matches_regexp: ['^echo: reply$'] }),
    expect: 'good',
    events: 1,
  },
  { name: 'stream, failed', a2a: stream('fail'), expect: 'a2a_state at stream' },
  { name: 'stream, input required', a2a: stream('input'), expect: 'a2a_interrupted at stream' },
];

const short = '300ms';
const cardFaults = {
  hang: 'timeout at card',
  reset: 'reset at card',
  close: 'reset at card',
  503: 'status at card',
  html: 'a2a_card at card',
  401: 'unauthorized at card',
  404: 'a2a_card at card',
  'bad-json': 'a2a_card at card',
  'not-http': 'protocol at card',
  truncated: 'reset at card',
  trickle: 'good',
};
const sendFaults = {
  hang: 'timeout at send',
  reset: 'reset at send',
  close: 'reset at send',
  503: 'status at send',
  html: 'a2a_answer at send',
  401: 'unauthorized at send',
  403: 'unauthorized at send',
  404: 'status at send',
  'bad-json': 'a2a_answer at send',
  'not-http': 'protocol at send',
  'error-member': 'a2a_error at send',
  truncated: 'reset at send',
  slow: 'good',
  trickle: 'good',
  'needs-token': 'unauthorized at send',
};
const pollFaults = {
  hang: 'timeout at poll',
  reset: 'reset at poll',
  503: 'status at poll',
  html: 'a2a_answer at poll',
  'error-member': 'a2a_error at poll',
  'bad-json': 'a2a_answer at poll',
  401: 'unauthorized at poll',
  lost: 'a2a_task at poll',
};
const streamFaults = {
  crlf: 'good',
  cr: 'good',
  split: 'good',
  pings: 'good',
  fields: 'good',
  'data-lines': 'good',
  bom: 'good',
  'never-closed': 'good',
  gap: 'good',
  cut: 'a2a_stream at stream',
  'cut-reset': 'a2a_stream at stream',
  'cut-mid-event': 'a2a_stream at stream',
  'hang-after': 'timeout at stream',
  'hang-before': 'timeout at stream',
  'bad-event': 'a2a_answer at stream',
  'error-event': 'a2a_error at stream',
  'as-json': 'a2a_stream at stream',
  503: 'status at stream',
  html: 'a2a_answer at stream',
  401: 'unauthorized at stream',
  reset: 'reset at stream',
  'not-http': 'protocol at stream',
};

const hangs = (fault) => fault.startsWith('hang');

/** What must come of each fault between the probe and an agent. */
export function faults(endpoint) {
  const rpc = endpoint.binding === 'JSONRPC';
  const list = (at, expected, a2a) =>
    Object.entries(expected).map(([fault, expect]) => ({
      name: `${a2a.mode}, ${at === 'send' ? '' : `${at} `}${fault}`,
      a2a,
      fault,
      at,
      expect,
      timeout: hangs(fault) ? short : undefined,
      gap: fault === 'gap' ? 0.25 : undefined,
    }));
  return [
    ...list('card', cardFaults, { mode: 'card' }),
    ...list('send', { ...sendFaults, ...(rpc ? { 'wrong-id': 'a2a_answer at send' } : {}) }, send('ping')),
    // The agents of 0.2 answer when the task has ended, whatever they are asked.
    ...(endpoint.version === '0.2' ? [] : list('poll', pollFaults, polled)),
    ...list('send', { 'needs-token': 'good' }, send('ping', { bearer_token: 's3cret' })),
    ...list(
      'send',
      { ...streamFaults, ...(rpc ? { 'wrong-id-event': 'a2a_answer at stream' } : {}) },
      stream('ping'),
    ),
  ];
}
