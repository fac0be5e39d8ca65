#include "slo/lint/allowances.hpp"

#include <algorithm>

#include "slo/lint/lint.hpp"

namespace fleet::lint {

void Allowances::load(const std::string& path) {
  auto const root = config::Document::load(path).root().mapping({"allow"});
  auto const entries = root.optional("allow");
  if (!entries) return;
  for (const config::Value& value : entries->list_or_empty()) {
    auto const mapping = value.mapping({"check", "rule", "message", "reason"});
    Allowance allowance;
    allowance.place = place_of(value);
    auto const check = mapping.required("check");
    allowance.check = check.non_empty_text();
    if (!is_check(allowance.check))
      check.fail("expected the name of a check such as promql/rate, got `" + allowance.check + "`");
    allowance.rule = mapping.required("rule").non_empty_text();
    if (auto const message = mapping.optional("message")) allowance.message = message->regex();
    mapping.required("reason").non_empty_text();
    allowances_.push_back(std::move(allowance));
  }
}

void Allowances::add(const RuleSet& rules) {
  for (const RuleFile& file : rules.files()) {
    for (std::size_t i = 0; i < file.rules.size(); ++i) {
      const Rule& rule = file.rules[i];
      bool const last = i + 1 == file.rules.size();
      std::size_t const end = last ? std::string::npos : file.rules[i + 1].name.begin().line - 1;
      for (const InlineAllowance& comment : rule.allowances) {
        allowances_.push_back(
            {comment.place, comment.check, rule.name.text(), file.name, rule.name.begin().line, end, nullptr});
      }
    }
  }
}

bool Allowances::covers(const Allowance& allowance, const Finding& finding) {
  bool const same_rule = allowance.check == finding.check && allowance.rule == finding.rule;
  std::size_t const line = finding.place.line;
  bool const same_place =
      allowance.file.empty() ||
      (allowance.file == finding.place.file && allowance.first_line <= line && line <= allowance.last_line);
  return same_rule && same_place &&
         (!allowance.message || re2::RE2::PartialMatch(finding.message, *allowance.message));
}

std::vector<Finding> Allowances::left(std::vector<Finding> findings) const {
  std::vector<bool> used(allowances_.size(), false);
  std::vector<Finding> out;
  for (Finding& finding : findings) {
    bool allowed = false;
    for (std::size_t i = 0; i < allowances_.size(); ++i) {
      if (!covers(allowances_[i], finding)) continue;
      used[i] = true;
      allowed = true;
    }
    if (!allowed) out.push_back(std::move(finding));
  }
  for (std::size_t i = 0; i < allowances_.size(); ++i) {
    if (used[i]) continue;
    const Allowance& idle = allowances_[i];
    out.push_back({idle.place, "lint/allow", idle.rule,
                   "there is no finding of " + idle.check + " about `" + idle.rule + "` to allow"});
  }
  return out;
}

}  // namespace fleet::lint
