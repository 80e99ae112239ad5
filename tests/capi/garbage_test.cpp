// Credentials that are none: never allowed, never a crash, and they tell nothing.
#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>

#include "world.hpp"

namespace capi_tests {
namespace {

class GarbageTest : public testing::Test {
 protected:
  // Denied for its text alone, with an answer that names nobody.
  void expect_garbage(std::string_view credentials) {
    auto request = sized<tokenry_request>();
    request.credentials = credentials.data();
    request.credentials_size = credentials.size();
    auto verdict = sized<tokenry_verdict>();
    const int reason = tokenry_verify(world_.store(), &request, &verdict);
    EXPECT_TRUE(reason == TOKENRY_MALFORMED || reason == TOKENRY_BAD_HEADER ||
                reason == TOKENRY_UNKNOWN || reason == TOKENRY_NO_CREDENTIALS)
        << tokenry_reason_name(reason);
    EXPECT_EQ(verdict.reason, reason);
    EXPECT_EQ(verdict.id, 0U);
    std::uint64_t id = 1;
    const int code = tokenry_identify(world_.store(), credentials.data(), credentials.size(), &id);
    EXPECT_TRUE(code == TOKENRY_INVALID_ARGUMENT || code == TOKENRY_NOT_FOUND);
    EXPECT_EQ(id, 0U);
  }

  int reason_of(std::string_view credentials) { return verify(world_.store(), credentials).reason; }

  World world_;
  Token token_ = make_token(world_.store(), "root", "bot", {"read"});
};

TEST_F(GarbageTest, RandomBytes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    expect_garbage(bytes);
  }
}

TEST_F(GarbageTest, RandomBytesBehindEveryScheme) {
  std::mt19937_64 random(8);
  for (const char* scheme : {"whm ", "cpanel ", "Bearer ", "Token ", "Basic ",
                             "Authorization: ", "whm root:", "Bearer tkry_"}) {
    for (int i = 0; i < 2'000; ++i) {
      std::string text = scheme;
      const std::size_t size = random() % 120;
      for (std::size_t k = 0; k < size; ++k) text += static_cast<char>(random());
      expect_garbage(text);
    }
  }
}

TEST_F(GarbageTest, LongCredentials) {
  for (const std::size_t size :
       {std::size_t{8191}, std::size_t{8192}, std::size_t{8193}, std::size_t{1} << 20}) {
    expect_garbage(std::string(size, 'a'));
    expect_garbage("Bearer " + std::string(size, 'a'));
    expect_garbage("Basic " + std::string(size, 'A'));
    expect_garbage(std::string(size, '\0'));
  }
  // The length alone decides: nothing behind the limit is read.
  auto request = sized<tokenry_request>();
  request.credentials = "x";
  request.credentials_size = SIZE_MAX;
  EXPECT_EQ(tokenry_verify(world_.store(), &request, nullptr), TOKENRY_BAD_HEADER);
}

TEST_F(GarbageTest, ATokenAtTheLimitOfCredentialsIsTaken) {
  std::string padded = token_.text;
  padded.insert(0, TOKENRY_MAX_CREDENTIALS - padded.size(), ' ');
  EXPECT_EQ(reason_of(padded), TOKENRY_ALLOWED);
  EXPECT_EQ(reason_of(" " + padded), TOKENRY_BAD_HEADER);
}

TEST_F(GarbageTest, EachCharacterChanged) {
  for (std::size_t i = 0; i < token_.text.size(); ++i) {
    for (const char other : {'0', '1', 'Z', 'a', 'z', '-', '_', ' ', '\0', '\x80'}) {
      std::string changed = token_.text;
      if (changed[i] == other) continue;
      changed[i] = other;
      expect_garbage(changed);
    }
  }
}

TEST_F(GarbageTest, EachLetterInTheOtherCase) {
  for (std::size_t i = 0; i < token_.text.size(); ++i) {
    const auto letter = static_cast<unsigned char>(token_.text[i]);
    if (std::isalpha(letter) == 0) continue;
    std::string changed = token_.text;
    changed[i] =
        static_cast<char>(std::islower(letter) != 0 ? std::toupper(letter) : std::tolower(letter));
    expect_garbage(changed);
  }
}

TEST_F(GarbageTest, EachCharacterLostOrDoubled) {
  for (std::size_t i = 0; i < token_.text.size(); ++i) {
    std::string shorter = token_.text;
    expect_garbage(shorter.erase(i, 1));
    std::string longer = token_.text;
    expect_garbage(longer.insert(i, 1, longer[i]));
  }
}

TEST_F(GarbageTest, EveryPrefixOfAToken) {
  for (std::size_t size = 0; size < token_.text.size(); ++size) {
    expect_garbage(std::string_view(token_.text).substr(0, size));
  }
}

TEST_F(GarbageTest, ABlockAboveTheLargestWord) {
  constexpr std::size_t kBody = 5;  // behind "tkry_"
  for (std::size_t block = 0; block < 4; ++block) {
    for (const char* digits : {"LygHa16AHYG" /* 2^64 */, "zzzzzzzzzzz"}) {
      std::string changed = token_.text;
      changed.replace(kBody + 11 * block, 11, digits);
      EXPECT_EQ(reason_of(changed), TOKENRY_MALFORMED);
      expect_garbage(changed);
    }
  }
}

TEST_F(GarbageTest, TwoHeadersInOne) {
  const std::string header = "Bearer " + token_.text;
  for (const char* between : {"\r\n", "\n", ", ", " ", "\nAuthorization: "}) {
    expect_garbage(header + between + header);
    expect_garbage(token_.text + between + token_.text);
  }
  expect_garbage(std::string(header).append(1, '\0').append(header));
}

TEST_F(GarbageTest, ATokenOfAnotherPrefix) {
  const World other(StoreTraits{.prefix = "othr"});
  EXPECT_EQ(reason_of(make_token(other.store(), "root", "bot", {}).text), TOKENRY_MALFORMED);
}

}  // namespace
}  // namespace capi_tests
