// Two agents with a tracer each, as their programs would have it; spans go through the SDK's own batching and exporter.
import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/// Sends every batch `times` times, as a sender does whose answer was lost.
class Repeating {
  constructor(exporter, times) {
    this.exporter = exporter;
    this.times = times;
    this.results = [];
  }
  export(spans, done) {
    const again = (left) =>
      this.exporter.export(spans, (result) => {
        this.results.push(result);
        if (left > 1) again(left - 1);
        else done(result);
      });
    again(this.times);
  }
  forceFlush() {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }
  shutdown() {
    return this.exporter.shutdown();
  }
}

export class Agents {
  constructor(names, makeExporter, times) {
    this.all = names.map((name) => {
      const exporter = new Repeating(makeExporter(), times);
      const provider = new NodeTracerProvider({
        resource: resourceFromAttributes({ 'service.name': name }),
        spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100000, maxExportBatchSize: 512 })],
      });
      return { name, exporter, provider, tracer: provider.getTracer('otlp-interop') };
    });
  }

  /// One hop from the first agent to the second. `shape`: kinds, attributes, error.
  hop({ kinds = [SpanKind.CLIENT, SpanKind.SERVER], client = {}, server = {}, failed = false, milliseconds = 30 }) {
    const [source, target] = this.all;
    const begin = Date.now() - 1000;
    const caller = source.tracer.startSpan('SendMessage', { kind: kinds[0], attributes: client, startTime: begin });
    const inner = trace.setSpan(context.active(), caller);
    const callee = target.tracer.startSpan(
      'SendMessage',
      { kind: kinds[1], attributes: server, startTime: begin + 5 },
      inner,
    );
    // What an agent does meanwhile is no hop.
    const work = target.tracer.startSpan('think', { kind: SpanKind.INTERNAL, startTime: begin + 6 }, trace.setSpan(inner, callee));
    work.addEvent('token', { 'gen_ai.usage': 3.5, 'list': ['a', 'b'], 'flag': true });
    work.end(begin + milliseconds - 6);
    if (failed) callee.setStatus({ code: SpanStatusCode.ERROR, message: 'no such task' });
    callee.end(begin + milliseconds - 5);
    if (failed) caller.setStatus({ code: SpanStatusCode.ERROR });
    caller.end(begin + milliseconds);
  }

  /// A call that nobody answers for.
  lost() {
    this.all[0].tracer.startSpan('SendMessage', { kind: SpanKind.CLIENT }).end();
  }

  async flush() {
    for (const agent of this.all) await agent.provider.forceFlush();
    const bad = this.all.flatMap((agent) => agent.exporter.results).filter((result) => result.code !== 0);
    if (bad.length > 0) throw new Error(`the SDK could not export: ${bad[0].error?.message}`);
  }
  async shutdown() {
    for (const agent of this.all) await agent.provider.shutdown();
  }
}
