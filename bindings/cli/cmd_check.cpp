// check: whether every page and every row of the store is as it must be.
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "progress_bar.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

CheckReport examine(const Context& context, const std::string& directory,
                    const std::optional<std::string>& head) {
  ProgressBar bar("Checking");
  CheckOptions options;
  if (context.options.key_file) options.key_file = *context.options.key_file;
  if (head) options.head = *head;
  options.progress = bar.function();
  return check_store(directory, options);
}

std::string looked_at(const CheckReport& report) {
  return report.rows_checked
             ? counted(report.token_count, "token") + ", " + counted(report.row_count, "row")
             : counted(report.page_count, "page");
}

void print_report(const CheckReport& report, Output& output) {
  if (report.clean()) return output.line(looked_at(report) + ", no problem found");
  for (const std::string& finding : report.findings) output.line(printable(finding));
  const std::uint64_t unsaid = report.total_finding_count - report.findings.size();
  if (unsaid != 0) output.line("and " + std::to_string(unsaid) + " more");
}

int run_check(Context& context, const std::optional<std::string>& head) {
  const std::string directory = context.store_directory();
  const CheckReport report = examine(context, directory, head);
  if (context.options.json) {
    context.output.line(check_json(report));
  } else {
    print_report(report, context.output);
  }
  if (report.clean()) return kExitDone;
  context.output.flush();
  throw Failure(
      Code::kStoreDamaged,
      counted(report.total_finding_count, "problem") + " in the store at " + directory +
          (report.rows_checked ? "; see \"check\" in the guide"
                               : "; its rows could not be looked at, so restore a backup"));
}

}  // namespace

void add_check(Command program, Context& context) {
  Command command = program.add("check", "Look at every page and row and list what is wrong");
  const auto head = std::make_shared<std::optional<std::string>>();
  command.text("--head", *head, "H",
               "A line that \"log --head\" printed earlier: the log must lead on from it");
  command.when_chosen([&context, head] {
    context.command = [&context, head] { return run_check(context, *head); };
  });
}

}  // namespace tokenry::cli
