#include "probers/trace.hpp"

#include <cstdio>
#include <random>

namespace fleet::probers {

namespace {

std::uint64_t next_random() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  std::uint64_t value = 0;
  while (value == 0) value = engine();
  return value;
}

std::string hex(std::uint64_t value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

}  // namespace

TraceContext TraceContext::make() {
  TraceContext made;
  made.trace_high = next_random();
  made.trace_low = next_random();
  made.span = next_random();
  return made;
}

std::string TraceContext::trace_id() const { return hex(trace_high) + hex(trace_low); }

std::string TraceContext::traceparent() const { return "00-" + trace_id() + "-" + hex(span) + "-01"; }

}  // namespace fleet::probers
