#include "exporters/a2a/otlp/span_pairs.hpp"

#include <utility>

namespace fleet::exporters::a2a {
namespace {

void tell_pair(const HopSpan& caller, const HopSpan& callee, PairSink& sink) {
  if (caller.matches || callee.matches) sink.paired(caller, callee);
}

}  // namespace

void SpanPairs::set_limits(std::chrono::milliseconds wait, std::size_t most) {
  wait_ = wait;
  most_ = most;
}

void SpanPairs::add(HopSpan span, Time now, PairSink& sink) {
  expire(now, sink);
  Key const key{span.trace, span.edge()};
  if (key.edge == 0) {  // a callee that nobody called
    if (span.matches) sink.unpaired(span);
    return;
  }
  auto const [place, is_new] = edges_.try_emplace(key);
  if (is_new) {
    place->second.number = ++numbers_;
    due_.push_back({key, numbers_, now + wait_});
  }
  if (span.is_caller()) {
    add_caller(place, std::move(span), sink);
  } else {
    add_callee(place, std::move(span), sink);
  }
  while (waiting_ > most_ && !due_.empty()) end_oldest(sink, &PairSink::dropped);
}

void SpanPairs::add_caller(Edges::iterator place, HopSpan span, PairSink& sink) {
  auto& edge = place->second;
  bool const many = span.kind == SpanKind::producer;
  for (std::size_t n = 0; n < edge.callees.size(); ++n) {
    if (n == 0 || many) {
      tell_pair(span, edge.callees[n], sink);
    } else if (edge.callees[n].matches) {
      sink.unpaired(edge.callees[n]);
    }
  }
  waiting_ -= edge.callees.size();
  bool const paired = !edge.callees.empty();
  edge.callees.clear();
  if (paired && !many) {
    edges_.erase(place);
    return;
  }
  if (!edge.caller) ++waiting_;
  edge.caller = std::move(span);
  edge.caller_paired = paired;
}

void SpanPairs::add_callee(Edges::iterator place, HopSpan span, PairSink& sink) {
  auto& edge = place->second;
  if (!edge.caller) {
    edge.callees.push_back(std::move(span));
    ++waiting_;
    return;
  }
  tell_pair(*edge.caller, span, sink);
  edge.caller_paired = true;
  if (edge.caller->kind == SpanKind::producer) return;
  --waiting_;
  edges_.erase(place);
}

void SpanPairs::expire(Time now, PairSink& sink) {
  while (!due_.empty() && due_.front().at <= now) end_oldest(sink, &PairSink::unpaired);
}

void SpanPairs::end_oldest(PairSink& sink, void (PairSink::*verdict)(const HopSpan&)) {
  auto const due = due_.front();
  due_.pop_front();
  auto const place = edges_.find(due.key);
  if (place == edges_.end() || place->second.number != due.number) return;
  auto const edge = std::move(place->second);
  edges_.erase(place);
  waiting_ -= edge.callees.size() + (edge.caller ? 1 : 0);
  if (edge.caller && !edge.caller_paired && edge.caller->matches) (sink.*verdict)(*edge.caller);
  for (auto const& callee : edge.callees) {
    if (callee.matches) (sink.*verdict)(callee);
  }
}

}  // namespace fleet::exporters::a2a
