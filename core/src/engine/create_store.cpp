#include "engine/create_store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "engine/apply.hpp"
#include "engine/draft.hpp"
#include "engine/rows.hpp"
#include "model/names.hpp"
#include "storage/preflight.hpp"
#include "storage/registry.hpp"

namespace tokenry::engine {

using base::Code;
using base::Result;
using base::Status;

namespace {

// Who is to own the files, and how open they are.
struct Access {
  uid_t owner = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  bool group_required = false;
  mode_t directory_mode = 0700;
  mode_t data_mode = 0600;
  mode_t key_mode = 0600;
};

Status check_options(std::string_view actor, const CreateOptions& options) {
  TOKENRY_TRY(model::check_actor(actor));
  TOKENRY_TRY(model::check_prefix(options.prefix));
  model::Catalog catalog;
  for (const model::Scope& scope : options.scopes) TOKENRY_TRY(catalog.add(scope));
  if (options.map_size_bytes < kMinMapSizeBytes || options.map_size_bytes > kMaxMapSizeBytes) {
    return {Code::invalid_argument, "the map size must be 16 MiB to 16 TiB"};
  }
  if (!options.sealed && (options.key != nullptr || !options.key_file.empty())) {
    return {Code::invalid_argument, "an unsealed store has no key"};
  }
  if (options.key != nullptr && !options.key_file.empty()) {
    return {Code::invalid_argument, "give either a key or a key file"};
  }
  return {};
}

Result<gid_t> find_group(const std::string& name) {
  std::vector<char> memory(16384);
  group entry{};
  group* found = nullptr;
  const int error = ::getgrnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
  if (error != 0) return base::errno_status(error, "cannot look up group " + base::quoted(name));
  if (found == nullptr) return Status(Code::not_found, "no group " + base::quoted(name));
  return found->gr_gid;
}

bool is_empty_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return false;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

// Whether path may become a store, and as whose.
Result<Access> check_place(const std::string& path, const CreateOptions& options) {
  Access access;
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0) {
    if (!S_ISDIR(facts.st_mode) || !is_empty_directory(path)) {
      return Status(Code::store_exists, path + " exists and is not an empty directory");
    }
    access.owner = facts.st_uid;
    access.group = facts.st_gid;
    access.directory_mode = facts.st_mode & 07777;
  } else if (errno != ENOENT) {
    return base::errno_status(errno, "cannot make a store at " + path);
  }
  TOKENRY_TRY(storage::check_file_system(base::parent_directory(path)));
  if (!options.group.empty()) {
    TOKENRY_ASSIGN(access.group, find_group(options.group));
    access.group_required = true;
    access.directory_mode = 02770;  // setgid: what is made later in it is the group's too
    access.data_mode = 0660;
    access.key_mode = 0640;
  }
  return access;
}

Status set_access(const std::string& path, const Access& access, mode_t mode) {
  const bool wants_owner = access.owner != static_cast<uid_t>(-1) && access.owner != ::geteuid();
  const uid_t owner = wants_owner ? access.owner : static_cast<uid_t>(-1);
  // A group that was asked for must be set. One that the directory merely had is not: its owner
  // need not be a member.
  if (::chown(path.c_str(), owner, access.group) != 0 &&
      (errno != EPERM || wants_owner || access.group_required)) {
    return base::errno_status(errno, "cannot give " + path + " to its owner and group");
  }
  if (::chmod(path.c_str(), mode) != 0) return base::errno_status(errno, "cannot chmod " + path);
  TOKENRY_ASSIGN(const base::FileDescriptor file, base::open_file(path, O_RDONLY));
  return base::sync_file(file.get(), path);
}

Status write_rows(const std::string& directory, std::string_view actor,
                  const CreateOptions& options, const StoreKey* key) {
  const storage::ProcessLock held;
  TOKENRY_ASSIGN(std::shared_ptr<storage::Environment> environment,
                 storage::open_environment(held, directory));
  const auto write_all = [&]() -> Status {
    record::Format format;
    format.page_size = environment->page_size();
    format.records_per_page =
        static_cast<std::uint16_t>((format.page_size - record::kRecordSize) / record::kRecordSize);
    format.sealed = options.sealed;
    format.prefix = options.prefix;
    ::randombytes_buf(format.store_id.data(), format.store_id.size());
    format.map_size_bytes = options.map_size_bytes;
    format.created_at_ms = base::now_ms();
    TOKENRY_ASSIGN(const auto keys, key != nullptr
                                        ? token::StoreKeys::derive(key->span(), format.store_id)
                                        : token::StoreKeys::unsealed(format.store_id));
    format.key_id = keys->key_id();
    TOKENRY_ASSIGN(const auto write,
                   storage::WriteTransaction::begin(environment, storage::Growth::allowed));
    RowEditor rows(*write, *keys, format.records_per_page);
    TOKENRY_TRY(rows.put_format(format));
    TOKENRY_TRY(rows.put_counters({}));
    Applier applier(rows);
    TOKENRY_TRY(applier.apply(
        {std::string(actor), format.created_at_ms, model::CreateStore{options.scopes}}));
    TOKENRY_TRY(applier.finish());
    return write->commit();
  };
  Status status = write_all();
  storage::release_environment(held, environment);
  return status;
}

// Writes a new key to where it is to be kept; answers the key to seal with.
Status make_key(Draft& draft, const CreateOptions& options, const Access& access, StoreKey& fresh) {
  ::randombytes_buf(fresh.data(), fresh.size());
  const bool is_inside = options.key_file.empty();
  const std::string path = is_inside ? default_key_file(draft.path()) : options.key_file;
  TOKENRY_TRY(write_key_file(path, fresh));
  if (!is_inside) draft.owns_key(path);
  TOKENRY_TRY(set_access(path, access, access.key_mode));
  return is_inside ? Status() : base::sync_directory(base::parent_directory(path));
}

Status fill(Draft& draft, std::string_view actor, const CreateOptions& options,
            const Access& access) {
  StoreKey fresh;
  const StoreKey* key = options.key;
  if (options.sealed && key == nullptr) {
    TOKENRY_TRY(make_key(draft, options, access, fresh));
    key = &fresh;
  }
  TOKENRY_TRY(storage::Environment::create(draft.path(), options.map_size_bytes));
  TOKENRY_TRY(write_rows(draft.path(), actor, options, options.sealed ? key : nullptr));
  TOKENRY_TRY(set_access(storage::data_file(draft.path()), access, access.data_mode));
  TOKENRY_TRY(set_access(storage::lock_file(draft.path()), access, access.data_mode));
  return set_access(draft.path(), access, access.directory_mode);
}

}  // namespace

Status create_store(std::string_view given_path, std::string_view actor,
                    const CreateOptions& options) {
  TOKENRY_TRY(token::init_crypto());
  TOKENRY_TRY(check_options(actor, options));
  const std::string path = without_end_slashes(given_path);
  TOKENRY_ASSIGN(const Access access, check_place(path, options));

  TOKENRY_ASSIGN(Draft draft, Draft::begin(path));
  TOKENRY_TRY(fill(draft, actor, options, access));
  if (::rename(draft.path().c_str(), path.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) {
      return {Code::store_exists, path + " was made by somebody else meanwhile"};
    }
    return base::errno_status(errno, "cannot name the new store " + path);
  }
  draft.finished();
  return base::sync_directory(base::parent_directory(path));
}

}  // namespace tokenry::engine
