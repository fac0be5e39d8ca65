// The text of an exception, for tests that look into it.
#pragma once

#include <exception>
#include <string>

namespace fleet::testing {

/// The message of what a statement throws, "" if it throws nothing.
template <class Statement>
std::string message_of(Statement&& statement) {
  try {
    statement();
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace fleet::testing
