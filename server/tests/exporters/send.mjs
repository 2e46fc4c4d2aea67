// Sends one trace, always the same, with one of OpenTelemetry's own exporters:
//     node send.mjs json|proto|grpc none|gzip ADDRESS PROJECT START_S
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { Metadata } from "@grpc/grpc-js";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const [kind, compression, address, project, startS] = process.argv.slice(2);
const header = "x-clearspan-project";

function exporterOf() {
  if (kind === "grpc") {
    const metadata = new Metadata();
    metadata.set(header, project);
    return new GrpcExporter({ url: `http://${address}`, metadata, compression });
  }
  const Exporter = kind === "json" ? JsonExporter : ProtoExporter;
  return new Exporter({ url: `${address}/v1/traces`, headers: { [header]: project }, compression });
}

let spans = 0;
const idGenerator = {
  generateTraceId: () => BigInt(startS).toString(16).padStart(32, "0"),
  generateSpanId: () => (++spans).toString(16).padStart(16, "0"),
};
const at = (tenths) => [Number(startS), tenths * 1e8];

const provider = new NodeTracerProvider({
  idGenerator,
  resource: resourceFromAttributes({ "service.name": "exporters" }),
  spanProcessors: [new SimpleSpanProcessor(exporterOf())],
});
const tracer = provider.getTracer("test", "1.0");

const attributes = { "session.id": "s-1" };
const root = tracer.startSpan("answer", { startTime: at(0), attributes }, ROOT_CONTEXT);
const below = trace.setSpan(ROOT_CONTEXT, root);
const call = tracer.startSpan(
  "chat gpt-5",
  {
    kind: SpanKind.CLIENT,
    startTime: at(1),
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.usage.input_tokens": 1_000,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.response.finish_reasons": ["stop"],
    },
  },
  below,
);
call.addEvent("first token", { n: 1 }, at(2));
call.end(at(5));
const tool = tracer.startSpan("search", { startTime: at(6) }, below);
tool.setStatus({ code: SpanStatusCode.ERROR, message: "no such order" });
tool.end(at(7));
root.end([Number(startS) + 1, 0]);
await provider.shutdown();
