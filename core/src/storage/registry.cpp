#include "storage/registry.hpp"

#include <unistd.h>

#include <map>
#include <vector>

#include "storage/descriptors.hpp"
#include "storage/preflight.hpp"

namespace tokenry::storage {

using base::Code;
using base::Result;
using base::Status;

namespace {

struct Entry {
  std::shared_ptr<Environment> environment;
  std::size_t uses = 0;
};

struct Registry {
  std::uint64_t generation = 0;
  std::map<base::FileIdentity, Entry> entries;          // by data.mdb
  std::vector<std::shared_ptr<Environment>> inherited;  // a parent's, kept for ever
};

// Never destroyed: threads may still end snapshots while the process exits.
Registry& registry() {
  static Registry* const instance = new Registry;
  return *instance;
}

// In a child: closes the parent's descriptors before anything is opened (closing a descriptor of
// lock.mdb later would drop the child's own locks), and forgets the environments without an LMDB
// call, since their transactions are still the parent's. Their memory is left alone.
void abandon_inherited() {
  Registry& all = registry();
  if (all.generation == process_generation()) return;
  all.generation = process_generation();
  for (const auto& [identity, entry] : all.entries) {
    for (const int fd : descriptors_of(identity)) ::close(fd);
    for (const int fd : descriptors_of(entry.environment->lock_identity())) ::close(fd);
    all.inherited.push_back(entry.environment);
  }
  all.entries.clear();
}

// Another copy of this library in the process (linked in twice, or loaded beside) has a registry of
// its own, so its environment shows only by the open lock file.
Status check_not_open_elsewhere(const std::string& directory) {
  struct stat lock {};
  if (::stat(lock_file(directory).c_str(), &lock) != 0) return {};
  if (descriptors_of(base::identity_of(lock)).empty()) return {};
  return {Code::store_open_elsewhere,
          "another copy of the library in this process has the store at " + directory +
              " open; load libtokenry once"};
}

// The entry of the store in directory. Ends what stands in the way of opening it anew: environments
// found unusable, and one whose data.mdb was replaced under a lock.mdb that stayed.
Entry* find_usable(const std::string& directory) {
  struct stat data {};
  struct stat lock {};
  const bool has_data = ::stat(data_file(directory).c_str(), &data) == 0;
  const bool has_lock = ::stat(lock_file(directory).c_str(), &lock) == 0;
  Entry* found = nullptr;
  auto& entries = registry().entries;
  for (auto it = entries.begin(); it != entries.end();) {
    Environment& environment = *it->second.environment;
    const bool same_data = has_data && it->first == base::identity_of(data);
    const bool same_lock = has_lock && environment.lock_identity() == base::identity_of(lock);
    if (environment.usable() && same_data && same_lock) {
      found = &it->second;
    } else if (!environment.usable() || same_data || same_lock) {
      environment.shut_down();
      it = entries.erase(it);
      continue;
    }
    ++it;
  }
  return found;
}

}  // namespace

Result<std::shared_ptr<Environment>> open_environment(const ProcessLock& /*held*/,
                                                      const std::string& directory) {
  abandon_inherited();
  if (Entry* entry = find_usable(directory)) {
    ++entry->uses;
    return entry->environment;
  }
  TOKENRY_TRY(check_not_open_elsewhere(directory));
  TOKENRY_ASSIGN(std::shared_ptr<Environment> environment, Environment::open(directory));
  registry().entries[environment->data_identity()] = {environment, 1};
  return environment;
}

void release_environment(const ProcessLock& /*held*/,
                         const std::shared_ptr<Environment>& environment) {
  abandon_inherited();
  Registry& all = registry();
  const auto found = all.entries.find(environment->data_identity());
  const bool is_current = found != all.entries.end() && found->second.environment == environment;
  if (!is_current || --found->second.uses > 0) return;
  all.entries.erase(found);
  environment->shut_down();
}

}  // namespace tokenry::storage
