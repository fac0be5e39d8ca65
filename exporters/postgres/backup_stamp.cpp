#include "exporters/postgres/backup_stamp.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

#include "core/config/file_text.hpp"
#include "core/io/parse_number.hpp"
#include "exporters/sql_value.hpp"

namespace fleet::exporters::postgres {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestStamp = 1024 * 1024;
constexpr unsigned kTimestampTz = 1184;

// The value at a path such as "/0/backup/-1/timestamp/stop"; null if it leads nowhere.
const json::value* find(const json::value& root, std::string_view path) {
  const json::value* at = &root;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    auto const end = std::min(path.find('/'), path.size());
    auto const segment = path.substr(0, end);
    path.remove_prefix(end);
    if (auto const* const object = at->if_object()) {
      at = object->if_contains(json::string_view(segment.data(), segment.size()));
    } else if (auto const* const array = at->if_array()) {
      auto const size = static_cast<std::ptrdiff_t>(array->size());
      auto index = parse_number<std::ptrdiff_t>(segment).value_or(size);
      if (index < 0) index += size;
      at = index >= 0 && index < size ? &(*array)[static_cast<std::size_t>(index)] : nullptr;
    } else {
      at = nullptr;
    }
    if (!at) return nullptr;
  }
  return at->is_null() ? nullptr : at;
}

std::optional<double> rfc3339(std::string text) {
  auto const t = text.find_first_of("Tt");
  if (t != std::string::npos) text[t] = ' ';
  if (text.ends_with('Z') || text.ends_with('z')) text.replace(text.size() - 1, 1, "+00");
  if (text.find(':') == std::string::npos) return std::nullopt;
  return sql_number(text, kTimestampTz);
}

class Stamp {
 public:
  Stamp(const json::value& root, const StampFields& fields) : root_(root), fields_(fields) {}

  std::optional<double> time(std::string_view field) const {
    auto const* const value = at(field);
    if (!value) return std::nullopt;
    if (value->is_number()) return value->to_number<double>();
    std::optional<double> time;
    if (auto const* const text = value->if_string()) time = rfc3339(std::string(text->data(), text->size()));
    if (!time) refuse(field, "Unix seconds or a time such as 2026-11-27T10:08:48Z");
    return time;
  }
  std::optional<double> amount(std::string_view field) const {
    auto const* const value = at(field);
    if (!value) return std::nullopt;
    double const number = value->is_number() ? value->to_number<double>() : -1;
    if (!(number >= 0)) refuse(field, "a number of at least 0");
    return number;
  }
  std::optional<bool> result() const {
    if (auto const* const failed = at("failed")) {
      if (!failed->is_bool()) refuse("failed", "true or false");
      return !failed->as_bool();
    }
    if (auto const* const code = at("exit_code")) {
      if (!code->is_number()) refuse("exit_code", "a number");
      return code->to_number<double>() == 0;
    }
    auto const* const result = at("result");
    if (!result) return std::nullopt;
    if (auto const* const word = result->if_string())
      return is_success(std::string_view(word->data(), word->size()));
    if (!result->is_bool()) refuse("result", "true, false or a word");
    return result->as_bool();
  }

 private:
  std::string path_of(std::string_view field) const {
    auto const found = fields_.find(field);
    return found == fields_.end() ? "/" + std::string(field) : found->second;
  }
  const json::value* at(std::string_view field) const { return find(root_, path_of(field)); }
  [[noreturn]] void refuse(std::string_view field, const char* expected) const {
    throw BackupProblem(kMalformed, "`" + path_of(field) + "`: expected " + expected);
  }

  const json::value& root_;
  const StampFields& fields_;
};

}  // namespace

bool is_success(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  constexpr std::string_view good[] = {"success",   "successful", "succeeded", "ok",
                                       "completed", "done",       "t",         "true"};
  return std::find(std::begin(good), std::end(good), lower) != std::end(good);
}

BackupReport parse_stamp(std::string_view text, const StampFields& fields) {
  json::error_code error;
  auto const root = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) throw BackupProblem(kMalformed, "expected JSON: " + error.message());
  Stamp const stamp(root, fields);
  BackupReport report;
  report.finished = stamp.time("finished_at");
  report.last_success = stamp.time("last_success_at");
  report.size_bytes = stamp.amount("size_bytes");
  report.duration_seconds = stamp.amount("duration_seconds");
  report.succeeded = stamp.result();
  if (!report.finished && !report.last_success) {
    throw BackupProblem(kMalformed, "expected `finished_at` or `last_success_at`, found neither");
  }
  if (!report.succeeded) report.succeeded = true;
  if (*report.succeeded && !report.last_success) report.last_success = report.finished;
  return report;
}

BackupReport read_stamp_file(const std::string& path, const StampFields& fields) {
  struct stat facts = {};
  // A fifo would be waited for.
  if (::stat(path.c_str(), &facts) != 0) throw BackupProblem(kUnreadable, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) throw BackupProblem(kUnreadable, "not a regular file");
  std::string text;
  auto const problem = config::read_file(path, kLargestStamp, text);
  if (problem) throw BackupProblem(kUnreadable, *problem);
  return parse_stamp(text, fields);
}

BackupReport newest_file(const std::string& pattern) {
  ::glob_t found = {};
  int const status = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  BackupReport report;
  for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) {
    struct stat facts = {};
    if (::stat(found.gl_pathv[i], &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    auto const changed =
        static_cast<double>(facts.st_mtim.tv_sec) + static_cast<double>(facts.st_mtim.tv_nsec) * 1e-9;
    if (report.finished && changed <= *report.finished) continue;
    report.finished = report.last_success = changed;
    report.size_bytes = static_cast<double>(facts.st_size);
  }
  ::globfree(&found);
  if (!report.finished) throw BackupProblem(kUnreadable, "no regular file matches that may be looked at");
  report.succeeded = true;
  return report;
}

}  // namespace fleet::exporters::postgres
