// A walk over tokens that match a filter, read in steps so that no snapshot stays open.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "engine/store.hpp"
#include "model/token.hpp"

namespace tokenry::engine {

enum class Sort {
  none = 0,
  owner = 1,
  label = 2,
  created = 3,
  expires = 4,
  status = 5,
  last_used = 6
};

// Empty lists match all; within a list any match counts; all lists must match.
struct Filter {
  std::vector<std::string> owners;
  std::string label_glob;
  model::ScopeBits scopes;
  std::uint32_t status_mask = 0;  // 1 << TokenStatus
  Sort sort = Sort::none;
  bool descending = false;
  std::uint64_t limit = 0;
};

// A token with the catalog that names its scopes.
struct Listed {
  model::Token token;
  std::shared_ptr<const model::Catalog> catalog;
};

// For one thread at a time. Unsorted, it holds one step's tokens; sorted, a key for each match.
class Listing {
 public:
  Listing(std::shared_ptr<Store> store, Filter filter);

  // The next token; nothing at the end.
  base::Result<std::optional<Listed>> next();

 private:
  struct SortedEntry {
    std::string key;
    std::uint64_t id = 0;
  };

  bool matches(const model::Token& token) const;
  std::string sort_key(const model::Token& token) const;
  base::Status step();
  base::Status step_through_details(const Rows& rows);
  base::Status step_through_owner(const Rows& rows);
  base::Status step_through_sorted(const Rows& rows);
  base::Status take(const Rows& rows, std::uint64_t id);
  base::Status sort_all();

  std::shared_ptr<Store> store_;
  Filter filter_;
  std::int64_t now_ms_;
  std::uint64_t given_ = 0;
  std::deque<model::Token> ready_;
  std::shared_ptr<const model::Catalog> catalog_;  // as of the newest step
  bool source_done_ = false;

  // Where the next step begins: a slot, or an owner and a key in the label index.
  std::uint64_t next_slot_ = 0;
  std::size_t owner_at_ = 0;
  std::string label_from_;

  bool is_sorted_ = false;
  std::vector<SortedEntry> sorted_;
  std::size_t sorted_at_ = 0;
};

}  // namespace tokenry::engine
