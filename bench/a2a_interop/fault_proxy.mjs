// Stands in front of an agent and spoils what it answers. Cards pass with the proxy's address in place of the agent's.
import http from 'node:http';
import https from 'node:https';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function forward(upstream, request, url, body) {
  return new Promise((resolve, reject) => {
    const headers = { ...request.headers, host: new URL(upstream).host, 'content-length': body.length };
    const sent = http.request(upstream + url, { method: request.method, headers, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body.length > 0 ? body : undefined);
  });
}

async function readAll(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function answer(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Faults of whole answers: (response, its head, its body as text). */
const answerFaults = {
  hang: async () => {},
  reset: async (response) => response.socket.resetAndDestroy(),
  close: async (response) => response.socket.end(),
  503: async (response) => answer(response, 503, 'text/html', '<html><h1>503 Service Unavailable</h1></html>'),
  html: async (response) => answer(response, 200, 'text/html', '<html><h1>Welcome to nginx!</h1></html>'),
  401: async (response) => answer(response, 401, 'application/json', '{"error":"invalid_token"}'),
  403: async (response) => answer(response, 403, 'text/plain', 'Forbidden'),
  404: async (response) => answer(response, 404, 'text/plain', 'Not Found'),
  'bad-json': async (response, head, body) =>
    answer(response, head.statusCode, head.headers['content-type'], body.slice(0, body.length / 2)),
  'not-http': async (response) => response.socket.end('220 mail.example.com ESMTP\r\n'),
  'wrong-id': async (response, head, body) =>
    answer(
      response,
      head.statusCode,
      head.headers['content-type'],
      JSON.stringify({ ...parse(body), id: 'somebody-else' }),
    ),
  'error-member': async (response, head, body, binding) => {
    const error = { code: -32603, message: 'the database is away' };
    return binding === 'rest'
      ? answer(
          response,
          500,
          'application/json',
          JSON.stringify({ error: { code: 500, status: 'INTERNAL', message: 'x', details: [] } }),
        )
      : answer(
          response,
          200,
          'application/json',
          JSON.stringify({ jsonrpc: '2.0', id: parse(body)?.id ?? null, error }),
        );
  },
  truncated: async (response, head, body) => {
    response.writeHead(head.statusCode, {
      'Content-Type': head.headers['content-type'],
      'Content-Length': body.length,
    });
    response.write(body.slice(0, 10));
    await sleep(20);
    response.socket.destroy();
  },
  slow: async (response, head, body) => {
    await sleep(150);
    answer(response, head.statusCode, head.headers['content-type'], body);
  },
  trickle: async (response, head, body) => {
    response.writeHead(head.statusCode, {
      'Content-Type': head.headers['content-type'],
      'Content-Length': Buffer.byteLength(body),
    });
    for (const byte of Buffer.from(body)) {
      if (response.destroyed) return;
      response.write(Buffer.from([byte]));
      await sleep(1);
    }
    response.end();
  },
};

/** Faults of streams: (response, the agent's events as text, one by one). */
const streamFaults = {
  crlf: (response, events) => relay(response, events, (event) => [event.replaceAll('\n', '\r\n')]),
  cr: (response, events) => relay(response, events, (event) => [event.replaceAll('\n', '\r')]),
  split: (response, events) => relay(response, events, (event) => event.match(/[^]{1,9}/g)),
  pings: (response, events) =>
    relay(response, events, (event) => [': ping\n\n', 'event: ping\ndata: {}\n\n', event, ':\n\n']),
  fields: (response, events) =>
    relay(response, events, (event) => [`id: 7\nretry: 100\nevent: update\n${event}`]),
  'data-lines': (response, events) =>
    relay(response, events, (event) => [event.replaceAll(',"', '\ndata: ,"')]),
  bom: (response, events) => relay(response, events, (event, i) => [i === 0 ? `\ufeff${event}` : event]),
  cut: async (response, events) => {
    await relay(response, events, (event, i) => (i < 2 ? [event] : null));
    response.end();
  },
  'cut-reset': async (response, events) => {
    await relay(response, events, (event, i) => (i < 2 ? [event] : null));
    await sleep(20);
    response.socket.resetAndDestroy();
  },
  'cut-mid-event': async (response, events) => {
    await relay(response, events, (event, i) => (i < 2 ? [event] : null));
    response.write('data: {"jsonrpc":');
    response.end();
  },
  'hang-after': (response, events) => relay(response, events, (event, i) => (i < 2 ? [event] : null)),
  'never-closed': (response, events) => relay(response, events, (event) => [event], false),
  'hang-before': async () => {},
  'bad-event': (response, events) =>
    relay(response, events, (event, i) => [i === 1 ? 'data: {oops\n\n' : event]),
  'wrong-id-event': (response, events) =>
    relay(response, events, (event) => [event.replace(/"id":"\d+"/, '"id":"other"')]),
  'error-event': (response, events, binding) =>
    relay(response, events, (event, i) => [
      i < 1
        ? event
        : `event: error\ndata: ${
            binding === 'rest'
              ? '{"error":{"code":500,"status":"INTERNAL","message":"x"}}'
              : `{"jsonrpc":"2.0","id":${event.match(/"id":("[^"]*")/)[1]},"error":{"code":-32603,"message":"x"}}`
          }\n\n`,
    ]),
  'as-json': async (response, events) => {
    for await (const event of events)
      return answer(response, 200, 'application/json', event.match(/^data: (.*)$/m)[1]);
  },
  gap: (response, events) =>
    relay(response, events, async (event, i) => {
      if (i === 2) await sleep(300);
      return [event];
    }),
};

async function relay(response, events, pieces, end = true) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.flushHeaders();
  let i = 0;
  for await (const event of events) {
    const texts = await pieces(event, i++);
    if (texts === null) return;
    for (const text of texts) {
      response.write(text);
      await sleep(2);
    }
  }
  if (end) response.end();
}

async function* eventsOf(stream) {
  let text = '';
  for await (const piece of stream) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end + 2);
      text = text.slice(end + 2);
    }
  }
}

/** Which request a fault is for: the card, the poll of a task, or whatever else. */
function stepOf(request, body) {
  if (request.url.includes('.well-known')) return 'card';
  const method = parse(body)?.method;
  return method === 'GetTask' || method === 'tasks/get' || request.method === 'GET' ? 'poll' : 'send';
}

/** What is asked of the agent instead, its task's id another: the agent as it is after it has lost its tasks. */
function withoutTask(url, body) {
  return [
    url.replace(/(tasks\/)[^?/]+/, '$1another'),
    Buffer.from(body.toString().replace(/"id":"[^"]{20,}"/, '"id":"another"')),
  ];
}

/** Why a request is refused before the agent sees it; "" if it is not. */
function refusal(request, fault) {
  if (!/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(request.headers.traceparent ?? '')) return 400;
  return fault === 'needs-token' && request.headers.authorization !== 'Bearer s3cret' ? 401 : 0;
}

/** Proxies `upstream` with a fault in the answers of one step ("card", "send", "poll"); resolves to its origin. */
export async function startProxy(upstream, { fault = '', at = 'send', tls } = {}) {
  let origin = '';
  const serve = async (request, response) => {
    const body = await readAll(request);
    const step = stepOf(request, body.toString());
    const spoiled = step === at ? fault : '';
    const binding = request.url.includes('/rest') ? 'rest' : 'rpc';
    const refused = refusal(request, spoiled);
    if (refused) return answer(response, refused, 'text/plain', 'refused');
    const [url, asked] = spoiled === 'lost' ? withoutTask(request.url, body) : [request.url, body];
    const head = await forward(upstream, request, url, asked);
    if ((head.headers['content-type'] ?? '').startsWith('text/event-stream')) {
      const events = eventsOf(head);
      if (answerFaults[spoiled]) return answerFaults[spoiled](response, head, '', binding);
      return streamFaults[spoiled]
        ? streamFaults[spoiled](response, events, binding)
        : relay(response, events, (event) => [event]);
    }
    let text = (await readAll(head)).toString();
    if (step === 'card') text = text.replaceAll(upstream, origin);
    if (answerFaults[spoiled]) return answerFaults[spoiled](response, head, text, binding);
    answer(response, head.statusCode, head.headers['content-type'] ?? 'text/plain', text);
  };
  const handle = (request, response) => serve(request, response).catch(() => response.destroy());
  const server = tls ? https.createServer(tls, handle) : http.createServer(handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
  return origin;
}
