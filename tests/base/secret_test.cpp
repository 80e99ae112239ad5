#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <type_traits>

namespace tokenry::base {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes<32>>);
static_assert(!std::is_copy_assignable_v<SecretBytes<32>>);
static_assert(!std::is_copy_constructible_v<SecretText<64>>);
static_assert(!std::is_copy_assignable_v<SecretText<64>>);

// Memory that outlives the object in it, so that what it left behind can be looked at. Volatile,
// because the compiler may take the bytes of an ended object for undefined.
template <typename T>
struct Place {
  alignas(T) std::array<unsigned char, sizeof(T)> memory;

  Place() { memory.fill(0xEE); }
  T* make() { return new (memory.data()) T; }
  bool holds(unsigned char byte) const {
    const volatile unsigned char* at = memory.data();
    for (std::size_t i = 0; i < memory.size(); ++i) {
      if (at[i] == byte) return true;
    }
    return false;
  }
};

TEST(Secret, WipeZeroesExactlyItsBytes) {
  std::array<char, 4> memory{'a', 'b', 'c', 'd'};
  wipe(memory.data() + 1, 2);
  EXPECT_EQ(memory, (std::array<char, 4>{'a', 0, 0, 'd'}));
}

TEST(Secret, BytesBeginAsZeros) {
  const SecretBytes<32> secret;
  const auto bytes = secret.span();
  EXPECT_EQ(bytes.size(), 32U);
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; }));
}

TEST(Secret, BytesAreGoneWhenTheyEnd) {
  Place<SecretBytes<32>> place;
  SecretBytes<32>* secret = place.make();
  std::fill_n(secret->data(), secret->size(), std::uint8_t{0x5A});
  ASSERT_TRUE(place.holds(0x5A));
  secret->~SecretBytes();
  EXPECT_FALSE(place.holds(0x5A));
}

TEST(Secret, TextIsGoneWhenItEnds) {
  Place<SecretText<64>> place;
  SecretText<64>* secret = place.make();
  ASSERT_TRUE(secret->append(std::string(64, 'Z')));
  ASSERT_TRUE(place.holds('Z'));
  secret->~SecretText();
  EXPECT_FALSE(place.holds('Z'));
}

TEST(Secret, ShortenedTextIsWipedInFull) {
  Place<SecretText<64>> place;
  SecretText<64>* secret = place.make();
  ASSERT_TRUE(secret->append(std::string(64, 'Z')));
  secret->resize(1);
  secret->~SecretText();
  EXPECT_FALSE(place.holds('Z'));
}

TEST(Secret, AppendRefusesWhatDoesNotFit) {
  SecretText<8> text;
  EXPECT_TRUE(text.append("1234567"));
  EXPECT_FALSE(text.append("89")) << "one over";
  EXPECT_EQ(text.view(), "1234567") << "a refused append changes nothing";
  EXPECT_TRUE(text.append("8")) << "exactly full";
  EXPECT_TRUE(text.append("")) << "nothing always fits";
  EXPECT_FALSE(text.append("9"));
  EXPECT_EQ(text.view(), "12345678");
}

TEST(Secret, ResizeStopsAtTheCapacity) {
  SecretText<8> text;
  text.resize(8);
  EXPECT_EQ(text.size(), 8U);
  text.resize(9);
  EXPECT_EQ(text.size(), 8U);
}

}  // namespace
}  // namespace tokenry::base
