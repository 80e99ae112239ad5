// The 128 bytes that a verification reads. Layout: docs/format.md, `verifiers`: a record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.hpp"
#include "model/scope_bits.hpp"
#include "model/token.hpp"

namespace tokenry::record {

inline constexpr std::size_t kRecordSize = 128;
inline constexpr std::size_t kRecordBodySize = 112;  // all but the seal
inline constexpr std::size_t kPageSpare = 112;       // before a page's first record
inline constexpr std::uint8_t kKindBlake2b128 = 1;

// Where a slot's record stands: the key of its page in `verifiers`, and the offset in that page.
constexpr std::uint32_t page_of(std::uint32_t slot, std::size_t records_per_page) {
  return static_cast<std::uint32_t>(slot / records_per_page);
}
constexpr std::size_t offset_of(std::uint32_t slot, std::size_t records_per_page) {
  return kPageSpare + slot % records_per_page * kRecordSize;
}

// A record's bytes with names for their parts. Always a copy: a record is never judged in the map,
// where another process could change it between two looks.
class VerifierRecord {
 public:
  enum Flag : std::uint16_t {
    kStateMask = 3,
    kOwnerSuspended = 4,
    kHasPrevious = 8,   // a previous secret is told from unknown ones
    kRetireOnUse = 16,  // the newest secret's first use ends the overlap
    kNetworks = 32,     // the details row lists where the token may be used from
    kLimits = 64,       // the details row limits how often
    // The previous secret was ended by a decision, which stands whatever a clock says.
    kPreviousRetired = 128,
    kKnownFlags = kStateMask | kOwnerSuspended | kHasPrevious | kRetireOnUse | kNetworks | kLimits |
                  kPreviousRetired,
  };

  VerifierRecord() = default;
  explicit VerifierRecord(const std::uint8_t* from) {
    std::memcpy(bytes_.data(), from, kRecordSize);
  }

  std::span<const std::uint8_t, 16> hash() const { return part<0, 16>(); }
  std::span<const std::uint8_t, 16> previous_hash() const { return part<16, 16>(); }
  std::span<const std::uint8_t, 16> salt() const { return part<32, 16>(); }
  std::span<const std::uint8_t, 112> body() const { return part<0, 112>(); }
  std::span<const std::uint8_t, 16> seal() const { return part<112, 16>(); }

  model::ScopeBits effective() const {
    model::ScopeBits bits;
    for (std::size_t i = 0; i < 4; ++i) bits.words[i] = base::load_le(&bytes_[48 + 8 * i], 8);
    return bits;
  }
  std::int64_t expires_at_ms() const { return time_at(80); }
  std::int64_t not_before_ms() const { return time_at(86); }
  std::int64_t overlap_ends_at_ms() const { return time_at(92); }
  std::uint64_t owner_hash() const { return base::load_le(&bytes_[98], 7); }
  std::uint8_t kind() const { return bytes_[105]; }
  std::uint16_t flags() const { return static_cast<std::uint16_t>(base::load_le(&bytes_[106], 2)); }
  std::uint32_t generation() const {
    return static_cast<std::uint32_t>(base::load_le(&bytes_[108], 4));
  }

  model::TokenState state() const { return static_cast<model::TokenState>(flags() & kStateMask); }
  bool has(Flag flag) const { return (flags() & flag) != 0; }
  bool owner_suspended() const { return has(kOwnerSuspended); }
  bool flags_known() const { return (flags() & ~kKnownFlags) == 0; }
  model::TokenTerms terms() const {
    return {.state = state(),
            .owner_suspended = owner_suspended(),
            .expires_at_ms = expires_at_ms(),
            .not_before_ms = not_before_ms(),
            .effective = effective(),
            .has_previous_secret = has(kHasPrevious),
            .previous_secret_retired = has(kPreviousRetired),
            .retires_on_use = has(kRetireOnUse),
            .overlap_ends_at_ms = overlap_ends_at_ms()};
  }

  void set_hash(std::span<const std::uint8_t, 16> hash) { put(0, hash); }
  void set_previous_hash(std::span<const std::uint8_t, 16> hash) { put(16, hash); }
  void set_salt(std::span<const std::uint8_t, 16> salt) { put(32, salt); }
  void set_seal(std::span<const std::uint8_t, 16> seal) { put(112, seal); }
  void set_effective(const model::ScopeBits& bits) {
    for (std::size_t i = 0; i < 4; ++i) base::store_le(&bytes_[48 + 8 * i], bits.words[i], 8);
  }
  void set_expires_at_ms(std::int64_t time_ms) { put_time(80, time_ms); }
  void set_not_before_ms(std::int64_t time_ms) { put_time(86, time_ms); }
  void set_overlap_ends_at_ms(std::int64_t time_ms) { put_time(92, time_ms); }
  void set_owner_hash(std::uint64_t hash) { base::store_le(&bytes_[98], hash, 7); }
  void set_kind(std::uint8_t kind) { bytes_[105] = kind; }
  void set_generation(std::uint32_t generation) { base::store_le(&bytes_[108], generation, 4); }
  void set_state(model::TokenState state) {
    const unsigned others = flags() & ~unsigned{kStateMask};
    set_flags(static_cast<std::uint16_t>(others | static_cast<unsigned>(state)));
  }
  void set(Flag flag, bool value) {
    const unsigned others = flags() & ~unsigned{flag};
    set_flags(static_cast<std::uint16_t>(value ? others | flag : others));
  }
  // That the previous secret works no more, decided at that time.
  void retire_previous(std::int64_t at_ms) {
    set(kPreviousRetired, true);
    set(kRetireOnUse, false);
    if (at_ms < overlap_ends_at_ms()) set_overlap_ends_at_ms(at_ms);
  }
  void set_owner_suspended(bool suspended) { set(kOwnerSuspended, suspended); }

  const std::array<std::uint8_t, kRecordSize>& bytes() const { return bytes_; }

 private:
  template <std::size_t Offset, std::size_t Size>
  std::span<const std::uint8_t, Size> part() const {
    return std::span<const std::uint8_t, kRecordSize>(bytes_).subspan<Offset, Size>();
  }
  std::int64_t time_at(std::size_t offset) const {
    return static_cast<std::int64_t>(base::load_le(&bytes_[offset], 6));
  }
  void put(std::size_t offset, std::span<const std::uint8_t> part) {
    std::memcpy(&bytes_[offset], part.data(), part.size());
  }
  void put_time(std::size_t offset, std::int64_t time_ms) {
    base::store_le(&bytes_[offset], static_cast<std::uint64_t>(time_ms), 6);
  }
  void set_flags(std::uint16_t flags) { base::store_le(&bytes_[106], flags, 2); }

  std::array<std::uint8_t, kRecordSize> bytes_{};
};

}  // namespace tokenry::record
