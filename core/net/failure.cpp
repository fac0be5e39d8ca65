#include "core/net/failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/errc.hpp>

namespace fleet::net {

std::string_view to_string(Step step) {
  switch (step) {
    case Step::resolve:
      return "resolve";
    case Step::connect:
      return "connect";
    case Step::proxy:
      return "proxy";
    case Step::tls:
      return "tls";
    case Step::send:
      return "send";
    case Step::processing:
      return "processing";
    case Step::transfer:
      break;
  }
  return "transfer";
}

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::timeout:
      return "timeout";
    case FailureKind::refused:
      return "refused";
    case FailureKind::reset:
      return "reset";
    case FailureKind::unreachable:
      return "unreachable";
    case FailureKind::name:
      return "name";
    case FailureKind::forbidden:
      return "forbidden";
    case FailureKind::certificate:
      return "certificate";
    case FailureKind::tls:
      return "tls";
    case FailureKind::protocol:
      return "protocol";
    case FailureKind::too_large:
      return "too_large";
    case FailureKind::exhausted:
      break;
  }
  return "exhausted";
}

FailureKind kind_of(const boost::system::error_code& error, Step step) {
  namespace errc = boost::system::errc;
  // A cancelled operation is one whose caller's deadline has passed.
  if (error == errc::timed_out || error == boost::asio::error::operation_aborted) return FailureKind::timeout;
  if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
      error == errc::no_buffer_space || error == errc::not_enough_memory)
    return FailureKind::exhausted;
  if (step == Step::resolve) return FailureKind::name;
  if (error == errc::connection_refused) return FailureKind::refused;
  if (error == errc::connection_reset || error == errc::connection_aborted || error == errc::broken_pipe ||
      error == errc::not_connected || error == boost::asio::error::eof ||
      error == boost::asio::ssl::error::stream_truncated)
    return FailureKind::reset;
  if (error.category() == boost::asio::error::get_ssl_category() ||
      error.category() == boost::asio::ssl::error::get_stream_category())
    return FailureKind::tls;
  return step == Step::connect ? FailureKind::unreachable : FailureKind::reset;
}

}  // namespace fleet::net
