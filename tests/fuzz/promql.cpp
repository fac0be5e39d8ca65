// PromQL, as the check of rules reads and prints it.
#include "slo/lint/promql.hpp"

#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  promql::ExprPtr expression;
  try {
    expression = promql::parse(fuzz::text_of(data, size));
  } catch (const promql::SyntaxError& error) {
    fuzz::require(error.offset <= size, "a mistake is within the text");
    return 0;
  }
  auto const printed = promql::print(*expression);
  fuzz::require(promql::print(*promql::parse(printed)) == printed, "what is printed reads back the same");
  return 0;
}
