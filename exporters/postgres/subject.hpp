// What all subjects of one PostgreSQL server have in common.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "exporters/collector.hpp"
#include "exporters/postgres/instance.hpp"

namespace fleet::exporters::postgres {

/// A collector that asks one server about one thing. When the whole server does not answer it adds nothing and
/// is content: pg_up says so, once. When the server answers others but not this subject, or refuses its
/// statement, it throws, so that the subject that fails alone is named by
/// `pg_health_exporter_collector_success`.
class Subject : public Collector {
 public:
  Subject(std::string_view name, std::shared_ptr<Instance> instance)
      : name_(name), instance_(std::move(instance)) {}
  std::string_view name() const override { return name_; }
  std::string_view target() const override { return instance_->target(); }
  awaitable<void> collect(Deadline deadline, Families& out) final;

 protected:
  /// Asks and adds. `server_version` as libpq's: 150004.
  virtual awaitable<void> measure(Deadline deadline, int server_version, Families& out) = 0;
  Instance& instance() { return *instance_; }
  const std::shared_ptr<Instance>& shared_instance() const { return instance_; }
  std::string_view server() const { return instance_->server(); }

 private:
  std::string_view name_;
  std::shared_ptr<Instance> instance_;
};

/// A value kept between scrapes because asking costs too much. After a failed attempt the next one waits a
/// while too, and scrapes in between repeat the failure.
template <class T>
class Kept {
 public:
  using Clock = Deadline::Clock;

  explicit Kept(std::chrono::milliseconds interval) : interval_(interval) {}
  bool due(Clock::time_point now) const { return now >= next_; }
  void store(T value, Clock::time_point now) {
    value_ = std::move(value);
    taken_ = now;
    next_ = now + interval_;
    failure_.clear();
  }
  void fail(std::string why, Clock::time_point now) {
    failure_ = std::move(why);
    next_ = now + std::min<std::chrono::milliseconds>(interval_, std::chrono::seconds(30));
  }
  /// The value; throws std::runtime_error with the last failure's text if the last attempt failed.
  const T& value() const {
    if (!failure_.empty() || !value_) throw std::runtime_error(failure_);
    return *value_;
  }
  double age_seconds(Clock::time_point now) const {
    return std::chrono::duration<double>(now - taken_).count();
  }

 private:
  std::chrono::milliseconds interval_;
  std::optional<T> value_;
  Clock::time_point taken_{}, next_{};
  std::string failure_;
};

}  // namespace fleet::exporters::postgres
