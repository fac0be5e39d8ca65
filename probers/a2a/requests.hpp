// A2A requests as they go over the wire, in every version and binding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/http/client.hpp"
#include "probers/a2a/protocol.hpp"

namespace fleet::probers::a2a {

/// One text message. `id` must be new to the agent, which may take a known one for a repetition.
struct TextMessage {
  std::string id;
  std::string text;
  bool blocking = true;  ///< false: the agent answers with the task as soon as there is one
};

/// The request that sends a message and waits for the outcome, or for its stream of events. `request_id` is the
/// id of the JSON-RPC request; HTTP+JSON has none. Method, URL, body and the protocol's headers are set.
/// nullopt if the endpoint's URL is none.
std::optional<http::Request> send_request(const Endpoint& endpoint, std::string_view request_id,
                                          const TextMessage& message, bool stream);
/// The request for a task without its history.
std::optional<http::Request> get_task_request(const Endpoint& endpoint, std::string_view request_id,
                                              std::string_view task_id);
/// The request for a card. Cards vary by A2A-Version; clients before 1.0 sent none, which `version` below 1.0
/// stands for.
http::Request card_request(http::Url url, std::optional<Version> version);

/// Where the card of the agent at `base` is: below its path, and where it was in 0.2.
http::Url card_url(const http::Url& base);
http::Url old_card_url(const http::Url& base);

/// A random UUID, version 4.
std::string random_uuid();

}  // namespace fleet::probers::a2a
