// What usage cells add to a verification: the same calls with cells and where none can be made, in
// turn, with one and two threads, on one token and on many in random order.
//
//   tokenry_bench_verify_with_cells DIRECTORY    a folder on tmpfs; what it makes there is removed
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tokenry.hpp"

namespace {

constexpr int kBatches = 10;
constexpr int kTokensInBatch = 10'000;
constexpr int kWarmUp = 100'000;
constexpr int kCalls = 300'000;
constexpr int kRounds = 5;
constexpr std::string_view kActor = "bench";
constexpr const char* kScope = "list-accts";

std::vector<std::string> make_tokens(const std::string& path) {
  tokenry::CreateOptions options;
  options.catalog = "whm";
  tokenry::create_store(path, kActor, options);
  tokenry::Store store = tokenry::Store::open(path);
  std::vector<std::string> texts;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<std::string> labels;
    for (int i = 0; i < kTokensInBatch; ++i) {
      labels.push_back(std::to_string(batch) + "." + std::to_string(i));
    }
    std::vector<tokenry::TokenSpec> specs(labels.size());
    for (std::size_t i = 0; i < specs.size(); ++i) {
      specs[i].owner = "root";
      specs[i].label = labels[i];
      specs[i].scopes = store.scope_set({kScope});
    }
    const tokenry::IssuedList issued = store.create_many(kActor, specs);
    for (std::size_t i = 0; i < issued.size(); ++i) texts.emplace_back(issued.token(i));
  }
  std::shuffle(texts.begin(), texts.end(), std::mt19937(1));
  return texts;
}

// ns for a call in each thread.
double measure(const std::string& path, const std::vector<std::string>& texts, int threads,
               bool spread) {
  const tokenry::Store store = tokenry::Store::open(path);
  const tokenry::ScopeSet required = store.scope_set({kScope});
  tokenry::VerifyOptions options;
  options.address = tokenry::Address::v4({192, 0, 2, 1});
  const auto verify = [&](int calls, std::size_t from) {
    for (int i = 0; i < calls; ++i) {
      const std::size_t at = spread ? (from + static_cast<std::size_t>(i)) % texts.size() : 0;
      if (!store.verify(texts[at], required, options)) std::abort();
    }
  };
  verify(kWarmUp, 0);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back(verify, kCalls, static_cast<std::size_t>(t) * texts.size() / 2);
  }
  for (std::thread& thread : all) thread.join();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / kCalls;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: tokenry_bench_verify_with_cells DIRECTORY\n");
    return 2;
  }
  const std::string directory = std::string(arguments[1]) + "/tokenry-bench-cells";
  std::filesystem::create_directories(directory + "/cells");
  const std::vector<std::string> texts = make_tokens(directory + "/store");
  const std::array<std::string, 2> folders = {directory + "/none", directory + "/cells"};
  std::printf("ns for a verification in each thread, best of %d: without cells, with cells\n",
              kRounds);
  for (const int threads : {1, 2}) {
    for (const bool spread : {false, true}) {
      std::array<double, 2> best = {1e9, 1e9};
      for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < folders.size(); ++i) {
          ::setenv("TOKENRY_CELLS_DIR", folders[i].c_str(), 1);
          best[i] = std::min(best[i], measure(directory + "/store", texts, threads, spread));
        }
      }
      std::printf("%d thread%s, %s: %.0f, %.0f\n", threads, threads == 1 ? "" : "s",
                  spread ? "100000 tokens" : "one token", best[0], best[1]);
    }
  }
  std::filesystem::remove_all(directory);
  return 0;
}
