#include "exporters/consent/judgements.hpp"

#include <utility>

#include "core/report/figures.hpp"

namespace fleet::exporters::consent {

namespace {

struct MisuseKind {
  std::string check, metric, what;
  double ProcessingCount::*uses;
  double CheckLimits::*allowed;
};

MisuseKind kind_of(Misuse misuse) {
  switch (misuse) {
    case Misuse::after_withdrawal:
      return {"processing", "consent_processing_after_withdrawal", "after the consent was withdrawn",
              &ProcessingCount::after_withdrawal, &CheckLimits::max_after_withdrawal};
    case Misuse::after_expiry:
      return {"expired", "consent_processing_after_expiry", "after the consent had expired",
              &ProcessingCount::after_expiry, &CheckLimits::max_after_expiry};
    case Misuse::without_grant:
      break;
  }
  return {"ungranted", "consent_processing_without_grant", "for which no consent was ever granted",
          &ProcessingCount::without_grant, &CheckLimits::max_without_grant};
}

std::string shown(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace

std::vector<Finding> judge_withdrawals(const std::map<std::string, PendingCount>& counts,
                                       const CheckLimits& limits) {
  std::vector<Finding> findings;
  for (auto const& [type, count] : counts) {
    Finding finding;
    finding.check = "withdrawals";
    finding.subject = type;
    finding.series = series_name("consent_withdrawal_oldest_pending_age_seconds", {{"consent_type", type}});
    finding.detail = count.pending == 0
                         ? "all withdrawals have been acted on"
                         : shown(count.pending) + " withdrawn and not acted on, the oldest for " +
                               report::human_age(count.oldest_seconds);
    auto const allowed = std::chrono::duration<double>(limits.act_within).count();
    findings.push_back(at_most(std::move(finding), count.oldest_seconds, allowed));
  }
  return findings;
}

std::vector<Finding> judge_processing(const std::map<std::string, ProcessingCount>& counts, Misuse misuse,
                                      const CheckLimits& limits) {
  auto const kind = kind_of(misuse);
  std::vector<Finding> findings;
  for (auto const& [type, count] : counts) {
    auto const uses = count.*kind.uses;
    Finding finding;
    finding.check = kind.check;
    finding.subject = type;
    finding.series = series_name(kind.metric, {{"consent_type", type}});
    finding.detail = shown(uses) + " of " + shown(count.events) + " uses of data " + kind.what;
    if (misuse == Misuse::after_withdrawal && uses > 0)
      finding.detail += ", of " + shown(count.clients_after_withdrawal) + " client(s)";
    findings.push_back(at_most(std::move(finding), uses, limits.*kind.allowed));
  }
  return findings;
}

}  // namespace fleet::exporters::consent
