// Words for what somebody does who can write data.mdb but has no key.
#pragma once

#include <filesystem>
#include <functional>
#include <numeric>
#include <vector>

#include "data_file.hpp"
#include "store_fixture.hpp"

namespace tokenry::engine {

class TamperTest : public StoreTest {
 protected:
  // Overwrites the row, wherever it stands in the file of the closed store, and opens it again.
  void tamper(const ByteList& row, const ByteList& with) {
    close();
    ASSERT_GT(DataFile(directory()).replace(row, with), 0U) << "the row was not found";
    reopen();
  }
  void flip(const ByteList& row, std::size_t bit) { tamper(row, with_flipped_bit(row, bit)); }

  // Does `check` with each of the bits changed in turn, and leaves the row as it was.
  void with_each_flipped(const ByteList& row, const std::vector<std::size_t>& bits,
                         const std::function<void(std::size_t bit)>& check) {
    close();
    const DataFile file(directory());
    const DataFile::Places places = file.places_of(row);
    ASSERT_FALSE(places.empty()) << "the row was not found";
    // What is checked may write, and so does closing where uses are folded.
    const std::string data_file = directory() + "/data.mdb";
    const std::string before = data_file + ".before";
    const auto copy = [](const std::string& from, const std::string& to) {
      std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    };
    copy(data_file, before);
    for (const std::size_t bit : bits) {
      copy(before, data_file);
      file.write(places, with_flipped_bit(row, bit));
      reopen();
      check(bit);
      close();
      if (HasFatalFailure()) return;
    }
    copy(before, data_file);
    std::filesystem::remove(before);
    reopen();
  }
  static std::vector<std::size_t> all_bits(const ByteList& row) {
    std::vector<std::size_t> bits(8 * row.size());
    std::iota(bits.begin(), bits.end(), std::size_t{0});
    return bits;
  }

  ByteList record(std::string_view name) { return record_of(*store_, model::slot_of(id_of(name))); }
  ByteList details(std::string_view name) {
    return row_of(*store_, storage::Table::details, model::slot_of(id_of(name)));
  }
  ByteList owner_row(std::string_view owner) {
    return row_of(*store_, storage::Table::owners, owner);
  }
  ByteList control_row() { return row_of(*store_, storage::Table::control, "control"); }
  ByteList counters_row() { return row_of(*store_, storage::Table::meta, "counters"); }
  ByteList scope_row(std::uint32_t bit) { return row_of(*store_, storage::Table::scopes, bit); }

  // Whether the record with one bit changed still carries the hash of the token's secret: the bits
  // of hash, salt and generation, and the one that turns `active` into `free`, make it another's.
  static bool secret_still_matches(std::size_t bit) {
    const std::size_t byte = bit / 8;
    const bool is_hash = byte < 16;
    const bool is_salt = byte >= 32 && byte < 48;
    const bool is_generation = byte >= 108 && byte < 112;
    const bool is_freed = bit == 106 * 8;
    return !is_hash && !is_salt && !is_generation && !is_freed;
  }

  std::string first_tampered() { return store_->facts()->tampered_first; }
  std::uint64_t tampered_count() { return store_->facts()->tampered_count; }
};

// Bits of a record by what they are in.
inline constexpr std::size_t kHashBit = 3;
inline constexpr std::size_t kEffectiveBit = 48 * 8 + 3;
inline constexpr std::size_t kUnknownFlagBit = 106 * 8 + 5;
inline constexpr std::size_t kSealBit = 120 * 8;

}  // namespace tokenry::engine
