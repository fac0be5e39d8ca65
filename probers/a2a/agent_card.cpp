#include "probers/a2a/agent_card.hpp"

#include <vector>

#include "probers/a2a/json_reading.hpp"

namespace fleet::probers::a2a {

namespace {

/// An interface as the card has it.
struct Offer {
  std::string_view url, binding, version, tenant;
};

std::vector<Offer> offers_of(const json::object& card) {
  std::vector<Offer> offers;
  if (auto const* const interfaces = array_member(card, "supportedInterfaces")) {
    for (auto const& entry : *interfaces) {
      auto const* const one = entry.if_object();
      if (!one) continue;
      offers.push_back({text_member(*one, "url"), text_member(*one, "protocolBinding"),
                        text_member(*one, "protocolVersion"), text_member(*one, "tenant")});
      // 0.2 may leave its version out, an interface of 1.0 may not.
      if (offers.back().version.empty()) offers.back().version = "unknown";
    }
  }
  auto const version = text_member(card, "protocolVersion");
  if (auto const url = text_member(card, "url"); !url.empty()) {
    auto const transport = text_member(card, "preferredTransport");
    offers.push_back({url, transport.empty() ? "JSONRPC" : transport, version, {}});
  }
  if (auto const* const more = array_member(card, "additionalInterfaces")) {
    for (auto const& entry : *more) {
      if (auto const* const one = entry.if_object()) {
        offers.push_back({text_member(*one, "url"), text_member(*one, "transport"), version, {}});
      }
    }
  }
  return offers;
}

bool is_absolute(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

std::optional<Endpoint> usable(const Offer& offer, const Wanted& wanted) {
  auto const version = parse_version(offer.version);
  auto const binding = parse_binding(offer.binding);
  if (!version || !binding || !is_absolute(offer.url)) return std::nullopt;
  if (*binding == Binding::http_json && *version == Version::v0_2) return std::nullopt;  // had no such binding
  if (wanted.version && *wanted.version != *version) return std::nullopt;
  if (wanted.binding && *wanted.binding != *binding) return std::nullopt;
  return Endpoint{std::string(offer.url), *version, *binding, std::string(offer.tenant)};
}

/// A card's word, short and printable.
std::string shown(std::string_view word) {
  std::string text;
  for (char const c : word.substr(0, 20)) text += c > ' ' && c < 0x7f ? c : '?';
  return text;
}

std::string mismatch(const std::vector<Offer>& offers, const Wanted& wanted) {
  std::string text = "the card offers ";
  constexpr std::size_t most = 6;
  for (std::size_t i = 0; i < offers.size() && i < most; ++i) {
    if (i > 0) text += ", ";
    text += shown(offers[i].binding) + ' ' + (offers[i].version.empty() ? "0.2" : shown(offers[i].version));
    if (!is_absolute(offers[i].url)) text += " without an absolute URL";
  }
  if (offers.size() > most) text += " and more";
  if (!wanted.version && !wanted.binding)
    return text + "; spoken here: JSONRPC 0.2, 0.3, 1.0, HTTP+JSON 0.3, 1.0";
  text += "; wanted:";
  if (wanted.binding) text.append(" ").append(to_string(*wanted.binding));
  if (wanted.version) text.append(" ").append(to_string(*wanted.version));
  return text;
}

}  // namespace

CardReading read_card(std::string_view body, const Wanted& wanted) {
  CardReading reading;
  auto const value = parse_json(body);
  auto const* const card = value ? value->if_object() : nullptr;
  if (!card) {
    reading.problem = "the card is not a JSON object";
    return reading;
  }
  if (auto const* const capabilities = object_member(*card, "capabilities")) {
    auto const* const streaming = capabilities->if_contains("streaming");
    if (streaming && streaming->is_bool()) reading.streaming = streaming->get_bool();
  }
  auto const offers = offers_of(*card);
  if (offers.empty()) {
    reading.problem = "the card has neither url nor supportedInterfaces";
    return reading;
  }
  for (auto const& offer : offers) {
    reading.endpoint = usable(offer, wanted);
    if (reading.endpoint) return reading;
  }
  reading.problem = mismatch(offers, wanted);
  reading.version_mismatch = true;
  return reading;
}

}  // namespace fleet::probers::a2a
