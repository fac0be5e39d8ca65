#include "demo/legal_llm.hpp"

namespace fleet::demo {

using namespace std::chrono_literals;

namespace {

postgres::Options with_name(postgres::Options options, const std::string& application_name) {
  options.application_name = application_name;
  return options;
}

redis::Options with_client(redis::Options options, const std::string& client_name) {
  options.client_name = client_name;
  return options;
}

}  // namespace

Settings::Settings() {
  coordinator.port = 9733;
  queue.port = 9734;
  database.port = 9732;
  database.user = "legalllm_app";
  database.database = "legalllm_multiagent";
  database.read_only = false;
  database.lock_timeout = 3s;
}

LegalLlm::LegalLlm(asio::io_context& io, Settings settings)
    : agents_(io, settings.agents_host, settings.agents_base_port, settings.seed, faults_, instruments_),
      orchestrator_(std::make_shared<Orchestrator>(
          io,
          Orchestrator::Options{with_client(settings.coordinator, "legalllm-orchestrator"),
                                settings.hops_per_second, settings.seed + 100},
          agents_, faults_, instruments_)),
      registers_(std::make_shared<Registers>(io, with_name(settings.database, "legalllm-registers"), faults_)),
      documents_(std::make_shared<Documents>(
          io,
          Documents::Options{with_client(settings.queue, "legalllm-documents"), settings.batch_size,
                             settings.batch_every, settings.seed + 200},
          *registers_, faults_, instruments_)),
      held_locks_(std::make_shared<HeldLocks>(io, with_name(settings.database, "legalllm"), faults_)),
      monitor_(std::make_shared<ComplianceMonitor>(
          io, settings.compliance_listen, with_name(settings.database, "legalllm-compliance"), faults_)),
      interface_(io, settings.interface_listen,
                 {{"agents", [this] { return agents_.running() == roster().size(); }},
                  {"redis_coordinator", [this] { return orchestrator_->redis_up(); }},
                  {"redis_queue", [this] { return documents_->redis_up(); }},
                  {"postgres", [this] { return registers_->database_up(); }}},
                 faults_, instruments_),
      cluster_(faults_),
      control_(io, settings.control_listen, faults_, cluster_,
               [this] { return registers_->seeded() && interface_.healthy(); }) {}

void LegalLlm::start() {
  control_.start();
  interface_.start();
  monitor_->start();
  agents_.start();
  registers_->start();
  orchestrator_->start();
  documents_->start();
}

void LegalLlm::stop() {
  control_.stop();
  interface_.stop();
  monitor_->stop();
  agents_.stop();
  held_locks_->stop();
  orchestrator_->stop();
  documents_->stop();
  registers_->stop();
}

}  // namespace fleet::demo
