#include "demo/hop_message.hpp"

#include <boost/json.hpp>

#include "core/io/parse_number.hpp"

namespace fleet::demo {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& object, std::string_view key) {
  auto const* member = object.if_contains(key);
  auto const* text = member ? member->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

}  // namespace

std::string encode(const HopMessage& message) {
  json::object object;
  object["hop_id"] = message.hop_id;
  object["attempt"] = message.attempt;
  object["src"] = message.source;
  object["dst"] = message.target;
  object["op"] = message.operation;
  object["trace_id"] = message.trace_id;
  object["request"] = message.request;
  return json::serialize(object);
}

std::optional<QueuedHop> decode(std::string_view entry) {
  auto const space = entry.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto const stamp = parse_number<std::int64_t>(entry.substr(0, space));
  auto const body = entry.substr(space + 1);
  boost::system::error_code failure;
  auto const parsed = json::parse(json::string_view(body.data(), body.size()), failure);
  auto const* object = failure ? nullptr : parsed.if_object();
  if (!stamp || !object) return std::nullopt;
  QueuedHop hop;
  hop.enqueued_us = *stamp;
  auto const* attempt = object->if_contains("attempt");
  if (!attempt || !attempt->is_int64()) return std::nullopt;
  hop.message.attempt = static_cast<unsigned>(attempt->as_int64());
  hop.message.hop_id = text_of(*object, "hop_id");
  hop.message.source = text_of(*object, "src");
  hop.message.target = text_of(*object, "dst");
  hop.message.operation = text_of(*object, "op");
  hop.message.trace_id = text_of(*object, "trace_id");
  hop.message.request = text_of(*object, "request");
  if (hop.message.hop_id.empty() || hop.message.source.empty() || hop.message.target.empty())
    return std::nullopt;
  return hop;
}

std::string_view enqueue_script() {
  return "local t=redis.call('TIME') local us=t[1]..string.format('%06d',t[2]) "
         "redis.call('HINCRBY',KEYS[2],ARGV[1],1) redis.call('RPUSH',KEYS[1],us..' '..ARGV[2]) return us";
}

std::string_view finish_script() {
  return "local t=redis.call('TIME') local us=t[1]..string.format('%06d',t[2]) "
         "redis.call('XADD',KEYS[1],'MAXLEN','~','1000000','*','v','1','t_done_us',us,unpack(ARGV)) return us";
}

std::string_view expire_script() {
  return "local t=redis.call('TIME') local limit=t[1]*1000000+t[2]-ARGV[1] local taken={} "
         "while #taken<32 do local head=redis.call('LINDEX',KEYS[1],0) "
         "if not head or (tonumber(string.match(head,'^%d+')) or 0)>limit then break end "
         "taken[#taken+1]=redis.call('LPOP',KEYS[1]) end return taken";
}

std::vector<std::string> record_fields(const QueuedHop& hop, std::optional<std::int64_t> dequeued_us,
                                       std::string_view outcome, int error) {
  auto const& message = hop.message;
  std::vector<std::string> fields{"hop_id",  message.hop_id,       "attempt",  std::to_string(message.attempt),
                                  "src",     message.source,       "dst",      message.target,
                                  "op",      message.operation,    "t_enq_us", std::to_string(hop.enqueued_us),
                                  "outcome", std::string(outcome), "trace_id", message.trace_id};
  auto const add = [&fields](std::string_view name, std::int64_t value) {
    fields.emplace_back(name);
    fields.push_back(std::to_string(value));
  };
  if (dequeued_us) add("t_deq_us", *dequeued_us);
  if (error != 0) add("err", error);
  return fields;
}

std::string queue_name(std::string_view agent) { return "a2a:queue:" + std::string(agent); }

std::int64_t to_microseconds(std::string_view seconds, std::string_view microseconds) {
  return parse_number<std::int64_t>(seconds).value_or(0) * 1'000'000 +
         parse_number<std::int64_t>(microseconds).value_or(0);
}

}  // namespace fleet::demo
