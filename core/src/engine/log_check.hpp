// Does the log hold together, and does it tell of the rows as they are?
#pragma once

#include <functional>
#include <string>

#include "base/status.hpp"
#include "engine/rows.hpp"
#include "token/chain.hpp"

namespace tokenry::engine {

// Receives one line for each thing that is wrong.
using LogReport = std::function<void(const std::string& line)>;

// Checks the log of one snapshot: the chain from the first event to the head, the head's signature
// and, in a sealed store, that each row is the one that the newest event which lists it wrote or
// removed, which finds rows put back from older copies. Rows that no event lists are older than
// the log. It reads all events twice and takes two bits of memory for each slot.
base::Status check_log(const Rows& rows, const LogReport& report);

// Whether the log still holds the event of a head that was kept elsewhere: nothing else finds that
// the whole data file was put back from an older copy, or that the log was cut together with its
// head. Codes: tampered, with what is wrong; invalid_argument: the head is another store's.
base::Status check_kept_head(const Rows& rows, const token::Head& kept);

}  // namespace tokenry::engine
