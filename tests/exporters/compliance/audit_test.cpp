// Audit events: the search that is asked and the answers as Elasticsearch documents them, from a server that
// speaks by script (there is no Elasticsearch in Debian to ask).
#include <catch2/catch.hpp>

#include "core/web/server.hpp"
#include "exporters/compliance/audit_events.hpp"
#include "tests/exporters/page.hpp"
#include "tests/servers/liar.hpp"

namespace fleet::exporters::compliance {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using testing::Page;

std::string answer(int total, const std::string& buckets, int other = 0, const std::string& shards = "3",
                   const std::string& failed = "0", const std::string& timed_out = "false") {
  return R"({"took":5,"timed_out":)" + timed_out + R"(,"_shards":{"total":)" + shards +
         R"(,"successful":3,"skipped":0,"failed":)" + failed + R"(},"hits":{"total":{"value":)" +
         std::to_string(total) +
         R"(,"relation":"eq"},"max_score":null,"hits":[]},"aggregations":{"frameworks":{"doc_count_error_upper_bound":0,)"
         R"("sum_other_doc_count":)" +
         std::to_string(other) + R"(,"buckets":[)" + buckets + "]}}}";
}
const std::string two =
    R"({"key":"privacy_act_1988","doc_count":42},{"key":"family_law_act_1975","doc_count":7})";

/// Takes what is asked and answers by script.
struct Elastic {
  Elastic(asio::io_context& io, int status, std::string body) : server(io) {
    server.route("POST", "/es/legalllm-compliance-*/_search",
                 [this, status, body](const web::Request& request) {
                   asked = request.body;
                   authorization = std::string(request.header("Authorization"));
                   return serve({status, "application/json", body, {}});
                 });
    server.listen("127.0.0.1:0");
  }
  static awaitable<web::Response> serve(web::Response response) { co_return response; }
  web::Server server;
  std::string asked, authorization;
};

ElasticsearchConfig config_of(const std::string& address, const std::string& further = "") {
  auto const document = config::Document::parse("url: http://" + address + "/es\n" + further, "test.yml");
  return read_elasticsearch(document.root());
}

Page scrape(asio::io_context& io, ElasticsearchConfig config) {
  std::vector<std::unique_ptr<exporters::Collector>> collectors;
  exporters::LabelLimit frameworks({"privacy_act_1988", "evidence_act_1995"}, 1);
  collectors.push_back(std::make_unique<AuditEvents>(std::move(config), std::move(frameworks)));
  auto const set = std::make_shared<exporters::CollectorSet>("compliance_exporter", std::move(collectors));
  return testing::collect(io, set, 5s);
}

std::optional<double> events(const Page& page, const std::string& framework) {
  return page.value("compliance_audit_events{framework=\"" + framework + "\"}");
}

TEST_CASE("audit events are counted by framework, and nothing else is asked for") {
  asio::io_context io;
  Elastic elastic(io, 200, answer(49, two));
  auto const page =
      scrape(io, config_of(elastic.server.addresses().front(), "window: 5m\napi_key: c2VjcmV0\n"));
  CHECK(page.value("compliance_audit_up") == 1);
  CHECK(events(page, "privacy_act_1988") == 42);
  CHECK(events(page, "family_law_act_1975") == 7);
  CHECK(events(page, "evidence_act_1995") == 0);
  CHECK(elastic.authorization == "ApiKey c2VjcmV0");
  CHECK(elastic.asked ==
        R"({"size":0,"track_total_hits":true,"query":{"range":{"@timestamp":{"gte":"now-300s"}}},)"
        R"("aggs":{"frameworks":{"terms":{"field":"compliance_framework.keyword","size":100}}}})");
}

TEST_CASE("what is beyond the biggest frameworks and what names none is counted too") {
  auto const counts = parse_audit_answer(answer(60, two, 5));
  CHECK(counts == std::map<std::string, double>{
                      {"privacy_act_1988", 42}, {"family_law_act_1975", 7}, {"other", 5}, {"unspecified", 6}});
  CHECK(parse_audit_answer(answer(0, "")).empty());
}

TEST_CASE("half an answer is none") {
  CHECK_THROWS_WITH(parse_audit_answer(answer(49, two, 0, "3", "1")), "only a part of the shards answered");
  CHECK_THROWS_WITH(parse_audit_answer(answer(49, two, 0, "3", "0", "true")),
                    "only a part of the shards answered");
  CHECK_THROWS_WITH(parse_audit_answer(answer(0, "", 0, "0")), "no index of that name");
  CHECK_THROWS_WITH(parse_audit_answer("<html>"), "the answer is no JSON");
  CHECK_THROWS_WITH(parse_audit_answer("{}"), "the answer has no `_shards`");
  CHECK_THROWS_WITH(parse_audit_answer(answer(1, R"({"doc_count":1})")), "the answer has no `key`");
  CHECK_THROWS_WITH(parse_audit_answer(answer(1, R"({"key":3,"doc_count":1})")),
                    "expected a text as `key` of a bucket");
}

TEST_CASE("a refusal, a silence and a stranger are compliance_audit_up 0") {
  asio::io_context io;
  auto const refusal = GENERATE(values<std::pair<int, std::string>>({
      {401,
       R"({"error":{"root_cause":[],"type":"security_exception","reason":"unable to authenticate"},"status":401})"},
      {404, R"({"error":{"type":"index_not_found_exception","reason":"no such index"},"status":404})"},
      {400,
       R"({"error":{"type":"search_phase_execution_exception","reason":"Fielddata is disabled"},"status":400})"},
      {502, "<html>Bad gateway</html>"},
      {200, "{}"},
  }));
  Elastic elastic(io, refusal.first, refusal.second);
  auto const page = scrape(io, config_of(elastic.server.addresses().front()));
  CHECK(page.value("compliance_audit_up") == 0);
  CHECK_FALSE(page.has_family("compliance_audit_events"));
  testing::SilentServer silent;
  CHECK(scrape(io, config_of(silent.address(), "timeout: 200ms\n")).value("compliance_audit_up") == 0);
}

TEST_CASE("a refusal is named by its type, never by its reason") {
  CHECK(audit_refusal(404, R"({"error":{"type":"index_not_found_exception","reason":"no such index [x]"}})") ==
        "expected HTTP 200, got 404 (index_not_found_exception)");
  CHECK(audit_refusal(502, "<html>") == "expected HTTP 200, got 502");
  CHECK(audit_refusal(400, R"({"error":"a text"})") == "expected HTTP 200, got 400");
}

}  // namespace
}  // namespace fleet::exporters::compliance
