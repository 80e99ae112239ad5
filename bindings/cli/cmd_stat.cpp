// stat: counts and facts of the store, and whether its seals hold.
#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

void print_facts(const std::string& directory, const StoreInfo& info, Output& output) {
  Facts facts;
  const auto add_count = [&facts](std::string_view fact, std::uint64_t count) {
    facts.add(fact, Cell(std::to_string(count)));
  };
  facts.add("Store", Cell(directory, Colour::kBold));
  facts.add("Store id", Cell(info.store_id));
  facts.add("Format version", Cell(format_text(info.format_version)));
  facts.add("Token prefix", Cell(info.prefix));
  if (!info.sealed) {
    facts.add("Seals", Cell("not sealed", Colour::kYellow));
  } else if (info.tampered_count == 0) {
    facts.add("Seals", Cell("sealed, all intact", Colour::kGreen));
  } else {
    facts.add("Seals", Cell("sealed, " + std::to_string(info.tampered_count) +
                                " TAMPERED; first: " + info.tampered_first.value_or("unknown"),
                            Colour::kRed));
  }
  facts.add("Frozen", info.frozen ? Cell("FROZEN: every token is refused; see thaw", Colour::kRed)
                                  : Cell("no"));
  add_count("Scopes", info.scope_count);
  add_count("Owners", info.owner_count);
  add_count("Active tokens", info.active_count);
  add_count("Not yet valid", info.not_yet_valid_count);
  add_count("Expired", info.expired_count);
  add_count("Owner suspended", info.owner_suspended_count);
  add_count("Suspended", info.suspended_count);
  add_count("Revoked", info.revoked_count);
  facts.add("Slots", Cell(std::to_string(info.slot_count) + ", of these free " +
                          std::to_string(info.free_slot_count)));
  facts.add("Map", Cell(std::to_string(info.used_bytes) + " of " +
                        std::to_string(info.map_size_bytes) + " bytes used"));
  facts.add("Data file", Cell(std::to_string(info.data_file_bytes) + " bytes"));
  facts.add("Readers",
            Cell(std::to_string(info.reader_count) + " of " + std::to_string(info.reader_limit)));
  facts.add("Usage cells", info.cells_path ? Cell(*info.cells_path + ", " +
                                                  std::to_string(info.cells_bytes) + " bytes")
                                           : Cell("none", Colour::kRed));
  if (info.cells_problem) facts.add("Not counted", Cell(*info.cells_problem, Colour::kRed));
  facts.print(output);
}

int run_stat(Context& context) {
  const StoreInfo info = context.open_store().stat();
  if (context.options.json) {
    context.output.line(store_json(info));
  } else {
    print_facts(context.store_directory(), info, context.output);
  }
  if (info.tampered_count == 0) return kExitDone;
  context.output.flush();
  throw Failure(Code::kTampered, counted(info.tampered_count, "row") +
                                     " of the store changed without its key; first: " +
                                     info.tampered_first.value_or("unknown"));
}

}  // namespace

void add_stat(Command program, Context& context) {
  Command command = program.add("stat", "Show counts, sizes and whether the seals hold");
  command.when_chosen([&context] { context.command = [&context] { return run_stat(context); }; });
}

}  // namespace tokenry::cli
