// Findings that are expected, each with its reason.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "slo/lint/finding.hpp"
#include "slo/lint/rule_file.hpp"

namespace fleet::lint {

class Allowances {
 public:
  /// Reads an allow file; docs/rule-lint.md has the format. Throws config::Error.
  void load(const std::string& path);
  /// Takes the comments beside the rules.
  void add(const RuleSet& rules);

  /// The findings that nothing here expects, and one for each allowance that no finding needed.
  std::vector<Finding> left(std::vector<Finding> findings) const;

 private:
  struct Allowance {
    Place place;
    std::string check;
    std::string rule;                           ///< the name of the alert or the recorded series
    std::string file;                           ///< of a comment: only findings there; "" for all
    std::size_t first_line = 0, last_line = 0;  ///< of a comment's rule, among several of one name
    std::shared_ptr<const re2::RE2> message;    ///< null: any
  };
  static bool covers(const Allowance& allowance, const Finding& finding);
  std::vector<Allowance> allowances_;
};

}  // namespace fleet::lint
