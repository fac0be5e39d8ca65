// Agent cards: which of an agent's interfaces to use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "probers/a2a/protocol.hpp"

namespace fleet::probers::a2a {

/// What an interface must be; nothing set: the first that is spoken here.
struct Wanted {
  std::optional<Version> version;
  std::optional<Binding> binding;
};

struct CardReading {
  std::optional<Endpoint> endpoint;
  std::string problem;  ///< why there is none; one line, no more than the card's own words for bindings
  bool version_mismatch = false;  ///< the card is good but offers no version or binding spoken here or wanted
  std::optional<bool> streaming;  ///< capabilities.streaming, if it says
};

/// Reads an agent card. Interfaces in the order of preference: those of `supportedInterfaces[]` (1.0), then
/// `url` with `preferredTransport` (JSONRPC if absent) and `additionalInterfaces[]`, all of the card's
/// `protocolVersion` (0.2, 0.3). Takes the first that is wanted and spoken here. A relative or missing URL of
/// an interface passes it over.
CardReading read_card(std::string_view body, const Wanted& wanted = {});

}  // namespace fleet::probers::a2a
