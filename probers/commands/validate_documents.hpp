// slo_prober validate documents: does a batch get through in time?
#pragma once

namespace fleet::probers {

/// `slo_prober validate documents ...`; argv[0] is "documents". Returns the exit status; throws UsageError,
/// config::Error.
int run_validate_documents(int argc, const char* const* argv);

}  // namespace fleet::probers
