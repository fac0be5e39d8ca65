#include "probers/a2a/request_headers.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include "core/config/file_text.hpp"

namespace fleet::probers::a2a {

namespace {

using config::Mapping;
using config::Value;

std::string read_name(const Value& value) {
  auto name = value.non_empty_text();
  for (char const c : name) {
    bool const token = std::isalnum(static_cast<unsigned char>(c)) ||
                       std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    if (!token) value.fail("expected the name of a header");
  }
  for (auto const* const own : {"Content-Length", "Transfer-Encoding", "Connection"}) {
    if (boost::iequals(name, own))
      value.fail("expected a header other than " + std::string(own) + ", which is the prober's own");
  }
  return name;
}

void check_text(const Value& value, const std::string& text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    value.fail("expected a header value without line breaks");
  }
}

config::Secret read_text(const Value& value) {
  auto text = value.text();
  check_text(value, text);
  return config::Secret(std::move(text));
}

config::Secret read_file(const Value& value) {
  std::string const path = value.path();
  std::string text;
  if (auto const problem = config::read_file(path, 64 * 1024, text)) {
    value.fail("expected a readable file, got `" + path + "`: " + *problem);
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  check_text(value, text);
  return config::Secret(std::move(text));
}

bool has(const RequestHeaders& headers, std::string_view name) {
  for (auto const& header : headers.all) {
    if (boost::iequals(header.first, name)) return true;
  }
  return false;
}

void read_http_headers(const Value& value, RequestHeaders& headers) {
  for (auto const& [name_value, content] : value.entries()) {
    auto const name = read_name(name_value);
    if (has(headers, name)) name_value.fail("expected a header given once, `" + name + "` is given twice");
    auto const keys = content.mapping({"values", "secrets", "files"});
    auto const before = headers.all.size();
    for (auto const* const key : {"values", "secrets"}) {
      if (auto const list = keys.optional(key)) {
        for (auto const& one : list->list()) headers.all.emplace_back(name, read_text(one));
      }
    }
    if (auto const list = keys.optional("files")) {
      for (auto const& one : list->list()) headers.all.emplace_back(name, read_file(one));
    }
    if (headers.all.size() == before) content.fail("expected values, secrets or files");
  }
}

void add_authorization(const Value& at, std::string text, RequestHeaders& headers) {
  if (has(headers, "Authorization")) at.fail("expected one source of the Authorization header, there are two");
  check_text(at, text);
  headers.all.emplace_back("Authorization", config::Secret(std::move(text)));
}

}  // namespace

void RequestHeaders::apply(http::Request& request) const {
  std::erase_if(request.headers, [&](auto const& header) { return has(*this, header.first); });
  for (auto const& [name, value] : all) request.headers.emplace_back(name, value.reveal());
}

RequestHeaders read_request_headers(const Mapping& module) {
  RequestHeaders headers;
  if (auto const plain = module.optional("headers")) {
    for (auto const& [name_value, value] : plain->entries()) {
      auto const name = read_name(name_value);
      if (has(headers, name)) name_value.fail("expected a header given once, `" + name + "` is given twice");
      headers.all.emplace_back(name, read_text(value));
    }
  }
  if (auto const more = module.optional("http_headers")) read_http_headers(*more, headers);
  auto const token = config::read_secret(module, "bearer_token");
  if (!token.empty()) {
    auto const at = module.optional("bearer_token");
    add_authorization(at ? *at : module.required("bearer_token_file"), "Bearer " + token.reveal(), headers);
  }
  if (auto const authorization = module.optional("authorization")) {
    auto const keys = authorization->mapping({"type", "credentials", "credentials_file"});
    auto const credentials = config::read_secret(keys, "credentials");
    if (credentials.empty()) authorization->fail("expected credentials or credentials_file");
    add_authorization(*authorization, keys.text_or("type", "Bearer") + ' ' + credentials.reveal(), headers);
  }
  return headers;
}

}  // namespace fleet::probers::a2a
