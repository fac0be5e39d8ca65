#include "exporters/documents/batches.hpp"

#include <algorithm>

namespace fleet::exporters::documents {

namespace {

constexpr std::size_t remembered_ids = 1000;
constexpr std::size_t most_in_flight = 10'000;
constexpr std::size_t most_stages_of_a_batch = 100;
constexpr double microsecond = 1e-6;

}  // namespace

const std::vector<double>& Batches::bounds() {
  static const std::vector<double> list = {1, 5, 10, 20, 30, 45, 60, 75, 90, 120, 180, 300, 600};
  return list;
}

const std::vector<double>& Batches::stage_bounds() {
  static const std::vector<double> list = {0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 300, 600};
  return list;
}

std::string_view Batches::pipeline_name(std::string_view name) const {
  bool const known = pipelines_.contains(name);
  return known || pipelines_.size() < rules_.max_pipelines ? name : "other";
}

Batches::Pipeline& Batches::pipeline(std::string_view name) {
  auto const label = pipeline_name(name);
  auto found = pipelines_.find(label);
  if (found == pipelines_.end()) found = pipelines_.emplace(std::string(label), Pipeline()).first;
  return found->second;
}

void Batches::apply(const BatchRecord& record) {
  bool const finished_before =
      std::find(finished_ids_.begin(), finished_ids_.end(), record.batch_id) != finished_ids_.end();
  if (finished_before) return skip(Skip::duplicate);
  if (record.event == BatchEvent::finished) return finish(record);
  if (record.event == BatchEvent::stage) return end_stage(record);
  start(record);
}

void Batches::start(const BatchRecord& record) {
  if (in_flight_.contains(record.batch_id)) return skip(Skip::duplicate);
  if (in_flight_.size() >= most_in_flight) {
    auto const oldest = std::min_element(
        in_flight_.begin(), in_flight_.end(),
        [](auto const& a, auto const& b) { return a.second.started_us < b.second.started_us; });
    ++pipeline(oldest->second.pipeline).abandoned;
    in_flight_.erase(oldest);
  }
  auto& p = pipeline(record.pipeline);
  ++p.started;
  p.documents_started += static_cast<std::uint64_t>(record.size);
  in_flight_.emplace(std::string(record.batch_id),
                     InFlight{std::string(pipeline_name(record.pipeline)), record.size, record.at_us, {}});
}

void Batches::end_stage(const BatchRecord& record) {
  auto const batch = in_flight_.find(record.batch_id);
  if (batch == in_flight_.end()) return skip(Skip::unpaired);
  auto& told = batch->second.stages;
  if (std::find(told.begin(), told.end(), record.stage) != told.end()) return skip(Skip::duplicate);
  auto& stages = pipeline(batch->second.pipeline).stages;
  bool const fits = stages.contains(record.stage) || stages.size() < rules_.max_stages;
  auto& stage = stages[std::string(fits ? record.stage : "other")];
  if (told.size() < most_stages_of_a_batch) told.emplace_back(record.stage);
  stage.duration.observe(static_cast<double>(record.at_us - record.began_us) * microsecond);
  stage.succeeded += static_cast<std::uint64_t>(record.succeeded);
  stage.failed += static_cast<std::uint64_t>(record.failed);
}

void Batches::finish(const BatchRecord& record) {
  auto const started = in_flight_.find(record.batch_id);
  auto& p = pipeline(record.pipeline);
  p.documents_succeeded += static_cast<std::uint64_t>(record.succeeded);
  p.documents_failed += static_cast<std::uint64_t>(record.failed);
  ++(record.failed == 0 ? p.succeeded_batches : record.succeeded == 0 ? p.failed_batches : p.partial_batches);
  finished_ids_.emplace_back(record.batch_id);
  if (finished_ids_.size() > remembered_ids) finished_ids_.pop_front();
  FinishedBatch ended{record.at_us, -1, record.size, record.succeeded, record.failed};
  if (started == in_flight_.end()) {
    p.recent.add(ended);
    return skip(Skip::unpaired);
  }

  auto const duration_us = record.at_us - started->second.started_us;
  ended.size = started->second.size;
  if (duration_us >= 0) ended.duration_us = duration_us;
  p.recent.add(ended);
  if (duration_us < 0) {  // it has ended all the same, and must not be in flight for a day
    in_flight_.erase(started);
    return skip(Skip::negative);
  }
  // A batch of 500 is judged by what it set out to do, whatever the finishing record says.
  auto const size = started->second.size;
  (size >= rules_.large_size ? p.large : p.small).observe(static_cast<double>(duration_us) * microsecond);
  in_flight_.erase(started);
  p.last_finished_us = record.at_us;
  p.last_duration_us = duration_us;
  p.last_size = size;
  p.last_failed = record.failed;
}

void Batches::give_up_old(std::int64_t now_us) {
  std::erase_if(in_flight_, [&](auto const& entry) {
    if (now_us - entry.second.started_us <= rules_.abandon_after_us) return false;
    ++pipeline(entry.second.pipeline).abandoned;
    return true;
  });
}

void Batches::add_families(std::int64_t now_us, Families& out) const {
  add_present(now_us, out);
  add_recent(now_us, out);
  add_counts(out);
  add_stages(out);
}

std::uint64_t Batches::documents_started() const {
  std::uint64_t sum = 0;
  for (auto const& [name, p] : pipelines_) sum += p.documents_started;
  return sum;
}

void Batches::add_recent(std::int64_t now_us, Families& out) const {
  auto& batches =
      out.gauge("document_recent_batches",
                "Batches that the two recent ratios are made of: the last ones (10 by default) that "
                "finished lately (30 minutes by default).");
  auto& failed = out.gauge("document_recent_failed_ratio", "Failed share of the documents of these batches.");
  auto& throughput =
      out.gauge("document_throughput_objective_ratio",
                "Documents a second of the large ones of these batches, over those of the objective "
                "(500 in 90 seconds by default): 1 and more meets it.");
  auto const objective =
      static_cast<double>(rules_.large_size) / (static_cast<double>(rules_.objective_us) / 1e6);
  for (auto const& [name, p] : pipelines_) {
    auto const recent =
        p.recent.summary(rules_.recent_batches, now_us - rules_.recent_within_us, rules_.large_size);
    batches.add({{"pipeline", name}}, static_cast<double>(recent.batches));
    if (recent.failed_ratio) failed.add({{"pipeline", name}}, *recent.failed_ratio);
    if (recent.large_per_second) throughput.add({{"pipeline", name}}, *recent.large_per_second / objective);
  }
}

void Batches::add_stages(Families& out) const {
  auto& duration =
      out.histogram("document_stage_duration_seconds", "From start to end of one stage of a batch.");
  auto& documents = out.counter("document_stage_documents_total",
                                "Documents that stages told of, by outcome; only of stages that count them.");
  for (auto const& [name, p] : pipelines_) {
    for (auto const& [stage_name, stage] : p.stages) {
      duration.add_histogram({{"pipeline", name}, {"stage", stage_name}}, stage.duration);
      if (stage.succeeded + stage.failed == 0) continue;
      documents.add({{"pipeline", name}, {"stage", stage_name}, {"outcome", "succeeded"}},
                    static_cast<double>(stage.succeeded));
      documents.add({{"pipeline", name}, {"stage", stage_name}, {"outcome", "failed"}},
                    static_cast<double>(stage.failed));
    }
  }
}

void Batches::add_present(std::int64_t now_us, Families& out) const {
  struct Present {
    std::int64_t in_flight = 0, stuck = 0, oldest_started_us = 0, oldest_size = 0;
  };
  std::map<std::string_view, Present> present;
  for (auto const& [name, p] : pipelines_) present[name];
  for (auto const& [id, batch] : in_flight_) {
    auto& entry = present[batch.pipeline];
    if (entry.in_flight == 0 || batch.started_us < entry.oldest_started_us) {
      entry.oldest_started_us = batch.started_us;
      entry.oldest_size = batch.size;
    }
    ++entry.in_flight;
    if (now_us - batch.started_us > rules_.stuck_after_us) ++entry.stuck;
  }

  auto& time = out.gauge(
      "document_processing_time_seconds",
      "Time of the batch that matters most now: the oldest in flight, else the last one finished (for "
      "5 minutes by default), else absent.");
  auto& size = out.gauge("document_batch_size", "Documents in the batch of document_processing_time_seconds.");
  auto& flying = out.gauge("document_batches_in_flight", "Batches started and not finished.");
  auto& stuck = out.gauge("document_batches_stuck",
                          "Batches in flight for longer than stuck_after (default 10 minutes).");
  auto& failed =
      out.gauge("document_last_batch_failed_ratio", "Failed share of the documents of the last batch.");
  for (auto const& [name, entry] : present) {
    flying.add({{"pipeline", name}}, static_cast<double>(entry.in_flight));
    stuck.add({{"pipeline", name}}, static_cast<double>(entry.stuck));
    auto const found = pipelines_.find(name);
    auto const* const p = found != pipelines_.end() ? &found->second : nullptr;
    if (p && p->last_finished_us >= 0 && p->last_size > 0) {
      failed.add({{"pipeline", name}}, static_cast<double>(p->last_failed) / static_cast<double>(p->last_size));
    }
    if (entry.in_flight > 0) {
      auto const elapsed = std::max<std::int64_t>(0, now_us - entry.oldest_started_us);
      time.add({{"pipeline", name}}, static_cast<double>(elapsed) * microsecond);
      size.add({{"pipeline", name}}, static_cast<double>(entry.oldest_size));
    } else if (p && p->last_finished_us >= 0 && now_us - p->last_finished_us < rules_.linger_us) {
      time.add({{"pipeline", name}}, static_cast<double>(p->last_duration_us) * microsecond);
      size.add({{"pipeline", name}}, static_cast<double>(p->last_size));
    }
  }
}

void Batches::add_counts(Families& out) const {
  auto& started = out.counter("document_batches_started_total", "Batches started.");
  auto& finished =
      out.counter("document_batches_finished_total",
                  "Batches finished: ok without a failed document, failed with nothing else, else partial; "
                  "abandoned after abandon_after (default 1 day) in flight.");
  auto& begun = out.counter("documents_started_total", "Documents of batches that started.");
  auto& documents = out.counter("documents_processed_total", "Documents of finished batches, by outcome.");
  auto& duration =
      out.histogram("document_batch_duration_seconds",
                    "From start to finish of a batch; large batches (500 documents by default) have the "
                    "objective of 90 seconds.");
  for (auto const& [name, p] : pipelines_) {
    auto const count = [](std::uint64_t n) { return static_cast<double>(n); };
    started.add({{"pipeline", name}}, count(p.started));
    finished.add({{"pipeline", name}, {"outcome", "ok"}}, count(p.succeeded_batches));
    finished.add({{"pipeline", name}, {"outcome", "partial"}}, count(p.partial_batches));
    finished.add({{"pipeline", name}, {"outcome", "failed"}}, count(p.failed_batches));
    finished.add({{"pipeline", name}, {"outcome", "abandoned"}}, count(p.abandoned));
    begun.add({{"pipeline", name}}, count(p.documents_started));
    documents.add({{"pipeline", name}, {"outcome", "succeeded"}}, count(p.documents_succeeded));
    documents.add({{"pipeline", name}, {"outcome", "failed"}}, count(p.documents_failed));
    duration.add_histogram({{"pipeline", name}, {"size_class", "large"}}, p.large);
    duration.add_histogram({{"pipeline", name}, {"size_class", "small"}}, p.small);
  }
  auto& skipped =
      out.counter("document_records_skipped_total", "Records of documents:batches that were not as agreed.");
  for (std::size_t i = 0; i < skip_kinds; ++i) {
    skipped.add({{"reason", to_string(static_cast<Skip>(i))}}, static_cast<double>(skipped_[i]));
  }
}

}  // namespace fleet::exporters::documents
