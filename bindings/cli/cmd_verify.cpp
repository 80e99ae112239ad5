// verify: judges the token or header on standard input.
#include <arpa/inet.h>

#include <array>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "secret_io.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

struct VerifyCommandOptions {
  std::optional<std::vector<std::string>> scopes;
  std::optional<std::string> ip;
};

Address parse_address(const std::string& text) {
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return Address::v4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return Address::v6(v6);
  fail_usage("--ip: give an IPv4 or IPv6 address without a port, not \"" + text + "\"");
}

std::string wait_text(std::int64_t wait_ms) {
  return wait_ms < 1000 ? std::to_string(wait_ms) + " ms"
                        : std::to_string((wait_ms + 999) / 1000) + " s";
}

void print_for_people(const Verdict& verdict, const VerdictInfo& info, Output& output) {
  std::string line = verdict.allowed() ? coloured("allowed", Colour::kGreen, output)
                                       : coloured("denied", Colour::kRed, output);
  if (!verdict.allowed()) line += ": " + std::string(name(verdict.reason()));
  line += " (HTTP " + std::to_string(verdict.http_status()) + ")";
  if (info.owner && info.label) {
    line.append(" ").append(printable(*info.owner + "/" + *info.label));
  }
  if (verdict.id()) line.append(" ").append(print_id(*verdict.id()));
  if (!info.missing_scopes.empty()) line += ", lacks " + join(info.missing_scopes);
  if (verdict.retry_after_ms() != 0) {
    line += ", retry after " + wait_text(verdict.retry_after_ms());
  }
  output.line(line);
}

int run_verify(Context& context, const VerifyCommandOptions& options) {
  protect_process_memory();
  VerifyOptions verify_options;
  if (options.ip) verify_options.address = parse_address(*options.ip);
  const Store store = context.open_store();
  const ScopeSet required = scope_set(store, options.scopes.value_or(std::vector<std::string>()));
  SecretText credentials;
  credentials.read_standard_input("Token or Authorization header");
  const Verdict verdict = store.verify(credentials.view(), required, verify_options);
  VerdictInfo info;
  Status described;
  if (verdict.id()) info = store.describe(verdict, described);
  if (context.options.json) {
    context.output.line(verdict_json(verdict, info));
  } else {
    print_for_people(verdict, info, context.output);
  }
  if (verdict.reason() == Reason::kUnavailable) {
    context.output.flush();
    const Code code = verdict.misuse() == Code::kOk ? Code::kIoError : verdict.misuse();
    const std::string& trouble = context.logged();
    throw Failure(code == Code::kInvalidArgument ? Code::kInternalError : code,
                  "the store cannot judge now" + (trouble.empty() ? "" : ": " + trouble));
  }
  if (verdict.reason() == Reason::kTampered) print_notice(context.logged());
  return verdict.allowed() ? kExitDone : kExitDenied;
}

}  // namespace

void add_verify(Command program, Context& context) {
  Command command =
      program.add("verify", "Judge the token or Authorization header on standard input");
  const auto options = std::make_shared<VerifyCommandOptions>();
  command.list("--scope", options->scopes, "S[,S...]",
               "What it must be allowed to do, all of it; may be repeated");
  command.text("--ip", options->ip, "ADDRESS",
               "The caller's IPv4 or IPv6 address; a token with --allow-ip is denied without");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_verify(context, *options); };
  });
}

}  // namespace tokenry::cli
