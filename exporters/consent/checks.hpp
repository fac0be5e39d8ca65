// `consent_exporter check`: what the exporter reads, read once and judged.
#pragma once

namespace fleet::exporters::consent {

/// Returns app::ExitStatus. Throws app::UsageError and config::Error.
int run_check(int argc, const char* const* argv);

}  // namespace fleet::exporters::consent
