// Requests as the web server takes them.
#include "core/web/messages.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;
namespace http = boost::beast::http;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(8192);
  parser.body_limit(65536);
  parser.eager(true);
  auto rest = fuzz::text_of(data, size);
  boost::system::error_code error;
  while (!rest.empty() && !parser.is_done()) {
    auto const taken = parser.put(boost::asio::buffer(rest), error);
    if (error || taken == 0) break;
    rest.remove_prefix(taken);
  }
  web::refusal_status(error);
  if (!parser.is_header_done()) return 0;
  if (web::head_objection(parser.get(), parser.chunked()) != 0 || !parser.is_done()) return 0;
  auto const request = web::plain_request(parser.get());
  for (auto const name : {"Accept", "Accept-Encoding", "Authorization", "X-Prometheus-Scrape-Timeout-Seconds"})
    request.header(name);
  return 0;
}
