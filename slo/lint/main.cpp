// What promtool does not see in rules: see docs/rule-lint.md.
#include <cstdio>
#include <exception>

#include "core/app/exit_status.hpp"
#include "slo/lint/command.hpp"

int main(int argc, char** argv) {
  try {
    return fleet::lint::run_rule_lint(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return fleet::app::exit_usage;
  }
}
