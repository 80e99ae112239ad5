// The C++ face's log: every call in both of its forms. Compiled as C++17 and as C++20.
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tokenry.hpp"
#include "world.hpp"

namespace capi_tests {
namespace {

using tokenry::Code;
using tokenry::Event;
using tokenry::Head;
using tokenry::Status;
using tokenry::Store;
using Names = std::vector<std::string>;

static_assert(!std::is_copy_constructible_v<tokenry::Log>);
static_assert(std::is_nothrow_move_constructible_v<tokenry::Log>);
static_assert(std::is_copy_constructible_v<Head>);

class FaceLog : public testing::Test {
 protected:
  FaceLog() {
    tokenry::CreateOptions options;
    options.catalog = "whm";
    options.map_size_bytes = kSmallMapBytes;
    tokenry::create_store(path_, "tester", options);
    store_ = Store::open(path_);
  }

  void create(std::string_view label) {
    tokenry::TokenSpec spec;
    spec.owner = "root";
    spec.label = label;
    (void)store_.create("tester", spec);
  }

  static std::string words(const Event& event) {
    return event.operation_name + (event.label ? " " + *event.label : "");
  }
  static Names read_on(tokenry::Log& log) {
    Names found;
    for (const Event& event : log) found.push_back(words(event));
    return found;
  }

  // Both forms of a call that fails.
  template <typename WithStatus, typename Throwing>
  void expect_failure(Code code, WithStatus&& with_status, Throwing&& throwing) {
    Status status;
    with_status(status);
    EXPECT_EQ(status.code(), code) << status.message();
    try {
      throwing();
      ADD_FAILURE() << "did not throw";
    } catch (const tokenry::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_EQ(error.what(), status.message());
    }
  }

  TempDirectory directory_;
  std::string path_ = directory_.in("store");
  Store store_;
};

TEST_F(FaceLog, IsIteratedAndGoesOn) {
  create("a");
  tokenry::Log log = store_.log();
  EXPECT_EQ(read_on(log), (Names{"store_created", "created a"}));
  EXPECT_EQ(read_on(log), Names{});
  create("b");
  tokenry::Log moved = std::move(log);
  Status status(Code::kConflict, "from before");
  const std::optional<Event> event = moved.next(status);
  EXPECT_TRUE(status.ok());
  ASSERT_TRUE(event);
  EXPECT_EQ(words(*event), "created b");
  EXPECT_FALSE(moved.next().has_value());
  tokenry::Log none;
  expect_failure(
      Code::kClosed, [&](Status& failed) { EXPECT_FALSE(none.next(failed)); },
      [&] { (void)none.next(); });
}

TEST_F(FaceLog, TakesAFilter) {
  create("a");
  create("b");
  tokenry::LogFilter filter;
  filter.owner = "root";
  filter.id = store_.find("root", "b");
  filter.since_ms = 1;
  filter.from_sequence = 2;
  filter.limit = 5;
  tokenry::Log log = store_.log(filter);
  EXPECT_EQ(read_on(log), Names{"created b"});
  filter.since_ms = -1;
  expect_failure(
      Code::kInvalidArgument, [&](Status& status) { (void)store_.log(filter, status); },
      [&] { (void)store_.log(filter); });
}

TEST_F(FaceLog, AnEventHasAllThatItsStructHas) {
  create("a");
  tokenry::LogFilter filter;
  filter.from_sequence = 2;
  const std::optional<Event> event = store_.log(filter).next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->operation, tokenry::Operation::kCreated);
  EXPECT_EQ(event->sequence, 2U);
  EXPECT_EQ(event->id, store_.find("root", "a"));
  EXPECT_EQ(event->id_text, tokenry::print_id(event->id));
  EXPECT_EQ(event->actor, "tester");
  EXPECT_EQ(event->owner, "root");
  ASSERT_EQ(event->fields.size(), 4U);
  EXPECT_EQ(event->fields[1].name, "expires_at");
  EXPECT_EQ(event->fields[1].kind, tokenry::FieldKind::kTime);
  const Event first = *store_.log().next();
  EXPECT_EQ(first.hash, event->previous_hash);
  EXPECT_FALSE(first.owner.has_value());
  EXPECT_FALSE(first.id_text.has_value());
}

TEST_F(FaceLog, EventsAreDecodedWithoutAStore) {
  const Event event = *store_.log().next();
  const Event again = tokenry::decode_event(event.body, event.previous_hash);
  EXPECT_EQ(again.hash, event.hash);
  EXPECT_EQ(again.operation_name, event.operation_name);
  EXPECT_EQ(again.fields.size(), event.fields.size());
  for (const std::vector<std::uint8_t>& body : {std::vector<std::uint8_t>{}, {1, 2, 3}}) {
    expect_failure(
        Code::kInvalidArgument,
        [&](Status& status) {
          EXPECT_EQ(tokenry::decode_event(body, event.previous_hash, status).sequence, 0U);
        },
        [&] { (void)tokenry::decode_event(body, event.previous_hash); });
  }
}

TEST_F(FaceLog, HeadsArePrintedReadAndVerified) {
  create("a");
  const Head head = store_.head();
  EXPECT_EQ(head.sequence, 2U);
  const std::string text = tokenry::print_head(head);
  const Head read = tokenry::parse_head(text);
  EXPECT_EQ(read.hash, head.hash);
  EXPECT_EQ(read.store_id, head.store_id);
  EXPECT_EQ(read.signature, head.signature);
  EXPECT_EQ(read.public_key, tokenry::PublicKey{});
  tokenry::verify_head(read, head.public_key);
  store_.check_head(read);
  Head forged = read;
  forged.sequence = 3;
  expect_failure(
      Code::kTampered,
      [&](Status& status) { tokenry::verify_head(forged, head.public_key, status); },
      [&] { tokenry::verify_head(forged, head.public_key); });
  expect_failure(
      Code::kTampered, [&](Status& status) { store_.check_head(forged, status); },
      [&] { store_.check_head(forged); });
  expect_failure(
      Code::kInvalidArgument,
      [&](Status& status) { EXPECT_EQ(tokenry::parse_head("nothing", status).sequence, 0U); },
      [&] { (void)tokenry::parse_head("nothing"); });
  forged.at_ms = -1;
  expect_failure(
      Code::kInvalidArgument,
      [&](Status& status) { EXPECT_EQ(tokenry::print_head(forged, status), ""); },
      [&] { (void)tokenry::print_head(forged); });
}

TEST_F(FaceLog, OfAClosedStoreIsRefused) {
  const Head head = store_.head();
  store_.close();
  expect_failure(
      Code::kClosed, [&](Status& status) { EXPECT_EQ(store_.head(status).sequence, 0U); },
      [&] { (void)store_.head(); });
  expect_failure(
      Code::kClosed, [&](Status& status) { store_.check_head(head, status); },
      [&] { store_.check_head(head); });
  expect_failure(
      Code::kClosed, [&](Status& status) { (void)store_.log({}, status); },
      [&] { (void)store_.log(); });
}

}  // namespace
}  // namespace capi_tests
