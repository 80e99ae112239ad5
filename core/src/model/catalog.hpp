// The store's list of scopes, by bit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.hpp"
#include "model/scope_bits.hpp"

namespace tokenry::model {

struct Scope {
  std::string name;
  std::string group = {};
  std::string text = {};
  bool everything = false;  // contains every other scope, also those added later
  bool escalates = false;   // lets its holder gain rights beyond the token's
};

// The rules that one scope must keep by itself.
base::Status check_scope(const Scope& scope);

class Catalog {
 public:
  // The scope's bit is its place. Refuses a bad scope, a name that is taken in any case, the 257th.
  base::Status add(Scope scope);

  std::size_t size() const { return scopes_.size(); }
  const Scope& at(std::size_t bit) const { return scopes_[bit]; }
  std::optional<std::size_t> find(std::string_view name) const;

  // The bits of names; an unknown one is an error that says the nearest name there is.
  base::Result<ScopeBits> resolve(std::span<const std::string_view> names) const;

  // granted with every scope marked `everything` turned into all bits.
  ScopeBits expand(const ScopeBits& granted) const;

  // Names of the scopes in bits, in the order of their bits; bits without a scope are left out.
  std::vector<std::string_view> names(const ScopeBits& bits) const;

 private:
  std::string nearest(std::string_view name) const;

  std::vector<Scope> scopes_;
  std::unordered_map<std::string, std::size_t> bits_by_lower_name_;
};

// The built-in catalog of that name ("whm"), or nothing.
std::optional<std::vector<Scope>> built_in_catalog(std::string_view name);

}  // namespace tokenry::model
