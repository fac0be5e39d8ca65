#include "exporters/compliance/audit_events.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "exporters/answer_by.hpp"
#include "exporters/compliance/json_path.hpp"

namespace fleet::exporters::compliance {

namespace {

namespace json = boost::json;

constexpr int most_frameworks = 100;

}  // namespace

std::string audit_search(const ElasticsearchConfig& config) {
  auto const since = "now-" + std::to_string(config.window.count() / 1000) + "s";
  json::object range, terms, frameworks, search;
  range[config.time_field] = json::object({{"gte", since}});
  terms["field"] = config.framework_field;
  terms["size"] = most_frameworks;
  frameworks["terms"] = std::move(terms);
  search["size"] = 0;
  search["track_total_hits"] = true;
  search["query"] = json::object({{"range", std::move(range)}});
  search["aggs"] = json::object({{"frameworks", std::move(frameworks)}});
  return json::serialize(search);
}

std::map<std::string, double> parse_audit_answer(std::string_view text) {
  auto const answer = parse_json(text);
  auto const& shards = member(answer, "_shards");
  if (member_number(shards, "total") == 0) throw std::runtime_error("no index of that name");
  auto const failed = member_number(shards, "failed");
  auto const& timed_out = member(answer, "timed_out");
  if (failed > 0 || !timed_out.is_bool() || timed_out.get_bool())
    throw std::runtime_error("only a part of the shards answered");
  double left = member_number(member(member(answer, "hits"), "total"), "value");
  auto const& frameworks = member(member(answer, "aggregations"), "frameworks");
  std::map<std::string, double> events;
  for (auto const& bucket : member_array(frameworks, "buckets")) {
    auto const& key = member(bucket, "key");
    if (!key.is_string()) throw std::runtime_error("expected a text as `key` of a bucket");
    auto const count = member_number(bucket, "doc_count");
    events[std::string(key.get_string())] += count;
    left -= count;
  }
  auto const other = member_number(frameworks, "sum_other_doc_count");
  if (other > 0) events["other"] += other;
  if (left - other > 0) events["unspecified"] += left - other;
  return events;
}

std::string audit_refusal(int status, std::string_view text) {
  std::string out = "expected HTTP 200, got " + std::to_string(status);
  try {
    auto const answer = parse_json(text);
    auto const& type = member(member(answer, "error"), "type");
    if (type.is_string()) out += " (" + LabelLimit::clean(std::string_view(type.get_string())) + ")";
  } catch (const std::runtime_error&) {  // a proxy's page, perhaps
  }
  return out;
}

AuditEvents::AuditEvents(ElasticsearchConfig config, exporters::LabelLimit frameworks)
    : config_(std::move(config)),
      frameworks_(std::move(frameworks)),
      client_(config_.server.tls),
      log_("elasticsearch", config_.server.url.to_string()) {}

awaitable<std::map<std::string, double>> AuditEvents::ask(Deadline deadline) {
  auto request = config_.server.request("/" + config_.index + "/_search");
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = audit_search(config_);
  auto const response = co_await client_.send(std::move(request), deadline.or_after(config_.server.timeout));
  if (response.status != 200) throw std::runtime_error(audit_refusal(response.status, response.body));
  co_return parse_audit_answer(response.body);
}

awaitable<void> AuditEvents::collect(Deadline deadline, Families& out) {
  std::optional<std::map<std::string, double>> found;
  std::string failure;
  try {
    found = co_await ask(exporters::answer_by(deadline));
  } catch (const std::exception& error) {
    failure = error.what();
  }
  log_.note(failure);
  out.gauge("compliance_audit_up", "Whether Elasticsearch has counted the audit events (1) or not (0).")
      .add(found ? 1 : 0);
  if (!found) co_return;
  std::map<std::string, double> events;
  for (auto const& framework : frameworks_.known()) events[framework] = 0;
  for (auto const& [framework, count] : *found) events[frameworks_.label(framework)] += count;
  auto& family = out.gauge("compliance_audit_events", "Audit events of the last window, by framework.");
  for (auto const& [framework, count] : events) family.add({{"framework", framework}}, count);
}

}  // namespace fleet::exporters::compliance
