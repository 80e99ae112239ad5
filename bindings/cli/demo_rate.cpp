// tokenry-demo-rate: how many whole Authorization headers a second one thread verifies.
// Makes a store of 100,000 tokens in a folder of its own, then judges headers in random order for
// some seconds, each with one required scope, and checks that each is allowed.
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tokenry.hpp>
#include <vector>

namespace {

constexpr std::size_t kTokenCount = 100'000;
constexpr std::size_t kMakerCount = 4;
constexpr std::chrono::seconds kMeasured{3};
// Headers judged between two looks at the clock.
constexpr std::size_t kRound = 4096;
constexpr std::uint64_t kNeededBytes = 512ull * 1024 * 1024;
constexpr std::string_view kActor = "demo";
constexpr std::string_view kScope = "edit-dns";

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Verification reads memory wherever the store lies, so the store is made where making it is quick.
std::string parent_directory() {
  struct statvfs facts {};
  if (access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &facts) == 0 &&
      static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize >= kNeededBytes) {
    return "/dev/shm";
  }
  return std::filesystem::temp_directory_path().string();
}

// A folder that is removed again.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(parent_directory() + "/tokenry-demo-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// Makes every kMakerCount-th token; a failure ends all makers.
void make_tokens(tokenry::Store& store, const tokenry::ScopeSet& scopes, std::size_t first,
                 std::vector<std::string>& headers, std::atomic<bool>& failed) {
  for (std::size_t i = first; i < headers.size() && !failed; i += kMakerCount) {
    const std::string label = "bot-" + std::to_string(i);
    tokenry::TokenSpec spec;
    spec.owner = "root";
    spec.label = label;
    spec.scopes = scopes;
    tokenry::Status status;
    const tokenry::Issued issued = store.create(kActor, spec, status);
    if (!status.ok()) {
      if (!failed.exchange(true)) {
        std::fprintf(stderr, "demo-rate: creating a token: %s\n", status.message().c_str());
      }
      return;
    }
    headers[i] = "whm root:";
    headers[i].append(issued.token());
  }
}

std::vector<std::string> make_headers(tokenry::Store& store) {
  const tokenry::ScopeSet scopes = store.scope_set({"create-dns", "edit-dns"});
  std::vector<std::string> headers(kTokenCount);
  std::atomic<bool> failed = false;
  std::vector<std::thread> makers;
  for (std::size_t first = 0; first < kMakerCount; ++first) {
    makers.emplace_back([&, first] { make_tokens(store, scopes, first, headers, failed); });
  }
  for (std::thread& maker : makers) maker.join();
  if (failed) throw std::runtime_error("the tokens could not be made");
  return headers;
}

struct Measurement {
  std::uint64_t verified = 0;
  std::uint64_t refused = 0;
  double seconds = 0;
};

// The headers one behind the other, in an order that neither the processor's caches nor its
// prefetching know of the records: as a server gets them, whose requests are at hand while the
// tokens that they show are not.
class Traffic {
 public:
  explicit Traffic(std::vector<std::string> headers) {
    std::shuffle(headers.begin(), headers.end(), std::mt19937(std::random_device{}()));
    for (const std::string& header : headers) {
      begins_.push_back(bytes_.size());
      bytes_ += header;
    }
    begins_.push_back(bytes_.size());
  }

  [[nodiscard]] std::size_t size() const noexcept { return begins_.size() - 1; }
  [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
    return std::string_view(bytes_).substr(begins_[i], begins_[i + 1] - begins_[i]);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> begins_;
};

Measurement measure(const tokenry::Store& store, const Traffic& traffic) {
  const tokenry::ScopeSet required = store.scope_set({kScope});
  Measurement result;
  std::size_t next = 0;
  const Clock::time_point start = Clock::now();
  while (Clock::now() - start < kMeasured) {
    for (std::size_t i = 0; i < kRound; ++i) {
      if (!store.verify(traffic[next], required)) ++result.refused;
      next = next + 1 == traffic.size() ? 0 : next + 1;
    }
    result.verified += kRound;
  }
  result.seconds = seconds_since(start);
  return result;
}

int run() {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/store";
  // Uses are counted in a file that would outlive the store elsewhere.
  setenv("TOKENRY_CELLS_DIR", directory.path().c_str(), 1);
  tokenry::CreateOptions options;
  options.catalog = "whm";
  tokenry::create_store(path, kActor, options);
  tokenry::Store store = tokenry::Store::open(path);

  std::printf("Making %zu tokens in %s ...\n", kTokenCount, directory.path().c_str());
  std::fflush(stdout);
  const Clock::time_point start = Clock::now();
  const Traffic traffic(make_headers(store));
  std::printf("made in %.1f s\n", seconds_since(start));
  std::fflush(stdout);

  const Measurement result = measure(store, traffic);
  if (result.refused != 0) {
    std::fprintf(stderr, "demo-rate: %llu of %llu verifications were refused\n",
                 static_cast<unsigned long long>(result.refused),
                 static_cast<unsigned long long>(result.verified));
    return EXIT_FAILURE;
  }
  const double rate = static_cast<double>(result.verified) / result.seconds;
  std::printf(
      "%llu headers verified in %.2f s on one thread, all allowed:\n"
      "%.0f verifications a second (%.0f ns each)\n",
      static_cast<unsigned long long>(result.verified), result.seconds, rate, 1e9 / rate);
  return EXIT_SUCCESS;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "demo-rate: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
