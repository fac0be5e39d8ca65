// Requests to /v1/traces and the page that they make.
#include "exporters/a2a/otlp/trace_export.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "exporters/a2a/otlp/protobuf_reader.hpp"
#include "tests/exporters/a2a/live_exporter.hpp"
#include "tests/exporters/a2a/otlp_body.hpp"
#include "tests/exporters/page.hpp"

namespace fleet::exporters::a2a {
namespace {

using testing::made_hop;
using testing::MadeSpan;

const std::string protobuf = "application/x-protobuf", json = "application/json";

class Receiver {
 public:
  explicit Receiver(const std::string& options = "{wait: 1h, max_body: 64KiB}")
      : settings_(read_otlp(config::Document::parse(options, "otlp").root())),
        ingest_(settings_, std::chrono::seconds(60)) {}

  web::Response post(const std::string& body, const std::string& type = protobuf,
                     const std::string& coding = "") {
    web::Request request;
    request.method = "POST";
    request.path = "/v1/traces";
    request.headers = {{"content-type", type}};
    if (!coding.empty()) request.headers.emplace_back("content-encoding", coding);
    request.body = body;
    return export_traces(request, settings_, ingest_);
  }
  testing::Samples page(Format format = Format::text_0_0_4) {
    Families families;
    ingest_.add_families(PageSettings{}, families);
    return testing::parse_page(Exposition::render(families, format));
  }
  std::string text(Format format) {
    Families families;
    ingest_.add_families(PageSettings{}, families);
    return Exposition::render(families, format);
  }
  std::optional<double> spans(const std::string& result) {
    return page().get("a2a_otlp_spans_total{result=\"" + result + "\"}");
  }
  SpanIngest& ingest() { return ingest_; }

 private:
  OtlpSettings settings_;
  SpanIngest ingest_;
};

const std::string hops = R"(a2a_hops_total{outcome="ok",source="intake",target="research"})";
const std::string edge = R"({client="intake",connection_type="",server="research"})";

/// So many seconds from now, as a span's stamp.
std::uint64_t end_ns(std::int64_t seconds) {
  auto const now = std::chrono::system_clock::now() + std::chrono::seconds(seconds);
  auto const since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch());
  return static_cast<std::uint64_t>(since.count()) / 1'000'000 * 1'000'000;
}

TEST_CASE("a hop is told once, however often and in whichever encoding it is sent") {
  Receiver receiver;
  auto const resources = made_hop("intake", "research");
  CHECK(receiver.post(testing::protobuf_body(resources)).status == 200);
  CHECK(receiver.post(testing::json_body(resources), json + "; charset=utf-8").status == 200);
  CHECK(receiver.post(gzip(testing::protobuf_body(resources)), protobuf, "gzip").status == 200);
  auto const page = receiver.page();
  CHECK(page.get(hops) == 1);
  CHECK(page.get("traces_service_graph_request_total" + edge) == 1);
  CHECK(page.get("traces_service_graph_request_failed_total" + edge) == 0);
  CHECK(page.get("traces_service_graph_request_client_seconds_sum" + edge) == 0.05);
  CHECK(page.get("traces_service_graph_request_server_seconds_sum" + edge) == 0.04);
  CHECK(page.get(R"(a2a_hop_duration_seconds_sum{source="intake",target="research"})") == 0.05);
  CHECK(page.get(R"(a2a_hop_duration_seconds_bucket{source="intake",target="research",le="0.05"})") == 1);
  CHECK(page.get(R"(a2a_hop_transport_duration_seconds_sum{source="intake",target="research"})") == 0.01);
  CHECK(page.get(R"(a2a_hop_processing_duration_seconds_sum{target="research"})") == 0.04);
  CHECK(receiver.spans("taken") == 2);
  CHECK(receiver.spans("duplicate") == 4);
  CHECK(page.get(R"(a2a_otlp_requests_total{code="200"})") == 3);
}

TEST_CASE("what the SDK for Node sent, byte for byte, is a failed hop in either encoding") {
  Receiver receiver;
  auto const sent = [](const std::string& name) {
    auto const body = testing::read_text(FLEET_SOURCE_DIR "/tests/exporters/a2a/captured/" + name);
    REQUIRE_FALSE(body.empty());
    return body;
  };
  auto const failed = R"(a2a_hops_total{outcome="error",source="intake",target="research"})";
  CHECK(receiver.post(sent("client.pb")).status == 200);
  CHECK(receiver.post(sent("server.pb")).status == 200);
  CHECK(receiver.page().get(failed) == 1);
  CHECK(receiver.post(sent("server.json"), json).status == 200);
  CHECK(receiver.post(sent("client.json"), json).status == 200);
  auto const page = receiver.page();
  CHECK(page.get(failed) == 2);
  CHECK(page.get(R"(a2a_hop_errors_total{code="-32001"})") == 2);
  CHECK(page.get(R"(a2a_hop_duration_seconds_sum{source="intake",target="research"})") == Approx(0.06));
  CHECK(receiver.spans("ignored") == 2);
}

TEST_CASE("the two sides may come in requests of their own") {
  Receiver receiver;
  auto const resources = made_hop("intake", "research");
  receiver.post(testing::protobuf_body({resources[1]}));
  CHECK_FALSE(receiver.page().get(hops));
  CHECK(receiver.page().get("a2a_otlp_waiting_spans") == 1);
  receiver.post(testing::json_body({resources[0]}), json);
  CHECK(receiver.page().get(hops) == 1);
  CHECK(receiver.page().get("a2a_otlp_waiting_spans") == 0);
}

/// The fields of a google.rpc.Status, or of ExportTracePartialSuccess.
std::pair<std::uint64_t, std::string> number_and_text(std::string_view message) {
  std::pair<std::uint64_t, std::string> out;
  ProtobufReader reader(message);
  while (reader.next()) {
    if (reader.field() == 1) out.first = reader.number();
    if (reader.field() == 2) out.second = reader.bytes();
  }
  return out;
}

TEST_CASE("answers are OTLP messages in the encoding of the request") {
  Receiver receiver;
  auto resources = made_hop("intake", "research");
  auto answer = receiver.post(testing::protobuf_body(resources));
  CHECK(answer.content_type == protobuf);
  CHECK(answer.body.empty());
  answer = receiver.post(testing::json_body(resources), json);
  CHECK(answer.content_type == json);
  CHECK(answer.body == R"({"partialSuccess":{}})");

  resources[0].spans[0].id = "";
  answer = receiver.post(testing::protobuf_body(resources));
  CHECK(answer.status == 200);
  ProtobufReader partial(answer.body);
  REQUIRE(partial.next());
  CHECK(number_and_text(partial.bytes()) ==
        std::pair(std::uint64_t{1}, std::string("a span without a valid span id")));
  answer = receiver.post(testing::json_body(resources), json);
  CHECK(answer.body ==
        R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"a span without a valid span id"}})");
  CHECK(receiver.spans("rejected") == 2);

  answer = receiver.post("\x0a\x05", protobuf);
  CHECK(answer.status == 400);
  CHECK(answer.content_type == protobuf);
  CHECK(number_and_text(answer.body) ==
        std::pair(std::uint64_t{3}, std::string("a protobuf field that is longer than its message")));
  answer = receiver.post("{", json);
  CHECK(answer.status == 400);
  CHECK(answer.body == R"({"code":3,"message":"the body is not JSON: incomplete JSON"})");
  CHECK(receiver.page().get(R"(a2a_otlp_requests_total{code="400"})") == 2);
}

TEST_CASE("what cannot be read is refused and nothing of it counted") {
  Receiver receiver;
  auto const body = testing::protobuf_body(made_hop("intake", "research"));
  auto const cut = body.substr(0, body.size() - 3);
  CHECK(receiver.post(cut).status == 400);
  CHECK(receiver.post(gzip(cut), protobuf, "gzip").status == 400);
  CHECK(receiver.post(gzip(body).substr(0, 40), protobuf, "gzip").status == 400);
  CHECK(receiver.post(body, protobuf, "gzip").status == 400);
  auto const unknown = receiver.post(body, protobuf, "zstd");
  CHECK(unknown.status == 415);
  CHECK(unknown.headers == decltype(unknown.headers){{"Accept-Encoding", "gzip"}});
  CHECK(receiver.post(body, "text/plain").status == 415);
  CHECK(receiver.post(body, "").status == 415);
  CHECK(receiver.spans("taken") == 0);
  CHECK(receiver.post(body, "Application/X-Protobuf").status == 200);
  CHECK(receiver.spans("taken") == 2);
}

TEST_CASE("a small body that grows beyond the limit is 413") {
  Receiver receiver;
  auto const zeros = gzip(std::string(50 << 20, '\0'));
  REQUIRE(zeros.size() < 300'000);
  auto const answer = receiver.post(zeros, protobuf, "gzip");
  CHECK(answer.status == 413);
  CHECK(number_and_text(answer.body) ==
        std::pair(std::uint64_t{8}, std::string("the body is larger than 65536 bytes")));
  CHECK(receiver.post(gzip(std::string(64 << 10, ' ') + "{}"), json, "gzip").status == 413);
}

TEST_CASE("a hop that failed has an outcome and an A2A code") {
  Receiver receiver;
  int number = 0;
  auto const send = [&](std::vector<testing::MadeAttribute> client, std::vector<testing::MadeAttribute> server,
                        int client_status, int server_status) {
    auto resources = made_hop("intake", "research", ++number);
    resources[0].spans[0].attributes = std::move(client);
    resources[0].spans[0].status = client_status;
    resources[1].spans[0].attributes = std::move(server);
    resources[1].spans[0].status = server_status;
    receiver.post(testing::protobuf_body(resources));
  };
  send({{"rpc.response.status_code", "-32001"}}, {}, 2, 0);
  send({}, {{"rpc.jsonrpc.error_code", "", -32004}}, 2, 2);
  send({{"error.type", "-32603"}}, {}, 2, 0);
  send({{"error.type", "TimeoutError"}}, {}, 2, 0);
  send({{"error.type", "DEADLINE_EXCEEDED"}}, {}, 2, 0);
  send({{"error.type", "ECONNREFUSED"}}, {{"a2a.task.state", "failed"}}, 2, 0);
  send({{"a2a.task.state", "TASK_STATE_WORKING"}}, {{"a2a.task.state", "TASK_STATE_COMPLETED"}}, 0, 1);
  auto const page = receiver.page();
  auto const code = [&page](const std::string& name) {
    return page.get("a2a_hop_errors_total{code=\"" + name + "\"}");
  };
  CHECK(code("-32001") == 1);
  CHECK(code("-32004") == 1);
  CHECK(code("-32603") == 1);
  CHECK(code("other") == 1);
  CHECK(page.get(R"(a2a_hops_total{outcome="timeout",source="intake",target="research"})") == 2);
  CHECK(page.get(R"(a2a_hops_total{outcome="error",source="intake",target="research"})") == 4);
  CHECK(page.get("traces_service_graph_request_failed_total" + edge) == 6);
  CHECK(page.get(R"(a2a_hop_task_states_total{state="failed"})") == 1);
  CHECK(page.get(R"(a2a_hop_task_states_total{state="completed"})") == 1);
  CHECK(page.get(R"(a2a_hop_task_states_total{state="working"})") == 0);
}

TEST_CASE("which spans are hops is configurable") {
  auto resources = made_hop("intake", "research");
  for (auto& resource : resources) resource.spans[0].name = "POST";
  auto const counted = [&](const std::string& options, std::vector<testing::MadeAttribute> attributes) {
    Receiver receiver(options);
    resources[1].spans[0].attributes = std::move(attributes);
    receiver.post(testing::protobuf_body(resources));
    return receiver.page().get(hops).value_or(0);
  };
  CHECK(counted("{}", {}) == 0);
  CHECK(counted("{}", {{"a2a.operation", "x"}}) == 1);
  CHECK(counted("{}", {{"rpc.system", "a2a"}}) == 1);
  CHECK(counted("{}", {{"rpc.system", "grpc"}}) == 0);
  CHECK(counted("{hops: [{name: ^POST$}]}", {}) == 1);
  CHECK(counted("{hops: [{attribute: url.path, matches: ^/rpc}]}", {{"url.path", "/rpc/1"}}) == 1);
  CHECK(counted("{hops: [{attribute: url.path, matches: ^/rpc}]}", {{"url.path", "/"}}) == 0);
  CHECK(counted("{hops: [{attribute: server.port, matches: ^8080$}]}", {{"server.port", "", 8080}}) == 1);
  CHECK(counted("{hops: [{attribute: service.name, matches: ^research$}]}", {}) == 1);
  CHECK(counted("{hops: [{name: GET, attribute: service.name}]}", {}) == 0);
  CHECK(counted("{hops: [{attribute: a2a.*}]}", {{"db.system", "redis"}, {"a2a.x", "y"}}) == 0);
}

TEST_CASE("a pair of the names of methods is a hop in every version of A2A") {
  Receiver receiver;
  std::vector<std::string> const names{"SendMessage",
                                       "message/send",
                                       "a2a.client.client.A2AClient.send_message",
                                       "POST /v1/message:stream",
                                       "lf.a2a.v1.A2AService/GetTask",
                                       "tasks/resubscribe"};
  int number = 0;
  for (auto const& name : names) {
    auto resources = made_hop("intake", "research", ++number);
    resources[0].spans[0].name = name;
    resources[1].spans[0].name = "x";
    receiver.post(testing::protobuf_body(resources));
  }
  CHECK(receiver.page().get(hops) == static_cast<double>(names.size()));
}

TEST_CASE("messages take as long as both their spans, or as their clocks say") {
  auto resources = made_hop("intake", "research");
  auto& sent = resources[0].spans[0];
  auto& taken = resources[1].spans[0];
  sent.kind = 4;
  taken.kind = 5;
  sent.end_ns = sent.start_ns + 2'000'000;
  taken.start_ns = sent.start_ns + 30'000'000;
  taken.end_ns = taken.start_ns + 40'000'000;
  auto const labels = std::string(R"({source="intake",target="research"})");
  for (bool const in_step : {false, true}) {
    Receiver receiver(in_step ? "{clocks_in_step: true}" : "{}");
    receiver.post(testing::protobuf_body(resources));
    auto const page = receiver.page();
    CHECK(page.get("a2a_hop_duration_seconds_sum" + labels) == (in_step ? 0.07 : 0.042));
    CHECK(page.get(R"(a2a_hop_queue_duration_seconds_count{target="research"})") == (in_step ? 1 : 0));
    CHECK(page.get("a2a_hop_transport_duration_seconds_count" + labels) == 0);
    CHECK(page.get(R"(traces_service_graph_request_total{client="intake",connection_type="messaging_system",)"
                   R"(server="research"})") == 1);
  }
}

TEST_CASE("names beyond the limit share one pair, unnamed ones are no agents") {
  Receiver receiver("{max_pairs: 2}");
  for (int n = 0; n < 5; ++n) {
    receiver.post(testing::protobuf_body(made_hop("agent-" + std::to_string(n), "research", n)));
  }
  receiver.post(testing::protobuf_body(made_hop("a|b", "research", 9)));
  auto const page = receiver.page();
  CHECK(page.get(R"(a2a_hops_total{outcome="ok",source="other",target="other"})") == 3);
  CHECK(page.sum("a2a_hops_total") == 5);
  CHECK(page.sum("traces_service_graph_request_total") == 5);
  CHECK(receiver.spans("unnamed") == 1);
}

TEST_CASE("hops that a stream counts are told to the service graph alone") {
  Receiver receiver("{count_hops: false}");
  receiver.post(testing::protobuf_body(made_hop("intake", "research", 0, end_ns(-5))));
  auto const page = receiver.page();
  CHECK(page.get("traces_service_graph_request_total" + edge) == 1);
  CHECK_FALSE(page.sum("a2a_hops_total"));
  CHECK_FALSE(page.sum("a2a_hop_duration_seconds_count"));
  CHECK(page.get(R"(a2a_agent_up{agent="intake"})") == 1);
  CHECK(page.get(R"(a2a_agent_up{agent="research"})") == 1);
}

TEST_CASE("what ended within the window is the latency now; stamps of the future are of now") {
  Receiver receiver;
  receiver.post(testing::protobuf_body(made_hop("old", "research", 1, end_ns(-120))));
  receiver.post(testing::protobuf_body(made_hop("fresh", "research", 2, end_ns(-5))));
  receiver.post(testing::protobuf_body(made_hop("ahead", "research", 3, end_ns(7200))));
  auto const page = receiver.page();
  auto const latency = [&page](const std::string& source) {
    return page.get("a2a_protocol_latency_ms{source=\"" + source + "\",target=\"research\"}");
  };
  CHECK_FALSE(latency("old"));
  CHECK(latency("fresh") == 50);
  CHECK(latency("ahead") == 50);
  CHECK(page.get(R"(a2a_agent_up{agent="fresh"})") == 1);
  CHECK(page.get(R"(a2a_agent_up{agent="ahead"})") == 1);
}

TEST_CASE("spans that end before they start are no hop") {
  Receiver receiver;
  auto resources = made_hop("intake", "research");
  resources[1].spans[0].end_ns = resources[1].spans[0].start_ns - 1000;
  receiver.post(testing::protobuf_body(resources));
  CHECK(receiver.page().get(R"(a2a_otlp_pairs_skipped_total{reason="negative"})") == 1);
  CHECK_FALSE(receiver.page().sum("a2a_hops_total"));
}

TEST_CASE("the page of spans") {
  Receiver receiver;
  auto resources = made_hop("intake", "research");
  resources[1].spans[0].attributes = {{"a2a.task.state", "completed"}};
  receiver.post(testing::protobuf_body(resources));
  MadeSpan root;
  root.kind = 2;
  receiver.post(testing::json_body({{"door", {root}}}), json);
  for (auto const format : {Format::text_0_0_4, Format::openmetrics_1_0}) {
    auto text = receiver.text(format);
    auto const moving = std::string("\na2a_otlp_last_request_timestamp_seconds ");
    auto const at = text.find(moving);
    REQUIRE(at != text.npos);
    text.erase(at + moving.size(), text.find('\n', at + 1) - at - moving.size());
    auto const name = format == Format::text_0_0_4 ? "a2a/spans.txt" : "a2a/spans.openmetrics";
    CHECK(text == testing::golden(name, text));
  }
}

}  // namespace
}  // namespace fleet::exporters::a2a
