// The sections of the report, each from its readings.
#pragma once

#include <string>
#include <vector>

#include "exporters/compliance/monthly/compose.hpp"

namespace fleet::exporters::compliance::monthly {

using Blocks = std::vector<Block>;

void add_violations(const Config& config, const MonthReadings& month, Blocks& out);
void add_resolve_times(const Config& config, const MonthReadings& month, Blocks& out);
void add_consents(const Config& config, const MonthReadings& month, Blocks& out);
void add_retention(const Config& config, const MonthReadings& month, Blocks& out);
void add_form13(const Config& config, const MonthReadings& month, Blocks& out);
void add_availability(const Config& config, const MonthReadings& month, Blocks& out);

/// "12", "0.5".
std::string figure(double value);
/// "99.95 %"; "-" for NaN.
std::string percent(double ratio, int decimals = 2);
/// Adds why a reading has nothing to show, if so; returns whether there is something.
template <class Row>
bool readable(const Reading<Row>& reading, Blocks& out) {
  if (reading.off) out.push_back(Paragraph{"Switched off in the configuration.", false});
  if (!reading.failure.empty()) out.push_back(Paragraph{"Could not be measured: " + reading.failure, true});
  return reading.good();
}
/// The sum of one column.
template <class Row>
double total(const Reading<Row>& reading, double Row::*column) {
  double sum = 0;
  for (auto const& row : reading.rows) sum += row.*column;
  return sum;
}

}  // namespace fleet::exporters::compliance::monthly
