// The message of the config::Error that an action throws.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "core/config/document.hpp"

namespace fleet::testing {

/// what() of the Error, or "no error".
inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const config::Error& error) {
    return error.what();
  }
  return "no error";
}

/// The root of a document called t.yml.
inline config::Value yaml(const std::string& text) { return config::Document::parse(text, "t.yml").root(); }

/// What is wrong with a document, while it is loaded.
inline std::string load_error(const std::string& text) {
  return error_of([&] { yaml(text); });
}

}  // namespace fleet::testing
