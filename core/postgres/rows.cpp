#include <cmath>
#include <cstdint>
#include <limits>

#include "core/io/parse_number.hpp"
#include "core/postgres/libpq.hpp"

namespace fleet::postgres {

Rows::Rows() : impl_(std::make_unique<Impl>()) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

namespace {

std::optional<double> parse_number(std::string_view text) {
  if (text == "t") return 1;
  if (text == "f") return 0;
  // Most are whole, and read several times faster as such.
  if (auto const whole = fleet::parse_number<std::int64_t>(text)) return static_cast<double>(*whole);
  return fleet::parse_number<double>(text);
}

}  // namespace

std::size_t Rows::size() const { return static_cast<std::size_t>(PQntuples(impl_->result.get())); }
std::size_t Rows::columns() const { return static_cast<std::size_t>(PQnfields(impl_->result.get())); }

std::string_view Rows::column_name(std::size_t column) const {
  const char* const name = PQfname(impl_->result.get(), static_cast<int>(column));
  return name ? name : "";
}

std::size_t Rows::column(std::string_view name) const {
  constexpr auto none = std::numeric_limits<std::size_t>::max();
  auto const found = column_or(name, none);
  if (found == none) throw Error("no column `" + std::string(name) + "` in the result", "");
  return found;
}

std::size_t Rows::column_or(std::string_view name, std::size_t fallback) const {
  // PQfnumber would fold the case of what we ask for.
  for (std::size_t i = 0; i < columns(); ++i) {
    if (column_name(i) == name) return i;
  }
  return fallback;
}

unsigned Rows::column_type(std::size_t column) const {
  return PQftype(impl_->result.get(), static_cast<int>(column));
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return PQgetisnull(impl_->result.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  auto* const result = impl_->result.get();
  const char* const value = PQgetvalue(result, static_cast<int>(row), static_cast<int>(column));
  if (!value) return "";
  return {value,
          static_cast<std::size_t>(PQgetlength(result, static_cast<int>(row), static_cast<int>(column)))};
}

double Rows::number(std::size_t row, std::size_t column) const {
  return number_or_null(row, column).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> Rows::number_or_null(std::size_t row, std::size_t column) const {
  if (is_null(row, column)) return std::nullopt;
  auto const value = parse_number(text(row, column));
  // The value stays out of the message: it may be a client's.
  if (!value)
    throw Error("column `" + std::string(column_name(column)) + "` holds a value that is no number", "");
  return value;
}

}  // namespace fleet::postgres
