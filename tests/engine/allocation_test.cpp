// After a thread's first call a verification asks for no memory. Every way to ask is counted: the
// C++ operators come down to malloc, which is replaced here for the whole program.
#include <sodium.h>

#include <cstdlib>
#include <thread>

#include "store_fixture.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {
thread_local std::uint64_t t_allocations = 0;
}

extern "C" {
void* malloc(std::size_t size) noexcept {
  ++t_allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++t_allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  ++t_allocations;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++t_allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  ++t_allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : 12;
}
}

namespace tokenry::engine {
namespace {

class Allocation : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    given("root/bot", {"edit-dns"});
    verify("root/bot");  // this thread's first call
  }

  // How often one verification asked for memory.
  std::uint64_t allocations(std::string_view credentials, const model::ScopeBits& required,
                            Reason expected) {
    const Request request{.credentials = credentials, .required = required};
    const std::uint64_t before = t_allocations;
    const Reason reason = store_->verify(request).reason;
    const std::uint64_t after = t_allocations;
    EXPECT_EQ(reason, expected);
    return after - before;
  }

  std::string text() const { return text_of("root/bot"); }

  static std::string basic(const std::string& text) {
    std::string encoded(sodium_base64_ENCODED_LEN(text.size(), sodium_base64_VARIANT_ORIGINAL), 0);
    ::sodium_bin2base64(encoded.data(), encoded.size(),
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                        sodium_base64_VARIANT_ORIGINAL);
    return "Basic " + encoded.substr(0, encoded.find('\0'));
  }
};

TEST_F(Allocation, IsCounted) {
  const std::uint64_t before = t_allocations;
  std::free(std::malloc(10));
  delete new std::string(100, 'x');
  EXPECT_GE(t_allocations - before, 3U);
}

TEST_F(Allocation, NoneForATokenThatWorks) {
  EXPECT_EQ(allocations(text(), bits({"edit-dns"}), Reason::allowed), 0U);
}

TEST_F(Allocation, NoneForAnyFormOfHeader) {
  for (const std::string& credentials :
       {"whm root:" + text(), "cpanel root:" + text(), "Bearer " + text(), "Token " + text(),
        basic("root:" + text()), basic(text() + ":"), "Authorization: whm root:" + text()}) {
    EXPECT_EQ(allocations(credentials, {}, Reason::allowed), 0U) << credentials.substr(0, 8);
  }
}

TEST_F(Allocation, NoneForDenials) {
  EXPECT_EQ(allocations(text(), bits({"restart"}), Reason::scope_denied), 0U);
  EXPECT_EQ(allocations("whm amy:" + text(), {}, Reason::owner_mismatch), 0U);
  EXPECT_EQ(allocations("", {}, Reason::no_credentials), 0U);
  EXPECT_EQ(allocations("Digest x", {}, Reason::bad_header), 0U);
  EXPECT_EQ(allocations("tkry_garbage", {}, Reason::malformed), 0U);
  EXPECT_EQ(allocations(std::string(100'000, 'x'), {}, Reason::bad_header), 0U);
}

TEST_F(Allocation, NoneForUnknownTokens) {
  const std::string from_here = text();
  make_store();
  given("root/bot");
  verify("root/bot");
  EXPECT_EQ(allocations(from_here, {}, Reason::unknown), 0U);
}

TEST_F(Allocation, NoneForTheFirstCallAfterAChange) {
  const std::string words = text();
  ASSERT_EQ(add_scope("later"), Code::ok);
  ASSERT_EQ(suspend("root/bot"), Code::ok);
  EXPECT_EQ(allocations(words, {}, Reason::suspended), 0U);
  ASSERT_EQ(revoke("root/bot"), Code::ok);
  EXPECT_EQ(allocations(words, {}, Reason::revoked), 0U);
}

TEST_F(Allocation, NoneInAnotherThreadAfterItsFirstCall) {
  std::uint64_t later_calls = 1;
  std::thread([&] {
    verify("root/bot");
    later_calls = allocations(text(), {}, Reason::allowed);
    const std::string words = text();
    for (int i = 0; i < 1000; ++i) later_calls += allocations(words, {}, Reason::allowed);
  }).join();
  EXPECT_EQ(later_calls, 0U);
}

}  // namespace
}  // namespace tokenry::engine
