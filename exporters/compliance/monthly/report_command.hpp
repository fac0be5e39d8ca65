// `compliance_exporter report`: a month of compliance as a PDF or a page of HTML.
#pragma once

namespace fleet::exporters::compliance::monthly {

/// Returns app::ExitStatus: 0, or 3 if some of it could not be measured (the document says what) or it could
/// not be written. Throws app::UsageError and config::Error.
int run_report(int argc, const char* const* argv);

}  // namespace fleet::exporters::compliance::monthly
