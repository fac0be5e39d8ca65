// What the programs read, each as a process that can be stopped, killed and frozen.
#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/servers/postgres_server.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::testing {

/// Bytes that mean nothing, and do not compress; the same each time.
std::string noise(std::size_t size);

/// One server on a port of its own, which it keeps. Every member from one thread: the processes end with it.
class Source {
 public:
  virtual ~Source() = default;
  virtual std::string name() const = 0;
  virtual std::uint16_t port() const = 0;
  virtual void start() = 0;   ///< returns when it answers
  virtual void stop() = 0;    ///< in order
  virtual void kill9() = 0;   ///< all of its processes at once
  virtual void freeze() = 0;  ///< SIGSTOP
  virtual void thaw() = 0;
  /// Writes one thing that its readers count.
  virtual void feed() {}

  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
};

/// The coordinator's and the queue's Redis in one. feed() adds a hop and a finished batch.
class RedisSource : public Source {
 public:
  RedisSource() : server_({.append_only = true, .arguments = {}}) {}
  std::string name() const override { return "redis"; }
  std::uint16_t port() const override { return server_.port(); }
  void start() override { server_.start(); }
  void stop() override { server_.stop(); }
  void kill9() override { server_.kill9(); }
  void freeze() override { server_.freeze(); }
  void thaw() override { server_.thaw(); }
  void feed() override;
  /// Stops, and starts as a server that needs some seconds to load its data. Ends with finish_loading().
  void load_slowly();
  void finish_loading() { server_.wait_ready(); }

 private:
  RedisServer server_;
  int fed_ = 0;
};

/// PostgreSQL with the demo's schema. feed() adds a violation and a consent.
class PostgresSource : public Source {
 public:
  PostgresSource() { server_.load_demo_schema(); }
  std::string name() const override { return "postgres"; }
  std::uint16_t port() const override { return server_.port(); }
  void start() override { server_.start(); }
  void stop() override { server_.stop(); }
  void kill9() override;
  void freeze() override { server_.freeze(); }
  void thaw() override { server_.thaw(); }
  void feed() override;

 private:
  PostgresServer server_;
};

/// The web site: pages, the compliance monitor's dashboard, an A2A agent.
class SiteSource : public Source {
 public:
  SiteSource() : port_(free_port()) { start(); }
  std::string name() const override { return "http"; }
  std::uint16_t port() const override { return port_; }
  void start() override;
  void stop() override { process_->stop(); }
  void kill9() override { process_->kill9(); }
  void freeze() override { process_->signal(SIGSTOP); }
  void thaw() override { process_->signal(SIGCONT); }
  std::string url(const std::string& path = "") const { return "http://" + address() + path; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace fleet::testing
