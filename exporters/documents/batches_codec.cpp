// The checkpoint's text form of Batches: JSON, version 1.
#include <boost/json.hpp>

#include "exporters/documents/batches.hpp"

namespace fleet::exporters::documents {

namespace json = boost::json;

namespace {

json::value histogram_value(const HistogramData& data) {
  json::array counts;
  for (auto const count : data.counts) counts.emplace_back(count);
  return json::object{{"counts", std::move(counts)}, {"sum", data.sum}};
}

void read_histogram(const json::value& value, HistogramData& data) {
  auto const& counts = value.at("counts").as_array();
  if (counts.size() != data.counts.size()) throw std::runtime_error("histogram of other bounds");
  for (std::size_t i = 0; i < counts.size(); ++i) data.counts[i] = counts[i].to_number<std::uint64_t>();
  data.sum = value.at("sum").to_number<double>();
}

/// What a version before this one did not write.
const json::value& later(const json::value& value, std::string_view key) {
  static const json::value none;
  auto const* const found = value.as_object().if_contains(key);
  return found ? *found : none;
}

json::array recent_value(const RecentBatches& recent) {
  json::array list;
  for (auto const& batch : recent.all()) {
    list.push_back(
        json::array{batch.finished_us, batch.duration_us, batch.size, batch.succeeded, batch.failed});
  }
  return list;
}

void read_recent(const json::value& list, RecentBatches& recent) {
  if (list.is_null()) return;
  for (auto const& value : list.as_array()) {
    auto const number = [&value](std::size_t n) { return value.at(n).to_number<std::int64_t>(); };
    recent.add({number(0), number(1), number(2), number(3), number(4)});
  }
}

}  // namespace

std::string Batches::encode() const {
  json::object pipelines;
  for (auto const& [name, p] : pipelines_) {
    pipelines[name] = {{"started", p.started},
                       {"ok", p.succeeded_batches},
                       {"partial", p.partial_batches},
                       {"failed", p.failed_batches},
                       {"abandoned", p.abandoned},
                       {"documents_succeeded", p.documents_succeeded},
                       {"documents_failed", p.documents_failed},
                       {"large", histogram_value(p.large)},
                       {"small", histogram_value(p.small)},
                       {"last_finished_us", p.last_finished_us},
                       {"last_duration_us", p.last_duration_us},
                       {"last_size", p.last_size},
                       {"last_failed", p.last_failed},
                       {"documents_started", p.documents_started},
                       {"recent", recent_value(p.recent)}};
    json::object stages;
    for (auto const& [stage_name, stage] : p.stages) {
      stages[stage_name] = {{"duration", histogram_value(stage.duration)},
                            {"succeeded", stage.succeeded},
                            {"failed", stage.failed}};
    }
    pipelines[name].as_object()["stages"] = std::move(stages);
  }
  json::object in_flight;
  for (auto const& [id, batch] : in_flight_) {
    in_flight[id] = {{"pipeline", batch.pipeline}, {"size", batch.size}, {"started_us", batch.started_us}};
    if (batch.stages.empty()) continue;
    in_flight[id].as_object()["stages"] = json::array(batch.stages.begin(), batch.stages.end());
  }
  json::object root;
  root["version"] = 1;
  root["pipelines"] = std::move(pipelines);
  root["in_flight"] = std::move(in_flight);
  root["finished_ids"] = json::array(finished_ids_.begin(), finished_ids_.end());
  root["skipped"] = json::array(skipped_.begin(), skipped_.end());
  return json::serialize(root);
}

std::optional<Batches> Batches::decode(std::string_view text, BatchRules rules) {
  try {
    auto const root = json::parse(text);
    if (root.at("version").to_number<int>() != 1) return std::nullopt;
    Batches batches(rules);
    for (auto const& [name, value] : root.at("pipelines").as_object()) {
      auto& p = batches.pipelines_[std::string(name)];
      auto const count = [&](const char* key) { return value.at(key).to_number<std::uint64_t>(); };
      auto const number = [&](const char* key) { return value.at(key).to_number<std::int64_t>(); };
      p.started = count("started");
      p.succeeded_batches = count("ok");
      p.partial_batches = count("partial");
      p.failed_batches = count("failed");
      p.abandoned = count("abandoned");
      p.documents_succeeded = count("documents_succeeded");
      p.documents_failed = count("documents_failed");
      read_histogram(value.at("large"), p.large);
      read_histogram(value.at("small"), p.small);
      p.last_finished_us = number("last_finished_us");
      p.last_duration_us = number("last_duration_us");
      p.last_size = number("last_size");
      p.last_failed = number("last_failed");
      if (auto const& begun = later(value, "documents_started"); !begun.is_null()) {
        p.documents_started = begun.to_number<std::uint64_t>();
      }
      read_recent(later(value, "recent"), p.recent);
      if (auto const& stages = later(value, "stages"); !stages.is_null()) {
        for (auto const& [stage_name, held] : stages.as_object()) {
          auto& stage = p.stages[std::string(stage_name)];
          read_histogram(held.at("duration"), stage.duration);
          stage.succeeded = held.at("succeeded").to_number<std::uint64_t>();
          stage.failed = held.at("failed").to_number<std::uint64_t>();
        }
      }
    }
    for (auto const& [id, value] : root.at("in_flight").as_object()) {
      auto& batch = batches.in_flight_[std::string(id)];
      batch.pipeline = std::string(value.at("pipeline").as_string());
      batch.size = value.at("size").to_number<std::int64_t>();
      batch.started_us = value.at("started_us").to_number<std::int64_t>();
      if (auto const& told = later(value, "stages"); !told.is_null()) {
        for (auto const& stage : told.as_array()) batch.stages.emplace_back(stage.as_string());
      }
    }
    for (auto const& id : root.at("finished_ids").as_array())
      batches.finished_ids_.emplace_back(id.as_string());
    auto const& skipped = root.at("skipped").as_array();
    for (std::size_t i = 0; i < skip_kinds && i < skipped.size(); ++i) {
      batches.skipped_[i] = skipped[i].to_number<std::uint64_t>();
    }
    return batches;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace fleet::exporters::documents
