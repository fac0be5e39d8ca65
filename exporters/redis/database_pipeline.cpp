#include "exporters/redis/database_pipeline.hpp"

#include <string>

namespace fleet::exporters::redis_health {

std::size_t DatabasePipeline::add(int database, std::initializer_list<std::string_view> words) {
  if (database != current_) {
    selection_ = pipeline_.size();
    pipeline_.add({"SELECT", std::to_string(database)});
    current_ = database;
  }
  places_.push_back({pipeline_.size(), selection_});
  pipeline_.add(std::span<const std::string_view>(words.begin(), words.size()));
  return places_.size() - 1;
}

fleet::redis::Reply DatabasePipeline::Replies::operator[](std::size_t place) const {
  auto const& [reply, selection] = places_.at(place);
  if (selection != nowhere && raw_[selection].is_error()) return raw_[selection];
  return raw_[reply];
}

awaitable<DatabasePipeline::Replies> DatabasePipeline::run(fleet::redis::Client& client, Deadline deadline) {
  if (selection_ != nowhere) pipeline_.add({"SELECT", std::to_string(home_)});
  Replies replies;
  replies.raw_ = co_await client.run_together(pipeline_, deadline);
  replies.places_ = std::move(places_);
  // Whoever may select another database may select this one; else nothing was ever selected.
  co_return replies;
}

}  // namespace fleet::exporters::redis_health
