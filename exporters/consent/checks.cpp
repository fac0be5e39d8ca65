#include "exporters/consent/checks.hpp"

#include <array>
#include <memory>
#include <utility>

#include "exporters/checks/check_command.hpp"
#include "exporters/checks/check_parts.hpp"
#include "exporters/consent/judgements.hpp"
#include "exporters/sql_source.hpp"

namespace fleet::exporters::consent {

namespace {

using exporters::CheckSubject;
using exporters::LabelLimit;
using exporters::SqlSource;
using Findings = std::vector<Finding>;

constexpr std::array<CheckSubject, 4> subjects{{
    {"withdrawals", "withdrawals of consent that nobody has acted on in time"},
    {"processing", "data used after its owner had withdrawn the consent"},
    {"expired", "data used after the consent had expired"},
    {"ungranted", "data used although no consent was ever granted"},
}};

/// What one run needs; the frames of its coroutines share it.
struct Run {
  Run(asio::any_io_executor executor, const Config& from)
      : config(from), source(std::move(executor), from.database, from.check_queries) {}
  bool has(std::string_view query) const { return source.has(query); }
  LabelLimit types() const { return LabelLimit(config.consent_types, config.label_limit); }
  Config config;
  SqlSource source;
};

awaitable<Findings> withdrawals(std::shared_ptr<Run> run, Deadline deadline) {
  std::string query = "withdrawals";
  auto const rows = co_await run->source.read(std::move(query), read_withdrawals, deadline);
  auto types = run->types();
  co_return judge_withdrawals(by_label(rows, types), run->config.check);
}

template <Misuse misuse>
awaitable<Findings> processing(std::shared_ptr<Run> run, Deadline deadline) {
  std::string query = "processing";
  auto const rows = co_await run->source.read(std::move(query), read_processing, deadline);
  auto types = run->types();
  co_return judge_processing(by_label(rows, types), misuse, run->config.check);
}

constexpr std::array<exporters::CheckPart<Run>, 4> parts{{
    {"withdrawals", "withdrawals", "register", withdrawals},
    {"processing", "processing", "register", processing<Misuse::after_withdrawal>},
    {"expired", "processing", "register", processing<Misuse::after_expiry>},
    {"ungranted", "processing", "register", processing<Misuse::without_grant>},
}};

}  // namespace

int run_check(int argc, const char* const* argv) {
  exporters::CheckDescription description;
  description.program = "consent_exporter";
  description.what =
      "Reads the register of consents once, by the queries that the exporter serves, and names every\n"
      "breach of what consent.yml allows (`check:`). Counts and ages only.";
  description.example =
      "consent_exporter check\nconsent_exporter check --only withdrawals,processing --output junit";
  description.default_config = "consent.yml";
  description.subjects = subjects;
  description.parse = [](const config::Document& document) -> exporters::Judge {
    auto const config = std::make_shared<const Config>(read_config(document));
    return [config](asio::any_io_executor executor, std::set<std::string> only, Deadline deadline) {
      auto run = std::make_shared<Run>(std::move(executor), *config);
      return exporters::judge_parts(std::span<const exporters::CheckPart<Run>>(parts), std::move(run),
                                    std::move(only), deadline);
    };
  };
  return exporters::run_check(argc, argv, description);
}

}  // namespace fleet::exporters::consent
