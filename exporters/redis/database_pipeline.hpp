// Commands for the keys of several databases, in one pipeline.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/redis/connection.hpp"

namespace fleet::exporters::redis_health {

/// A pipeline that selects a database wherever it changes, and at its end the one that the connection is meant
/// to be in: others use the connection too.
class DatabasePipeline {
 public:
  /// `home` is the database of the client's options.
  explicit DatabasePipeline(int home) : home_(home), current_(home) {}

  /// Returns the place of the command's reply. Commands of one database are best added one after the other.
  std::size_t add(int database, std::initializer_list<std::string_view> words);
  bool empty() const { return places_.empty(); }

  class Replies {
   public:
    /// The reply at that place; the refusal, if its database could not be selected.
    fleet::redis::Reply operator[](std::size_t place) const;

   private:
    friend class DatabasePipeline;
    struct Place {
      std::size_t reply, selection;  // `nowhere` if nothing had to be selected
    };
    fleet::redis::Client::Replies raw_;
    std::vector<Place> places_;
  };
  /// To be called once. Throws as redis::Client::run().
  awaitable<Replies> run(fleet::redis::Client& client, Deadline deadline);

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  fleet::redis::Pipeline pipeline_;
  std::vector<Replies::Place> places_;
  int home_, current_;
  std::size_t selection_ = nowhere;
};

}  // namespace fleet::exporters::redis_health
