// What the checkers of a store's rows share: one snapshot, what was found, and what one of them
// learned that the next one needs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.hpp"
#include "base/status.hpp"
#include "engine/rows.hpp"
#include "model/catalog.hpp"
#include "record/store_rows.hpp"

namespace tokenry::engine {

// What a slot turned out to hold.
enum class SlotUse : std::uint8_t {
  unused,
  token,
  reusable,  // free, and must stand in free_slots
  spent,     // free, with a generation so high that it may be left unused
  unclear,   // its record cannot be trusted, so nothing follows from it
};

struct Examination {
  const Rows& rows;
  base::Findings& findings;
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;

  // Filled by check_store_rows; nothing where the row cannot be read.
  std::optional<record::Counters> counters;
  std::optional<model::Catalog> catalog;

  // Filled by check_tokens, by slot.
  std::vector<SlotUse> slots;
  std::uint64_t token_count = 0;
  std::uint64_t used_slot_count = 0;
  std::uint64_t indexed_count = 0;  // tokens that the label index leads to

  SlotUse use_of(std::uint32_t slot) const {
    return slot < slots.size() ? slots[slot] : SlotUse::unused;
  }
};

// Each looks at one kind of rows. Errors: why the store cannot be read.
using Checker = base::Status (*)(Examination& examination);

base::Status check_store_rows(Examination& examination);
base::Status check_owners(Examination& examination);
base::Status check_tokens(Examination& examination);
base::Status check_details(Examination& examination);
base::Status check_labels(Examination& examination);
base::Status check_free_slots(Examination& examination);
base::Status check_empty_tables(Examination& examination);
base::Status check_usage(Examination& examination);
base::Status check_events(Examination& examination);

}  // namespace tokenry::engine
