// Workflow probe: requests in order, as one user makes them, each judged and timed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/http/client.hpp"
#include "probers/probe.hpp"
#include "probers/workflow/cookie_jar.hpp"
#include "probers/workflow/step.hpp"

namespace fleet::probers {

namespace facts {
inline constexpr FactKind workflow_step_duration{
    "probe_workflow_step_duration_seconds",
    "Duration of each step that the last attempt came to, its repetitions included."};
inline constexpr FactKind workflow_step_status{"probe_workflow_step_status_code",
                                               "HTTP status of the last answer to each step."};
}  // namespace facts

/// Makes the requests of a workflow one after the other, each on a connection of its own, until one fails: that
/// step is ProbeResult::step. Phases are the steps that were begun. Each request carries the attempt's
/// traceparent and the cookies of the answers before. What answers gave never shows in details and notes, nor
/// does what was made of it: URLs are shown as they are written.
///
/// Reasons: those of connections; status, header, body; assertion (JSON); extraction (also a URL or header that
/// an extracted value makes unusable); redirect; encoding (compressed, though nothing asked for it); slow
/// (max_duration).
class WorkflowProbe : public Probe {
 public:
  /// `hostname`: if not empty, the Host header and TLS server name of requests to the target's own origin.
  WorkflowProbe(std::shared_ptr<http::Client> client, http::Url target, std::string hostname,
                std::shared_ptr<const workflow::Workflow> workflow);
  awaitable<ProbeResult> attempt(Attempt attempt) override;

 private:
  struct Run;
  awaitable<void> take(const workflow::Step& step, Run& run);
  /// One try of a step: why it is not good enough, or nullopt. Throws net::Failure.
  awaitable<std::optional<workflow::Miss>> try_once(const workflow::Step& step, Run& run, Deadline limit);
  /// Sends, follows redirects, keeps cookies. The miss is a redirect that cannot be followed.
  awaitable<std::optional<workflow::Miss>> exchange(const workflow::Step& step, http::Request request, Run& run,
                                                    Deadline limit, http::Response& response);
  std::optional<workflow::Miss> make_request(const workflow::Step& step, const Run& run,
                                             http::Request& request) const;
  bool is_own_origin(const http::Url& url) const;

  std::shared_ptr<http::Client> client_;
  http::Url target_;
  std::string hostname_;
  std::shared_ptr<const workflow::Workflow> workflow_;
};

}  // namespace fleet::probers
