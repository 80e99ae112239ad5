// Damaged data files: `check` survives all of them, and finds each change of a byte that means
// something.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "check_fixture.hpp"
#include "live_bytes.hpp"

namespace tokenry::engine {
namespace {

constexpr std::uint64_t kPage = 4096;

// A closed store whose file is damaged and made whole again, many times.
class CheckDamage : public CheckTest {
 protected:
  void SetUp() override {
    CheckTest::SetUp();
    given_a_full_store(200);
    ASSERT_EQ(found(), "");
    close();
    whole_ = content_of(data_file());
    // Behind the used part stands the reserve.
    const std::uint64_t used = std::max(last_page(0), last_page(kPage)) + 1;
    whole_.resize(used * kPage);
    ASSERT_EQ(::truncate(data_file().c_str(), static_cast<off_t>(whole_.size())), 0);
    ASSERT_EQ(found(), "");
  }

  std::string data_file() const { return directory() + "/data.mdb"; }
  std::uint64_t last_page(std::uint64_t meta) const {
    std::uint64_t number = 0;
    std::memcpy(&number, whole_.data() + meta + 16 + 120, sizeof number);
    return number;
  }
  void write(std::uint64_t at, std::string_view bytes) const {
    const base::FileDescriptor file(::open(data_file().c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)),
              static_cast<ssize_t>(bytes.size()));
  }
  // Whether check notices that these bytes stand there; they are put back.
  bool notices_at(std::uint64_t at, std::string_view bytes) {
    write(at, bytes);
    const bool noticed = notices();
    write(at, std::string_view(whole_).substr(at, bytes.size()));
    return noticed;
  }
  std::string page(std::uint64_t number) const { return whole_.substr(number * kPage, kPage); }

  std::string whole_;
};

TEST_F(CheckDamage, EachChangedByteThatMeansSomethingIsFound) {
  const LiveBytes live(whole_);
  const std::vector<std::uint64_t> places = live.places();
  ASSERT_GT(places.size(), 50'000U);
  std::mt19937 random(1);  // NOLINT: the same bytes each time
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t at = places[random() % places.size()];
    const char changed = static_cast<char>(whole_[at] ^ static_cast<char>(1 + random() % 255));
    EXPECT_TRUE(notices_at(at, {&changed, 1}))
        << "byte " << at % kPage << " of page " << at / kPage << " made " << int(changed);
  }
}

// All but the one that makes the commit before it the newest: that one is whole, and only a head of
// the log that is kept elsewhere tells.
TEST_F(CheckDamage, AnotherNumberOfTheNewestCommitIsFound) {
  constexpr std::uint64_t kTxnIdAt = 16 + 128;
  const auto number_at = [&](std::uint64_t at) {
    return base::load_le(reinterpret_cast<const std::uint8_t*>(whole_.data()) + at, 8);
  };
  const std::uint64_t at =
      kTxnIdAt + (number_at(kPage + kTxnIdAt) > number_at(kTxnIdAt) ? kPage : 0);
  const std::uint64_t newest = number_at(at);
  for (const std::uint64_t other :
       {std::uint64_t{0}, std::uint64_t{1}, newest - 4, newest - 3, newest - 1, newest + 1,
        newest + 2, newest + 256, std::uint64_t{1} << 63, UINT64_MAX}) {
    EXPECT_TRUE(notices_at(at, {reinterpret_cast<const char*>(&other), sizeof other})) << other;
  }
}

// Headers, offsets and heads of trees are few among all the bytes: each of them, in turn.
TEST_F(CheckDamage, EachByteOfTheMetaPagesIsWatched) {
  const LiveBytes live(whole_);
  for (std::uint64_t at = 0; at < 2 * kPage; ++at) {
    if (!live.is_live(at)) continue;
    for (const int flip : {0x01, 0x80, 0xFF}) {
      const char changed = static_cast<char>(whole_[at] ^ flip);
      EXPECT_TRUE(notices_at(at, {&changed, 1})) << "byte " << at << " made " << int(changed);
    }
  }
}

TEST_F(CheckDamage, EachByteOfEveryTreesFirstPagesIsWatched) {
  const LiveBytes live(whole_);
  std::mt19937 random(2);  // NOLINT
  for (const std::uint64_t page : live.pages()) {
    for (std::uint64_t at = page * kPage; at < page * kPage + 40; ++at) {
      if (!live.is_live(at)) continue;
      const char changed = static_cast<char>(whole_[at] ^ static_cast<char>(1 + random() % 255));
      EXPECT_TRUE(notices_at(at, {&changed, 1})) << "byte " << at % kPage << " of page " << page;
    }
  }
}

// Anywhere, dead bytes too; numbers that lead far away, to other pages, to the page itself.
TEST_F(CheckDamage, NoWordAnywhereMakesItFail) {
  const LiveBytes live(whole_);
  const std::vector<std::uint64_t> places = live.places();
  std::mt19937_64 random(3);  // NOLINT
  int unnoticed = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t at = std::min<std::uint64_t>(
        i % 4 == 0 ? random() % whole_.size() : places[random() % places.size()],
        whole_.size() - 8);
    const std::uint64_t words[] = {0,          ~std::uint64_t{0},
                                   random(),   random() % 100,
                                   at / kPage, std::uint64_t{1} << random() % 64};
    const std::uint64_t word = words[random() % 6];
    std::string bytes(reinterpret_cast<const char*>(&word), std::size_t{1} << random() % 4);
    const bool noticed = notices_at(at, bytes);
    bool must = false;
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      must = must || (live.is_live(at + k) && whole_[at + k] != bytes[k]);
    }
    unnoticed += noticed ? 0 : 1;
    EXPECT_TRUE(noticed || !must) << "byte " << at % kPage << " of page " << at / kPage << ", "
                                  << bytes.size() << " bytes";
  }
  EXPECT_GT(unnoticed, 0) << "what means nothing may change";
}

TEST_F(CheckDamage, EachPageWipedIsFound) {
  const LiveBytes live(whole_);
  for (const std::uint64_t number : live.pages()) {
    EXPECT_TRUE(notices_at(number * kPage, std::string(kPage, '\0'))) << "page " << number;
    EXPECT_TRUE(notices_at(number * kPage, std::string(kPage, '\xFF'))) << "page " << number;
  }
}

TEST_F(CheckDamage, TwoPagesSwappedAreFound) {
  const std::vector<std::uint64_t> pages = LiveBytes(whole_).pages();
  std::mt19937 random(4);  // NOLINT
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t a = pages[random() % pages.size()];
    const std::uint64_t b = pages[random() % pages.size()];
    if (a == b) continue;
    write(a * kPage, page(b));
    EXPECT_TRUE(notices_at(b * kPage, page(a))) << a << " and " << b;
    write(a * kPage, page(a));
  }
}

TEST_F(CheckDamage, AFileCutAnywhereIsFound) {
  std::mt19937 random(5);  // NOLINT
  for (std::uint64_t size = 0; size < whole_.size(); size += 1 + random() % (2 * kPage)) {
    ASSERT_EQ(::truncate(data_file().c_str(), static_cast<off_t>(size)), 0);
    const auto report = check();
    ASSERT_TRUE(report.ok()) << size << ": " << report.status().text();
    EXPECT_FALSE(report->findings.empty()) << size;
    EXPECT_FALSE(report->rows_checked) << size;
    write_file(data_file(), whole_);
  }
}

TEST_F(CheckDamage, GarbageAllOverIsSurvived) {
  std::mt19937 random(6);  // NOLINT
  for (const std::uint64_t number : LiveBytes(whole_).pages()) {
    if (number < 2) continue;
    std::string garbage(kPage, '\0');
    for (char& byte : garbage) byte = static_cast<char>(random());
    write(number * kPage + 16, garbage.substr(0, kPage - 16));
  }
  const auto report = check();
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_FALSE(report->findings.empty());
  EXPECT_FALSE(report->rows_checked);
}

// Older pages have good seals. The log will tell; here it must only be survived.
TEST_F(CheckDamage, OlderPagesPutBackAreSurvived) {
  const std::string older = whole_;
  reopen();
  ASSERT_EQ(set_ceiling("amy", {"list-accts"}), Code::ok);
  given("zoe/new");
  close();
  whole_ = content_of(data_file());
  for (std::uint64_t number = 0; number < older.size() / kPage; ++number) {
    if (older.substr(number * kPage, kPage) == page(number)) continue;
    notices_at(number * kPage, older.substr(number * kPage, kPage));
  }
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace tokenry::engine
