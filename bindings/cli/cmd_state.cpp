// suspend, resume, revoke, purge: change the state of tokens, all that are found in one commit.
#include <algorithm>
#include <memory>
#include <string_view>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "text.hpp"
#include "token_ref.hpp"

namespace tokenry::cli {
namespace {

// One of the four commands.
struct Verb {
  const char* name;
  const char* done;  // "revoked", in messages and as the key of the JSON answer
  const char* help;
  bool has_dry_run;
  std::vector<Code> (Store::*call)(std::string_view, const std::vector<std::uint64_t>&, Change,
                                   Status&);
};

struct StateOptions {
  std::vector<std::string> tokens;
  bool dry_run = false;
};

// A token as it was named, and what became of it.
struct Target {
  std::string shown;
  std::uint64_t id = 0;
  Status status;
};

std::vector<Target> resolve_all(const Store& store, const std::vector<TokenRef>& refs) {
  std::vector<Target> targets;
  for (const TokenRef& ref : refs) {
    Target target;
    target.shown = ref.shown();
    target.id = ref.resolve(store, target.status);
    // Only a missing token may be left out; any other failure ends the command before it begins.
    const Code code = target.status.code();
    if (code != Code::kOk && code != Code::kNotFound) throw Failure(target.status);
    const bool known =
        code == Code::kOk && std::any_of(targets.begin(), targets.end(), [&](const Target& other) {
          return other.status.ok() && other.id == target.id;
        });
    if (!known) targets.push_back(std::move(target));
  }
  return targets;
}

// Changes the targets that were found, in one call, and stores what became of each.
void apply(Store& store, const std::string& actor, const Verb& verb, Change change,
           std::vector<Target>& targets) {
  std::vector<Target*> found;
  std::vector<std::uint64_t> ids;
  for (Target& target : targets) {
    if (!target.status.ok()) continue;
    found.push_back(&target);
    ids.push_back(target.id);
  }
  if (ids.empty()) return;
  Status status;
  const std::vector<Code> codes = (store.*verb.call)(actor, ids, change, status);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (codes[i] != Code::kOk) found[i]->status = Status(codes[i], status.message());
  }
}

// "not found: root/a, root/b", or why the state of the named tokens forbids it.
std::string explain(const std::vector<Target>& targets, Code code) {
  std::vector<std::string> shown;
  std::string reason;
  for (const Target& target : targets) {
    if (target.status.code() != code) continue;
    shown.push_back(target.shown);
    if (reason.empty()) reason = target.status.message();
  }
  if (shown.empty()) return "";
  if (code == Code::kNotFound) return "not found: " + join(shown);
  return std::string(name(code)) + ": " + join(shown) + " (" + reason + ")";
}

// The failure that ends the command, or ok. Of several kinds the one with the highest exit code.
Status worst(const std::vector<Target>& targets, const Verb& verb, bool dry_run) {
  std::vector<Code> kinds;
  std::size_t done = 0;
  for (const Target& target : targets) {
    const Code code = target.status.code();
    if (code == Code::kOk) ++done;
    const bool seen = std::find(kinds.begin(), kinds.end(), code) != kinds.end();
    if (code != Code::kOk && !seen) kinds.push_back(code);
  }
  if (kinds.empty()) return {};
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](Code a, Code b) { return exit_code(a) > exit_code(b); });
  std::vector<std::string> reasons;
  for (const Code code : kinds) reasons.push_back(explain(targets, code));
  std::string message = join(reasons, "; ");
  if (done > 0) {
    message += "; " + counted(done, "other token") + (dry_run ? " would be " : " ") + verb.done;
  }
  return {kinds.front(), message};
}

void print_answer(Context& context, const std::vector<Target>& targets, const Verb& verb,
                  bool dry_run) {
  if (context.options.json) {
    std::vector<TokenOutcome> outcomes;
    for (const Target& target : targets) {
      outcomes.push_back({target.shown, target.id, target.status.code()});
    }
    context.output.line(outcomes_json(verb.done, outcomes, dry_run));
    return;
  }
  for (const Target& target : targets) {
    if (!target.status.ok()) continue;
    const std::string id = print_id(target.id);
    const std::string shown = target.shown == id ? id : printable(target.shown) + " (" + id + ")";
    context.output.line((dry_run ? "Would be " + std::string(verb.done) : std::string(verb.done)) +
                        ": " + shown);
  }
}

int run_state(Context& context, const Verb& verb, const StateOptions& options) {
  const std::vector<TokenRef> refs = parse_token_refs(options.tokens);
  Store store = context.open_store();
  std::vector<Target> targets = resolve_all(store, refs);
  const Change change = options.dry_run ? Change::kDryRun : Change::kApply;
  apply(store, context.actor(), verb, change, targets);
  print_answer(context, targets, verb, options.dry_run);
  context.output.flush();
  const Status failure = worst(targets, verb, options.dry_run);
  if (!failure.ok()) throw Failure(failure);
  return kExitDone;
}

constexpr Verb kVerbs[] = {
    {"suspend", "suspended", "Stop tokens until they are resumed", false, &Store::suspend},
    {"resume", "resumed", "Let suspended tokens work again", false, &Store::resume},
    {"revoke", "revoked", "Stop tokens for good; their records stay", true, &Store::revoke},
    {"purge", "purged", "Remove the records of revoked tokens", true, &Store::purge},
};

}  // namespace

void add_suspend_resume_revoke_purge(Command program, Context& context) {
  for (const Verb& verb : kVerbs) {
    Command command = program.add(verb.name, verb.help);
    const auto options = std::make_shared<StateOptions>();
    command.tokens(options->tokens);
    if (verb.has_dry_run) {
      command.flag("--dry-run", options->dry_run, "Check and show, but change nothing");
    }
    command.when_chosen([&context, &verb, options] {
      context.command = [&context, &verb, options] { return run_state(context, verb, *options); };
    });
  }
}

}  // namespace tokenry::cli
