#include "token/header.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <string>
#include <vector>

#include "samples.hpp"

namespace tokenry::token {
namespace {

using Outcome = CredentialsOutcome;

const std::string kToken = "tkry_063UfDVRKBz1SqPyGbbsu1LscmunaixMG0000000000g0GU8rh";

std::string base64(std::string_view bytes) {
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  std::string text(size, '\0');
  sodium_bin2base64(text.data(), size, reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return text;
}

std::string basic(std::string_view bytes) { return "Basic " + base64(bytes); }

// What a text was read as, in one line: "USER | TOKEN", "- | TOKEN" or the outcome's name.
std::string describe(Outcome outcome, const Credentials& credentials) {
  if (outcome == Outcome::token) {
    return (credentials.has_user ? std::string(credentials.user) : "-") + " | " +
           std::string(credentials.token);
  }
  const std::string_view decoded{credentials.decoded.view().data(), credentials.decoded.capacity()};
  const bool empty = credentials.token.empty() && credentials.user.empty() &&
                     !credentials.has_user && credentials.decoded.size() == 0 &&
                     std::all_of(decoded.begin(), decoded.end(), [](char c) { return c == 0; });
  if (!empty) return "traces left behind";
  return outcome == Outcome::no_credentials ? "no_credentials" : "bad_header";
}

std::string read(std::string_view text) {
  // An exact copy on the heap, so that a read beyond the text is noticed.
  const std::vector<char> exact(text.begin(), text.end());
  Credentials credentials;
  const Outcome outcome = parse_credentials({exact.data(), exact.size()}, credentials);
  return describe(outcome, credentials);
}

void expect_token(std::string_view text) { EXPECT_EQ(read(text), "- | " + kToken) << text; }
void expect_root(std::string_view text) { EXPECT_EQ(read(text), "root | " + kToken) << text; }
void expect_bad(std::string_view text) { EXPECT_EQ(read(text), "bad_header") << text; }
void expect_none(std::string_view text) { EXPECT_EQ(read(text), "no_credentials") << text; }

std::vector<std::string> good_headers() {
  return {kToken,
          "whm root:" + kToken,
          "cpanel root:" + kToken,
          "Bearer " + kToken,
          "Token " + kToken,
          basic("root:" + kToken),
          basic(kToken + ":"),
          basic("ro:" + kToken),
          "Authorization: whm root:" + kToken + "\r\n"};
}

TEST(Header, BareToken) { expect_token(kToken); }

TEST(Header, SchemesWithATokenAlone) {
  expect_token("Bearer " + kToken);
  expect_token("Token " + kToken);
}

TEST(Header, SchemesWithUserAndToken) {
  expect_root("whm root:" + kToken);
  expect_root("cpanel root:" + kToken);
}

TEST(Header, Basic) {
  expect_root(basic("root:" + kToken));
  expect_token(basic(kToken + ":"));
}

TEST(Header, SchemeInAnyCase) {
  for (const char* scheme : {"whm", "WHM", "Whm", "wHm", "cpanel", "CPANEL", "cPanel"}) {
    expect_root(std::string(scheme) + " root:" + kToken);
  }
  for (const char* scheme : {"Bearer", "bearer", "BEARER", "Token", "TOKEN", "toKen"}) {
    expect_token(std::string(scheme) + " " + kToken);
  }
  for (const char* scheme : {"Basic", "basic", "BASIC"}) {
    expect_root(std::string(scheme) + " " + base64("root:" + kToken));
  }
}

TEST(Header, OneOrMoreSpacesAfterTheScheme) {
  expect_token("Bearer  " + kToken);
  expect_root("whm        root:" + kToken);
  expect_root("Basic   " + base64("root:" + kToken));
  expect_bad("Bearer\t" + kToken);
  expect_bad("Bearer \t" + kToken);
  expect_bad("whm root: " + kToken);
  expect_bad("whm root :" + kToken);
}

TEST(Header, FieldNameMayPrecede) {
  for (const char* name : {"Authorization: ", "authorization: ", "AUTHORIZATION:   ",
                           "Authorization:", "  Authorization:\t"}) {
    expect_token(name + kToken);
    expect_token(std::string(name) + "Bearer " + kToken);
    expect_root(std::string(name) + "whm root:" + kToken);
    expect_root(name + basic("root:" + kToken));
    expect_none(name);
  }
}

TEST(Header, OtherFieldNames) {
  expect_bad("Authorization : Bearer " + kToken);
  expect_bad("Authorization Bearer " + kToken);
  expect_bad("X-Authorization: Bearer " + kToken);
  expect_bad("Proxy-Authorization: Bearer " + kToken);
  expect_bad("Cookie: " + kToken);
  expect_bad("Authorization: Authorization: Bearer " + kToken);
}

TEST(Header, BlanksAroundAreTrimmed) {
  expect_token("  \t " + kToken + " \t ");
  expect_token(" Bearer " + kToken + "  ");
  expect_root("\twhm root:" + kToken + "\t");
}

TEST(Header, OneLineEndIsTrimmed) {
  for (const char* end : {"\n", "\r\n", " \n", " \t\r\n"}) {
    expect_token(kToken + end);
    expect_root("whm root:" + kToken + end);
    expect_root(basic("root:" + kToken) + end);
  }
  for (const char* end : {"\r", "\n\n", "\r\n\r\n", "\n\r", "\n ", "\r\r\n"}) {
    expect_bad(kToken + end);
    expect_bad("Bearer " + kToken + end);
  }
  expect_bad("\n" + kToken);
  expect_bad("\r\n" + kToken);
}

TEST(Header, NothingButBlanks) {
  for (const char* text :
       {"", " ", "\t", " \t \t", "\n", "\r\n", "  \n", "Authorization:", "authorization: \r\n"}) {
    expect_none(text);
  }
  expect_none(std::string(8192, ' '));
  Credentials credentials;
  EXPECT_EQ(parse_credentials({}, credentials), Outcome::no_credentials);
}

TEST(Header, SchemeWithoutCredentials) {
  for (const char* scheme : {"whm", "cpanel", "Bearer", "Token", "Basic", "BASIC", "WHM"}) {
    for (const char* after : {"", " ", "   ", "\n", " \r\n"}) {
      expect_bad(std::string(scheme) + after);
      expect_bad("Authorization: " + std::string(scheme) + after);
    }
  }
}

TEST(Header, UnknownSchemes) {
  for (const char* scheme :
       {"Digest", "Negotiate", "AWS4-HMAC-SHA256", "whmx", "wh", "Bearers", "uapi", "OAuth"}) {
    expect_bad(std::string(scheme) + " " + kToken);
    expect_bad(std::string(scheme) + " root:" + kToken);
  }
}

TEST(Header, UserMustStandBeforeTheColon) {
  for (const std::string scheme : {"whm ", "cpanel "}) {
    expect_bad(scheme + kToken);
    expect_bad(scheme + ":" + kToken);
    expect_bad(scheme + "root:");
    expect_bad(scheme + ":");
    expect_bad(scheme + "root");
  }
}

TEST(Header, FirstColonSplits) {
  EXPECT_EQ(read("whm root:a:b"), "root | a:b");
  EXPECT_EQ(read(basic("root:a:b")), "root | a:b");
  EXPECT_EQ(read("Bearer a:b"), "- | a:b");
  EXPECT_EQ(read(basic("a:b:")), "a | b:");
}

TEST(Header, UserOf128BytesIsTheLongest) {
  for (const std::size_t size : {1u, 127u, 128u}) {
    const std::string user(size, 'u');
    EXPECT_EQ(read("whm " + user + ":" + kToken), user + " | " + kToken);
    EXPECT_EQ(read(basic(user + ":" + kToken)), user + " | " + kToken);
  }
  for (const std::size_t size : {129u, 130u, 300u}) {
    const std::string user(size, 'u');
    expect_bad("whm " + user + ":" + kToken);
    expect_bad(basic(user + ":" + kToken));
  }
}

TEST(Header, ExtraWords) {
  expect_bad(kToken + " " + kToken);
  expect_bad("Bearer " + kToken + " " + kToken);
  expect_bad("Bearer Bearer " + kToken);
  expect_bad("whm root:" + kToken + " x");
  expect_bad(basic("root:" + kToken) + " x");
  expect_bad("Bearer " + kToken + ", Bearer " + kToken);
}

TEST(Header, TwoHeaders) {
  for (const std::string& one : good_headers()) {
    for (const std::string& two : good_headers()) {
      for (const char* between : {"\n", "\r\n", "\n\n", " ", ", ", "\r"}) {
        expect_bad(one + between + two);
      }
    }
  }
}

TEST(Header, BasicMustBeStrictBase64) {
  for (const char* user : {"ro", "roo"}) {
    const std::string good = base64(user + (":" + kToken));
    ASSERT_TRUE(good.ends_with("="));
    EXPECT_EQ(read("Basic " + good), user + (" | " + kToken));
    expect_bad("Basic " + good.substr(0, good.size() - 1));
    expect_bad("Basic " + good + "=");
    expect_bad("Basic " + good + "AAAA");
    expect_bad("Basic =" + good);
    std::string altered = good;
    altered[altered.find_last_not_of('=')] = 'B';  // sets bits that must be zero
    expect_bad("Basic " + altered);
    for (const char c : std::string_view("-_.,:;!@ \t\n\r\0\x7F\x80\xFF", 16)) {
      altered = good;
      altered[10] = c;
      expect_bad("Basic " + altered);
    }
  }
  expect_bad("Basic root:" + kToken);
}

TEST(Header, BasicContentMustBeUserAndToken) {
  for (const std::string_view content :
       {std::string_view(""), std::string_view(":"), std::string_view("root"),
        std::string_view("::"), std::string_view(":secret"), std::string_view("ro ot:x"),
        std::string_view("root:x y"), std::string_view("root\n:x"), std::string_view("root:x\n"),
        std::string_view("root:x\0", 7), std::string_view("\0root:x", 7),
        std::string_view("r\xC3\xB6t:x"), std::string_view("root:\x7F"), std::string_view("x :"),
        std::string_view("\t:x")}) {
    expect_bad(basic(content));
  }
}

TEST(Header, BasicOf510BytesIsTheLongest) {
  const auto header = [](std::size_t size) { return basic("root:" + std::string(size - 5, 'x')); };
  for (const std::size_t size : {kMaxBasic - 2, kMaxBasic - 1, kMaxBasic}) {
    EXPECT_EQ(read(header(size)), "root | " + std::string(size - 5, 'x'));
  }
  for (const std::size_t size : {kMaxBasic + 1, kMaxBasic + 2, kMaxBasic + 3, kMaxBasic + 4}) {
    expect_bad(header(size));
  }
  expect_bad("Basic " + std::string(8000, 'A'));
}

TEST(Header, Of8192BytesIsTheLongest) {
  const std::string longest(8192, 'x');
  EXPECT_EQ(read(longest), "- | " + longest);
  EXPECT_EQ(read(longest.substr(1)), "- | " + longest.substr(1));
  expect_bad(longest + "x");
  expect_bad(std::string(8193, ' '));
  EXPECT_EQ(read(std::string(8192 - kToken.size(), ' ') + kToken), "- | " + kToken);
  expect_bad(std::string(8193 - kToken.size(), ' ') + kToken);
}

TEST(Header, AMegabyteOfAnything) {
  for (const char c : std::string_view("x \n\0:=\xFF", 7)) {
    expect_bad(std::string(1 << 20, c));
    expect_bad("Bearer " + std::string(1 << 20, c));
    expect_bad("whm root:" + kToken + std::string(1 << 20, c));
    expect_bad("Basic " + std::string(1 << 20, c));
  }
}

// Control characters and bytes beyond ASCII are bad wherever they stand.
TEST(Header, InvisibleCharactersAtEveryPlace) {
  for (const std::string& good : good_headers()) {
    for (int c = 0; c < 256; ++c) {
      if (c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= '~')) continue;
      for (std::size_t at = 0; at <= good.size(); ++at) {
        std::string text = good;
        text.insert(at, 1, static_cast<char>(c));
        expect_bad(text);
      }
    }
  }
}

TEST(Header, LineEndsAndTabsWithin) {
  for (const std::string& good : good_headers()) {
    const std::size_t end =
        good.find_first_of("\r\n") == std::string::npos ? good.size() : good.size() - 2;
    for (const char c : {'\r', '\n'}) {
      for (std::size_t at = 0; at < end; ++at) expect_bad(std::string(good).insert(at, 1, c));
    }
    for (std::size_t at = 1; at < end; ++at) {
      const bool after_field_name = at == 14 && good.starts_with("Authorization:");
      if (!after_field_name && good[0] != 'A') expect_bad(std::string(good).insert(at, 1, '\t'));
    }
  }
}

TEST(Header, EveryTruncationOfAWhmHeader) {
  const std::string header = "whm root:" + kToken;
  for (std::size_t size = 0; size < header.size(); ++size) {
    const std::string text = header.substr(0, size);
    if (size == 0) {
      expect_none(text);
    } else if (size < 3) {
      EXPECT_EQ(read(text), "- | " + text);  // one word, so taken as a token
    } else if (size <= 9) {
      expect_bad(text);
    } else {
      EXPECT_EQ(read(text), "root | " + kToken.substr(0, size - 9));
    }
  }
}

TEST(Header, EveryTruncationOfABearerHeader) {
  const std::string header = "Authorization: Bearer " + kToken;
  for (std::size_t size = 0; size < header.size(); ++size) {
    const std::string text = header.substr(0, size);
    if (size == 0 || size == 14 || size == 15) {
      expect_none(text);
    } else if (size < 14) {
      EXPECT_EQ(read(text), "- | " + text);
    } else if (size < 21) {
      EXPECT_EQ(read(text), "- | " + text.substr(15));
    } else if (size <= 22) {
      expect_bad(text);
    } else {
      EXPECT_EQ(read(text), "- | " + kToken.substr(0, size - 22));
    }
  }
}

TEST(Header, EveryTruncationOfABasicHeader) {
  const std::string header = basic("root:" + kToken);
  for (std::size_t size = 5; size < header.size(); ++size) {
    const std::size_t digits = size < 6 ? 0 : size - 6;
    const std::size_t bytes = digits / 4 * 3;
    if (digits % 4 != 0 || bytes <= 5) {
      expect_bad(header.substr(0, size));
    } else {
      EXPECT_EQ(read(header.substr(0, size)), "root | " + kToken.substr(0, bytes - 5));
    }
  }
}

// Whatever comes in, a token that comes out is one visible word, and so is the user.
TEST(Header, RandomTextsKeepTheGrammar) {
  samples::Source source(50);
  constexpr std::string_view kPieces[] = {
      "whm",  "Bearer", "Basic", " ",  "\t",  "\n",   "\r\n",  ":",
      "root", "=",      "QQ==",  "x:", "\0x", "\xFF", "Token", "Authorization:"};
  int tokens = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (std::size_t pieces = source.below(7); pieces > 0; --pieces) {
      text += kPieces[source.below(std::size(kPieces))];
    }
    Credentials credentials;
    const Outcome outcome = parse_credentials(text, credentials);
    if (outcome != Outcome::token) {
      EXPECT_NE(describe(outcome, credentials), "traces left behind");
      continue;
    }
    ++tokens;
    const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
    EXPECT_FALSE(credentials.token.empty());
    EXPECT_TRUE(std::all_of(credentials.token.begin(), credentials.token.end(), visible));
    EXPECT_TRUE(std::all_of(credentials.user.begin(), credentials.user.end(), visible));
    EXPECT_EQ(credentials.has_user, !credentials.user.empty());
    EXPECT_EQ(credentials.user.find(':'), std::string_view::npos);
  }
  EXPECT_GT(tokens, 1'000);
}

TEST(Header, RandomBytesAreHarmless) {
  samples::Source source(51);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = source.text(source.below(100));
    Credentials credentials;
    const Outcome outcome = parse_credentials(text, credentials);
    EXPECT_NE(describe(outcome, credentials), "traces left behind");
  }
}

TEST(Header, ViewsPointIntoTheInputOrIntoDecoded) {
  const auto within = [](std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
  };
  const std::string plain = "whm root:" + kToken;
  Credentials credentials;
  ASSERT_EQ(parse_credentials(plain, credentials), Outcome::token);
  EXPECT_TRUE(within(credentials.token, plain) && within(credentials.user, plain));
  const std::string encoded = basic("root:" + kToken);
  ASSERT_EQ(parse_credentials(encoded, credentials), Outcome::token);
  EXPECT_TRUE(within(credentials.token, credentials.decoded.view()));
  EXPECT_TRUE(within(credentials.user, credentials.decoded.view()));
}

TEST(Header, ReuseLeavesNoTrace) {
  Credentials credentials;
  ASSERT_EQ(parse_credentials(basic("root:" + kToken), credentials), Outcome::token);
  ASSERT_EQ(parse_credentials("", credentials), Outcome::no_credentials);
  EXPECT_EQ(describe(Outcome::no_credentials, credentials), "no_credentials");
  ASSERT_EQ(parse_credentials(basic("root:" + kToken), credentials), Outcome::token);
  ASSERT_EQ(parse_credentials(kToken, credentials), Outcome::token);
  EXPECT_EQ(describe(Outcome::token, credentials), "- | " + kToken);
  EXPECT_EQ(credentials.decoded.size(), 0u);
  EXPECT_EQ(std::string_view(credentials.decoded.view().data(), 512).find('t'),
            std::string_view::npos);
}

}  // namespace
}  // namespace tokenry::token
