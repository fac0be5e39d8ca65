#include "probers/commands/push_gateway.hpp"

#include <algorithm>

#include "core/http/base64.hpp"
#include "core/metrics/exposition.hpp"

namespace fleet::probers {

namespace {

std::string base64url(std::string_view bytes) {
  auto out = http::base64(bytes);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  // A lone "=" stands for the empty value, which would be no path segment at all.
  return out.empty() ? "=" : out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (auto const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    bool const plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::string segments(const std::string& label, const std::string& value) {
  bool const plain = !value.empty() && value.find('/') == std::string::npos && value != "." && value != "..";
  return plain ? "/" + label + "/" + percent_encode(value) : "/" + label + "@base64/" + base64url(value);
}

/// The gateway explains a refusal in a line of text.
std::string first_line(const std::string& body) {
  auto line = body.substr(0, std::min<std::size_t>(body.find('\n'), 300));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return line;
}

}  // namespace

std::string push_path(const std::string& job, const std::string& instance) {
  return "/metrics" + segments("job", job) + segments("instance", instance);
}

awaitable<void> push(PushOptions options, Families page, Deadline deadline) {
  http::Request request;
  request.method = "PUT";
  request.url = options.gateway;
  auto& target = request.url.target;
  while (target.ends_with('/')) target.pop_back();
  target += push_path(options.job, options.instance);
  request.headers.emplace_back("Content-Type", content_type(Format::text_0_0_4));
  if (!options.user.empty()) {
    request.headers.emplace_back("Authorization",
                                 "Basic " + http::base64(options.user + ":" + options.password.reveal()));
  }
  request.body = Exposition::render(page, Format::text_0_0_4);
  auto const where = "push to " + options.gateway.to_string() + ": ";
  std::string problem;
  try {
    http::Client client(options.tls);
    auto const response = co_await client.send(std::move(request), deadline);
    if (response.status / 100 != 2)
      problem = "HTTP status " + std::to_string(response.status) + ": " + first_line(response.body);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (!problem.empty()) throw PushFailure(where + problem);
}

}  // namespace fleet::probers
