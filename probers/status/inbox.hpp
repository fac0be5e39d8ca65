// What threads that must not wait leave for one that may.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

namespace fleet::probers::status {

/// A list that any number of threads append to and one empties, without a lock: a real-time worker never waits
/// for the status page's thread, whatever that does (Treiber's stack, emptied whole, so that no node is ever
/// taken out from under another thread).
template <class T>
class Inbox {
 public:
  Inbox() = default;
  ~Inbox() { take(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// Any thread.
  void put(T value) {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    auto* const node = new Node{std::move(value), head_.load(std::memory_order_relaxed)};
    while (
        !head_.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }
  /// Everything that was put since the last time, in order. One thread.
  std::vector<T> take() {
    std::vector<T> values;
    for (Node* node = head_.exchange(nullptr, std::memory_order_acquire); node;) {
      values.push_back(std::move(node->value));
      delete std::exchange(node, node->next);
    }
    waiting_.fetch_sub(values.size(), std::memory_order_relaxed);
    std::reverse(values.begin(), values.end());
    return values;
  }
  /// About how many wait; any thread.
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  struct Node {
    T value;
    Node* next;
  };
  std::atomic<Node*> head_{nullptr};
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace fleet::probers::status
