#include "probers/slo_prober/crew.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <thread>

#include "core/app/logging.hpp"
#include "core/app/mailbox.hpp"
#include "core/io/scheduling.hpp"

namespace fleet::probers {

namespace {

void become_realtime(std::size_t index) {
  auto const worker = std::to_string(index);
  auto const error = fleet::take_realtime();
  if (!error) {
    logging::info("the worker's thread is real-time", {{"worker", worker}});
  } else {
    logging::warn(
        "the worker's thread stays ordinary: real-time needs CAP_SYS_NICE, or a limit of 1 or more on "
        "real-time "
        "priority",
        {{"worker", worker}, {"err", error.message()}});
  }
}

}  // namespace

struct Crew::Worker {
  Worker(std::size_t position, std::size_t of, asio::any_io_executor executor, Instruments& registry)
      : index(position),
        count(of),
        instruments(registry),
        schedule(std::move(executor), registry, std::to_string(position)) {}

  bool takes(const Assignment& assignment, const std::string& probe, const std::string& target,
             bool exclusive) const {
    if (!assignment.shard.owns(probe, target)) return false;
    auto const place = exclusive ? 0 : rendezvous_weight(probe, target) % count;
    return place == index;
  }

  /// Only what this worker takes is made: a probe of another's target would be memory for nothing.
  std::vector<ScheduledProbe> share(const FleetConfig& config, const Assignment& assignment) const {
    std::vector<ScheduledProbe> probes;
    for (auto const& probe : config.probes) {
      auto const take = [&](const TargetEntry& entry) {
        if (!takes(assignment, probe.name, entry.name, probe.exclusive)) return;
        probes.push_back(scheduled(probe, entry));
        auto& labels = probes.back().identity.labels;
        if (config.vantage.empty()) return;
        labels.emplace_back("vantage", config.vantage);
        std::sort(labels.begin(), labels.end());
      };
      for (auto const& entry : probe.targets) take(entry);
      auto const found = assignment.discovered.find(probe.name);
      if (found == assignment.discovered.end()) continue;
      for (auto const& target : found->second) {
        try {
          take(entry_of(target));
        } catch (const std::exception& error) {
          logging::warn("a discovered target cannot be probed",
                        {{"probe", probe.name}, {"target", target.address}, {"detail", error.what()}});
        }
      }
    }
    return probes;
  }

  void assign(const Assignment& assignment) {
    auto next = std::make_unique<FleetConfig>(read_fleet(assignment.document));
    auto probes = share(*next, assignment);
    if (on_share) on_share(index, probes);
    auto const change = schedule.replace(std::move(probes), next->latency);
    fleet = std::move(next);
    instruments
        .gauge("slo_prober_targets", "Targets that this worker probes.", {{"worker", std::to_string(index)}})
        .set(static_cast<double>(schedule.size()));
    logging::info("probes scheduled", {{"worker", std::to_string(index)}, {"change", to_string(change)}});
  }

  std::size_t index, count;
  Instruments& instruments;
  std::function<void(std::size_t, const std::vector<ScheduledProbe>&)> on_share;
  // Before the schedule: what its coroutines refer to must be there until the context is gone.
  std::unique_ptr<asio::io_context> own_context;
  std::unique_ptr<FleetConfig> fleet;
  Schedule schedule;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  std::thread thread;
};

Crew::Crew(asio::io_context& home, Instruments& instruments, std::size_t workers, Schedule::Gate gate,
           Watcher watcher)
    : home_(home) {
  workers_.push_back(std::make_shared<Worker>(0, workers, home.get_executor(), instruments));
  for (std::size_t i = 1; i < workers; ++i) {
    auto context = std::make_unique<asio::io_context>(1);
    auto worker = std::make_shared<Worker>(i, workers, context->get_executor(), instruments);
    worker->guard.emplace(context->get_executor());
    worker->own_context = std::move(context);
    workers_.push_back(std::move(worker));
  }
  for (auto const& worker : workers_) {
    worker->schedule.set_gate(gate);
    worker->schedule.set_observer(watcher.attempt);
    worker->on_share = watcher.share;
  }
  for (std::size_t i = 1; i < workers; ++i) {
    workers_[i]->thread = std::thread([context = workers_[i]->own_context.get()] {
      ask_for_short_slices();
      while (!context->stopped()) {
        try {
          context->run();
        } catch (const std::exception& error) {
          logging::error("a worker's work ended with an exception", {{"err", error.what()}});
        }
      }
    });
  }
}

Crew::~Crew() {
  for (auto const& worker : workers_) {
    if (!worker->thread.joinable()) continue;
    worker->own_context->stop();
    worker->thread.join();
  }
}

void Crew::assign(std::shared_ptr<const Assignment> assignment) {
  workers_[0]->assign(*assignment);
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    asio::post(*workers_[i]->own_context, [worker = workers_[i].get(), assignment] {
      try {
        worker->assign(*assignment);
      } catch (const std::exception& error) {
        logging::error("a worker keeps its former probes", {{"err", error.what()}});
      }
    });
  }
}

void Crew::take_realtime() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    asio::post(i == 0 ? home_ : *workers_[i]->own_context, [i] { become_realtime(i); });
  }
}

void Crew::stop() {
  workers_[0]->schedule.stop();
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    asio::post(*workers_[i]->own_context, [worker = workers_[i].get()] {
      worker->schedule.stop();
      worker->guard.reset();
    });
  }
}

awaitable<void> Crew::collect(Deadline deadline, Families& out) {
  std::vector<std::shared_ptr<app::Mailbox<Families>>> answers;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    auto mailbox = std::make_shared<app::Mailbox<Families>>(home_);
    asio::post(*workers_[i]->own_context, [worker = workers_[i].get(), mailbox] {
      Families page;
      worker->schedule.collect(page);
      mailbox->deliver(std::move(page));
    });
    answers.push_back(std::move(mailbox));
  }
  workers_[0]->schedule.collect(out);
  for (auto const& mailbox : answers) {
    auto page = co_await mailbox->wait(deadline);
    if (page) out.merge(std::move(*page));
  }
}

std::vector<std::string> Crew::exclusive() const { return workers_[0]->schedule.exclusive(); }

const FleetConfig* Crew::fleet() const { return workers_[0]->fleet.get(); }

}  // namespace fleet::probers
