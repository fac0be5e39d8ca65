// Agents on the A2A JavaScript SDK in several versions: each a real server with its own card, task store and transports. What a
// message says is what its agent does: "ping" completes, "reply" is answered directly, "fail", "reject", "input",
// "auth" end there, "slow" works on for a while, "throw" breaks the agent.
import { randomUUID } from 'node:crypto';
import express from 'express';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const endOf = { fail: 'failed', reject: 'rejected', input: 'input-required', auth: 'auth-required' };

/** The agent's work, told to `events` in whatever shape the version has. */
async function work(text, events) {
  if (text === 'reply') return events.reply('echo: reply');
  events.task('submitted');
  events.status('working', false);
  if (text === 'throw') throw new Error('the agent broke');
  for (let i = 0; i < 4; ++i) {
    await sleep(text === 'slow' ? 150 : 15);
    if (!(text in endOf)) events.artifact(i === 0 ? `echo: ${text}` : '.', i > 0);
  }
  events.status(endOf[text] ?? 'completed', true);
}

class OldExecutor {
  cancelTask = async () => {};
  async execute(context, bus) {
    const { taskId, contextId, userMessage } = context;
    const text = userMessage.parts[0]?.text ?? '';
    const base = { taskId, contextId };
    await work(text, {
      reply: (said) =>
        bus.publish({
          kind: 'message',
          messageId: randomUUID(),
          role: 'agent',
          contextId,
          parts: [{ kind: 'text', text: said }],
        }),
      task: (state) =>
        bus.publish({ kind: 'task', id: taskId, contextId, status: { state }, history: [userMessage] }),
      status: (state, final) =>
        bus.publish({
          kind: 'status-update',
          ...base,
          status: { state, timestamp: new Date().toISOString() },
          final,
        }),
      artifact: (said, append) =>
        bus.publish({
          kind: 'artifact-update',
          ...base,
          append,
          artifact: { artifactId: 'a', parts: [{ kind: 'text', text: said }] },
        }),
    });
    bus.finished();
  }
}

/** The executor of 1.x, whose events are those of the protocol's proto. */
function newExecutor({ AgentEvent, TaskState, Role }) {
  const state = (word) => TaskState[`TASK_STATE_${word.toUpperCase().replace('-', '_')}`];
  const part = (text) => ({
    content: { $case: 'text', value: text },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  });
  return class {
    cancelTask = async () => {};
    async execute(context, bus) {
      const { taskId, contextId, userMessage } = context;
      const text = userMessage.parts[0]?.content?.value ?? '';
      const base = { taskId, contextId, metadata: undefined };
      const status = (word) => ({
        state: state(word),
        message: undefined,
        timestamp: new Date().toISOString(),
      });
      await work(text, {
        reply: (said) =>
          bus.publish(
            AgentEvent.message({
              messageId: randomUUID(),
              contextId,
              taskId: '',
              role: Role.ROLE_AGENT,
              parts: [part(said)],
              metadata: undefined,
              extensions: [],
              referenceTaskIds: [],
            }),
          ),
        task: (word) =>
          bus.publish(
            AgentEvent.task({
              id: taskId,
              contextId,
              status: status(word),
              artifacts: [],
              history: [userMessage],
              metadata: undefined,
            }),
          ),
        status: (word) => bus.publish(AgentEvent.statusUpdate({ ...base, status: status(word) })),
        artifact: (said, append) =>
          bus.publish(
            AgentEvent.artifactUpdate({
              ...base,
              append,
              lastChunk: false,
              artifact: {
                artifactId: 'a',
                name: 'a',
                description: '',
                parts: [part(said)],
                metadata: undefined,
                extensions: [],
              },
            }),
          ),
      });
      bus.finished?.();
    }
  };
}

const aboutAgent = {
  name: 'Echo',
  description: 'Says what it hears',
  version: '1.0.0',
  provider: { url: 'https://example.com', organization: 'Example' },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [
    {
      id: 'echo',
      name: 'Echo',
      description: 'Echo',
      tags: ['echo'],
      examples: [],
      inputModes: [],
      outputModes: [],
      securityRequirements: [],
    },
  ],
};

async function setUp02(name, app, origin) {
  const { A2AExpressApp, DefaultRequestHandler, InMemoryTaskStore } = await import(`${name}/server`).catch(
    () => import(name),
  );
  const card = {
    ...aboutAgent,
    url: `${origin}/`,
    capabilities: { streaming: true, pushNotifications: false },
  };
  const handler = new DefaultRequestHandler(card, new InMemoryTaskStore(), new OldExecutor());
  new A2AExpressApp(handler).setupRoutes(app, '');
}

async function setUp03(name, app, origin) {
  const { DefaultRequestHandler, InMemoryTaskStore } = await import(`${name}/server`);
  const web = await import(`${name}/server/express`);
  const rest = web.restHandler !== undefined;
  const card = {
    ...aboutAgent,
    protocolVersion: '0.3.0',
    url: `${origin}/rpc`,
    preferredTransport: 'JSONRPC',
    capabilities: { streaming: true, pushNotifications: false },
    additionalInterfaces: [
      { url: `${origin}/rpc`, transport: 'JSONRPC' },
      ...(rest ? [{ url: `${origin}/rest`, transport: 'HTTP+JSON' }] : []),
    ],
  };
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), new OldExecutor());
  if (!rest) {
    new web.A2AExpressApp(requestHandler).setupRoutes(app, '/rpc');
    app.get('/.well-known/agent-card.json', (_request, response) => response.json(card));
    return;
  }
  const userBuilder = web.UserBuilder.noAuthentication;
  app.use('/.well-known/agent-card.json', web.agentCardHandler({ agentCardProvider: requestHandler }));
  app.use('/rpc', web.jsonRpcHandler({ requestHandler, userBuilder }));
  app.use('/rest', web.restHandler({ requestHandler, userBuilder }));
}

async function setUp10(
  name,
  app,
  origin,
  { order = ['JSONRPC', 'HTTP+JSON'], legacy = false, tenant = '' } = {},
) {
  const server = await import(`${name}/server`);
  const web = await import(`${name}/server/express`);
  const types = await import(name);
  const Executor = newExecutor({ AgentEvent: server.AgentEvent, TaskState: types.TaskState, Role: types.Role });
  const url = { JSONRPC: `${origin}/rpc`, 'HTTP+JSON': `${origin}/rest`, GRPC: origin.replace('http', 'grpc') };
  const offer = (version) =>
    order.map((protocolBinding) => ({
      url: url[protocolBinding],
      protocolBinding,
      tenant,
      protocolVersion: version,
    }));
  const card = {
    ...aboutAgent,
    supportedInterfaces: [...offer('1.0'), ...(legacy ? offer('0.3') : [])],
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: {},
    securityRequirements: [],
    signatures: [],
  };
  const requestHandler = new server.DefaultRequestHandler(card, new server.InMemoryTaskStore(), new Executor());
  const userBuilder = web.UserBuilder.noAuthentication;
  const legacyCompat = { enabled: legacy };
  app.use(
    '/.well-known/agent-card.json',
    web.agentCardHandler({ agentCardProvider: requestHandler, legacyCompat }),
  );
  app.use('/rpc', web.jsonRpcHandler({ requestHandler, userBuilder, legacyCompat }));
  app.use('/rest', web.restHandler({ requestHandler, userBuilder, legacyCompat }));
}

const setUps = { 0.2: setUp02, 0.3: setUp03, 1: setUp10 };

/** Starts an agent on the SDK `sdk` ("0.2.5"); resolves to its origin, "http://127.0.0.1:PORT". */
export async function startAgent(sdk, options) {
  const app = express();
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const setUp = setUps[sdk.startsWith('1.') ? '1' : sdk.slice(0, 3)];
  await setUp(`sdk-${sdk}`, app, origin, options);
  return origin;
}
