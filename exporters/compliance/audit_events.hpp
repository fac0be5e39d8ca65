// Audit events that Elasticsearch holds, counted by framework.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/http/client.hpp"
#include "exporters/collector.hpp"
#include "exporters/compliance/audit_config.hpp"
#include "exporters/compliance/source_log.hpp"
#include "exporters/label_limit.hpp"

namespace fleet::exporters::compliance {

/// The body of the search: no hits, one terms aggregation over the window.
std::string audit_search(const ElasticsearchConfig& config);

/// Parses the answer of `_search`. Events beyond the biggest frameworks are "other", those that name none are
/// "unspecified". An answer of some shards only, or of no index at all, is no answer. Throws
/// std::runtime_error, which quotes no event.
std::map<std::string, double> parse_audit_answer(std::string_view json);

/// Why a search was refused, as far as the answer says: "HTTP 404: index_not_found_exception".
std::string audit_refusal(int status, std::string_view json);

/// "audit": compliance_audit_up, compliance_audit_events{framework}. A gauge over a window, not a counter:
/// indices are deleted by age, so that a count of all that there is falls, and events arrive late, so that
/// adding up slices would miss some. The window is counted anew at each scrape, and any number of exporters
/// agree.
class AuditEvents : public exporters::Collector {
 public:
  AuditEvents(ElasticsearchConfig config, exporters::LabelLimit frameworks);
  std::string_view name() const override { return "audit"; }
  awaitable<void> collect(Deadline deadline, Families& out) override;

 private:
  awaitable<std::map<std::string, double>> ask(Deadline deadline);

  ElasticsearchConfig config_;
  exporters::LabelLimit frameworks_;
  http::Client client_;
  SourceLog log_;
};

}  // namespace fleet::exporters::compliance
