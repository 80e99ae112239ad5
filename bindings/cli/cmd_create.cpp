// create: makes a token and shows its text, once.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "secret_file.hpp"
#include "secret_io.hpp"
#include "text.hpp"
#include "times.hpp"
#include "token_ref.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

struct CreateTokenOptions {
  std::string owner;
  std::string label;
  std::optional<std::vector<std::string>> scopes;
  bool no_scopes = false;
  std::optional<std::string> expires;
  std::optional<std::string> not_before;
  std::string note;
  std::optional<std::string> like;
  std::optional<std::string> out;
  std::optional<std::string> as;
};

enum class FileForm { kToken, kHeader, kEnvironment };

FileForm file_form(const CreateTokenOptions& options) {
  if (!options.as) return FileForm::kToken;
  if (!options.out) fail_usage("--as says what the file of --out holds; give --out FILE too");
  if (*options.as == "token") return FileForm::kToken;
  if (*options.as == "header") return FileForm::kHeader;
  if (*options.as == "env") return FileForm::kEnvironment;
  fail_usage("--as: give token, header or env, not \"" + *options.as + "\"");
}

// The scopes to grant by name; what is wrong with them is said before the store is opened.
void check_scope_options(const CreateTokenOptions& options) {
  const bool has_scopes = options.scopes && !options.scopes->empty();
  if (options.no_scopes && (has_scopes || options.like)) {
    fail_usage("--no-scopes cannot stand with --scope or --like");
  }
  if (!options.no_scopes && !has_scopes && !options.like) {
    fail_usage(
        "a token needs scopes: give --scope S or --like T, or --no-scopes for a token that "
        "may do nothing but prove who it is");
  }
}

std::vector<std::string> scopes_to_grant(const Store& store, const CreateTokenOptions& options,
                                         const std::optional<TokenRef>& like) {
  std::vector<std::string> names = options.scopes.value_or(std::vector<std::string>());
  if (like) {
    const std::vector<std::string> granted = store.show(like->resolve(store)).scopes;
    names.insert(names.end(), granted.begin(), granted.end());
    if (names.empty()) fail_usage("--like: that token has no scopes; give --no-scopes instead");
  }
  return names;
}

// A token whose text nobody has seen is of no use and must not stay.
[[noreturn]] void take_back(Store& store, const std::string& actor, const Issued& issued,
                            const std::string& what, int error_number) {
  Status status;
  store.revoke(actor, {issued.info().id}, Change::kApply, status);
  if (status.ok()) {
    store.purge(actor, {issued.info().id}, Change::kApply, status);
    fail_io(what + ", so the new token was removed again", error_number);
  }
  fail_io(what + ", and the new token " + issued.info().id_text + " could not be revoked",
          error_number);
}

bool write_file(SecretFile& file, FileForm form, const Issued& issued) {
  switch (form) {
    case FileForm::kHeader:
      return file.write({"Authorization: whm ", issued.info().owner, ":", issued.token(), "\n"});
    case FileForm::kEnvironment:
      return file.write({"TOKENRY_TOKEN=", issued.token(), "\n"});
    case FileForm::kToken:
      break;
  }
  return file.write({issued.token(), "\n"});
}

// Prints what `create` prints. The token's text is written from where the library holds it; a token
// is of characters that JSON takes as they are.
bool print_created(Context& context, const Issued& issued, bool in_file) {
  if (context.options.json) {
    const std::string rest = created_json_tail(issued.info()) + "\n";
    if (in_file) return context.output.write_secret({"{\"token\":null,", rest});
    return context.output.write_secret({"{\"token\":\"", issued.token(), "\",", rest});
  }
  return in_file || context.output.write_secret({issued.token(), "\n"});
}

void print_remarks(const TokenInfo& token, const std::optional<std::string>& out) {
  print_notice(out ? "the token of " + token.owner + "/" + token.label + " is in " + *out +
                         "; it is not shown again"
                   : "copy it now, it is not shown again");
}

int run_create(Context& context, const CreateTokenOptions& options) {
  check_scope_options(options);
  const FileForm form = file_form(options);
  const std::int64_t now = now_ms();
  TokenSpec spec;
  spec.owner = options.owner;
  spec.label = options.label;
  spec.note = options.note;
  if (options.expires) spec.expires_at_ms = parse_time("--expires", *options.expires, now);
  if (options.not_before) {
    spec.not_before_ms = parse_time("--not-before", *options.not_before, now);
  }
  std::optional<TokenRef> like;
  if (options.like) like.emplace(*options.like);

  protect_process_memory();
  Store store = context.open_store();
  const std::string actor = context.actor();
  spec.scopes = scope_set(store, scopes_to_grant(store, options, like));
  std::optional<SecretFile> file;
  if (options.out) file.emplace(*options.out);
  const Issued issued = store.create(actor, spec);
  if (file && !write_file(*file, form, issued)) {
    take_back(store, actor, issued, "--out: cannot write " + *options.out, errno);
  }
  if (!print_created(context, issued, file.has_value())) {
    const int error_number = errno;
    if (file)
      fail_io("the token is in " + *options.out + ", but standard output failed", error_number);
    take_back(store, actor, issued, "cannot write to standard output", error_number);
  }
  if (!context.options.json) print_remarks(issued.info(), options.out);
  warn_of_escalation(store, issued.info().scopes);
  return kExitDone;
}

}  // namespace

void add_create(Command program, Context& context) {
  Command command = program.add("create", "Make a token and print its text, once");
  const auto options = std::make_shared<CreateTokenOptions>();
  command.text("OWNER", options->owner, "", "Who it acts for; made if missing", Needed::kYes);
  command.text("LABEL", options->label, "", "Its name, unique among the owner's live tokens",
               Needed::kYes);
  command.list("--scope", options->scopes, "S[,S...]", "What it may do; may be repeated");
  command.flag("--no-scopes", options->no_scopes, "It may do nothing but prove who it is");
  command.text(
      "--expires", options->expires, "WHEN",
      "90d, 12h, 30m (minutes), 1s, 2w; a date, which is that day's end in UTC; an RFC 3339 "
      "time; never, the default");
  command.text("--not-before", options->not_before, "WHEN",
               "When it begins to work, as in --expires; never: at once, the default");
  command.text("--note", options->note, "TEXT", "A remark");
  command.text("--like", options->like, "T", "Grant the scopes of that token, too");
  command.text("--out", options->out, "FILE",
               "Write the token to a new file of mode 0600 instead of standard output");
  command.text("--as", options->as, "token|header|env",
               "What FILE holds: the token, the default; a header line for curl -H @FILE; or "
               "TOKENRY_TOKEN=...");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_create(context, *options); };
  });
}

}  // namespace tokenry::cli
