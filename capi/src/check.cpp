// A store's examination.
#include "engine/check.hpp"

#include <utility>

#include "arguments.hpp"
#include "head.hpp"
#include "tokenry.h"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

Status read_options(const tokenry_check_options* given, engine::CheckOptions& out,
                    engine::StoreKey& key) {
  if (given == nullptr) return {};
  tokenry_check_options options{};
  TOKENRY_TRY(capi::read_struct("options", given, options));
  if (options.flags != 0) return {Code::invalid_argument, "options: unknown flags"};
  bool has_key = false;
  TOKENRY_TRY(capi::read_key_choice(options.key_file, options.key_file_size, options.key,
                                    options.key_size, out.key_file, key, has_key));
  if (has_key) out.key = &key;
  out.progress = capi::read_progress(options.progress, options.progress_context);
  if (options.head_size == 0) return {};
  std::string_view text;
  TOKENRY_TRY(capi::read_text("head", options.head, options.head_size, text));
  TOKENRY_ASSIGN(out.kept_head, capi::parse_head(text));
  return {};
}

struct CheckReportOut : tokenry_check_report {
  explicit CheckReportOut(engine::CheckReport report)
      : tokenry_check_report{}, report_(std::move(report)) {
    for (const std::string& line : report_.findings.lines()) lines_.push_back(line.c_str());
    struct_size = sizeof(tokenry_check_report);
    rows_checked = report_.rows_checked ? 1 : 0;
    finding_count = lines_.size();
    findings = lines_.data();
    total_finding_count = report_.findings.total();
    page_count = report_.page_count;
    token_count = report_.token_count;
    row_count = report_.row_count;
  }

 private:
  engine::CheckReport report_;
  std::vector<const char*> lines_;
};

}  // namespace

extern "C" {

int tokenry_check(const char* path, size_t path_size, const tokenry_check_options* options,
                  tokenry_check_report** report) {
  if (report != nullptr) *report = nullptr;
  return capi::guarded([&]() -> Status {
    if (report == nullptr) return capi::missing_argument("report");
    std::string directory;
    TOKENRY_TRY(capi::read_path("path", path, path_size, directory));
    engine::CheckOptions check_options;
    engine::StoreKey key;
    TOKENRY_TRY(read_options(options, check_options, key));
    TOKENRY_ASSIGN(engine::CheckReport found, engine::check_store(directory, check_options));
    *report = new CheckReportOut(std::move(found));
    return {};
  });
}

void tokenry_check_report_free(tokenry_check_report* report) {
  delete static_cast<CheckReportOut*>(report);
}

}  // extern "C"
