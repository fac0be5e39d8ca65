#include "probers/probe_page.hpp"

#include <array>
#include <cstdio>
#include <vector>

#include "core/config/document.hpp"
#include "core/io/seconds.hpp"
#include "probers/http/http_probe.hpp"

namespace fleet::probers {

namespace {

std::string offset(std::chrono::nanoseconds since_begin) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%+.6f s", seconds(since_begin));
  return text.data();
}

void add_fact(Families& page, const Fact& fact) {
  std::vector<Label> labels;
  labels.reserve(fact.labels.size());
  for (auto const& [name, value] : fact.labels) labels.emplace_back(name, value);
  page.gauge(fact.kind->name, fact.kind->help).add(labels, fact.value);
}

/// What the pages of a kind have from the beginning, and as soon as the target was taken for one.
struct Present {
  std::string_view kind;
  std::vector<const FactKind*> always, with_target;
};

const std::vector<Present>& present_from_the_beginning() {
  static const std::vector<const FactKind*> address{&facts::ip_protocol, &facts::ip_addr_hash,
                                                    &facts::dns_lookup_time};
  static const std::vector<Present> kinds{
      {"http",
       {&facts::failed_due_to_regex, &facts::http_status_code, &facts::http_content_length,
        &facts::http_uncompressed_body_length, &facts::http_redirects, &facts::http_ssl, &facts::http_version,
        &facts::ip_protocol, &facts::ip_addr_hash, &facts::dns_lookup_time},
       {}},
      {"tcp", {&facts::failed_due_to_regex}, address},
      {"grpc", {&facts::earliest_cert_expiry}, address},
      {"dns", {}, address},
      {"icmp", {}, address}};
  return kinds;
}

void add_missing(Families& page, const ProbeResult& result, std::string_view kind) {
  auto const add = [&](const std::vector<const FactKind*>& wanted) {
    for (auto const* const fact : wanted)
      if (!result.facts.find(*fact)) page.gauge(fact->name, fact->help).add(0);
  };
  for (auto const& present : present_from_the_beginning()) {
    if (present.kind != kind) continue;
    add(present.always);
    if (result.step != target_step) add(present.with_target);
  }
}

}  // namespace

Families probe_page(const ProbeResult& result, std::string_view kind, std::chrono::milliseconds timeout) {
  Families page;
  page.gauge("probe_success", "Whether the attempt was good.").add(result.outcome == Outcome::good ? 1 : 0);
  page.gauge("probe_duration_seconds", "Duration of the attempt.").add(seconds(result.duration));
  page.gauge("probe_timeout_seconds", "The time that the attempt was given.").add(seconds(timeout));
  page.gauge("probe_result_info", "Result of the attempt, why it was not good, and the step that failed.")
      .add({{"result", to_string(result.outcome)}, {"reason", to_string(result.reason)}, {"step", result.step}},
           1);
  for (auto const& fact : result.facts.all()) add_fact(page, fact);
  for (auto const& [phase, length] : result.phases)
    page.gauge(result.phase_kind->name, result.phase_kind->help).add({{"phase", phase}}, length);
  add_missing(page, result, kind);
  return page;
}

std::string explanation(const AttemptedModule& attempted, const ProbeResult& result, const Notes& notes,
                        std::chrono::milliseconds timeout, std::string_view page) {
  std::string text = "Logs for the probe:\n";
  auto const line = [&](std::chrono::nanoseconds when, std::string_view what) {
    text.append(offset(when)).append("  ").append(what) += '\n';
  };
  line({}, attempted.kind + " probe of " + attempted.target + ", timeout " + config::format_duration(timeout));
  for (auto const& [when, what] : notes.lines()) line(when, what);
  std::string verdict(to_string(result.outcome));
  if (result.outcome != Outcome::good) {
    verdict.append(": ").append(to_string(result.reason)).append(" at ").append(result.step);
    if (!result.detail.empty()) verdict += ": " + result.detail;
  }
  line(result.duration, verdict);
  line(result.duration, "trace id " + result.trace.trace_id());
  text.append("\n\n\nMetrics that would have been returned:\n").append(page);
  text.append("\n\n\nModule configuration:\n" + attempted.module + ", prober " + attempted.kind + ", at " +
              attempted.place + "\n");
  return text;
}

}  // namespace fleet::probers
