// A mutex between threads of unequal priority.
#pragma once

#include <pthread.h>

#include <system_error>

namespace fleet {

/// Whoever holds it runs at the priority of the highest that waits for it (PTHREAD_PRIO_INHERIT,
/// pthread_mutexattr_setprotocol(3p)): a real-time worker never waits for an ordinary thread that is itself
/// kept from running (Sha, Rajkumar, Lehoczky, "Priority Inheritance Protocols", 1990). Lockable, as
/// std::mutex; any thread.
class InheritingMutex {
 public:
  InheritingMutex() {
    pthread_mutexattr_t attributes;
    int error = ::pthread_mutexattr_init(&attributes);
    if (error == 0) error = ::pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    if (error == 0) error = ::pthread_mutex_init(&mutex_, &attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "mutex");
    ::pthread_mutexattr_destroy(&attributes);
  }
  ~InheritingMutex() { ::pthread_mutex_destroy(&mutex_); }
  InheritingMutex(const InheritingMutex&) = delete;
  InheritingMutex& operator=(const InheritingMutex&) = delete;

  void lock() { ::pthread_mutex_lock(&mutex_); }
  bool try_lock() { return ::pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace fleet
