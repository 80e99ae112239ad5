#include "engine/key_file.hpp"

#include <fcntl.h>
#include <sodium.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace tokenry::engine {

using base::Code;
using base::Status;

namespace {

constexpr std::string_view kComment = "# Tokenry store key. Who reads this can forge tokens.\n";
constexpr std::string_view kMark = "tokenry-key-1 ";
constexpr std::size_t kHexDigits = 2 * token::kStoreKeySize;
using KeyText = base::SecretText<4096>;

Status read_text(const base::FileDescriptor& file, const std::string& path, KeyText& text) {
  std::size_t size = 0;
  while (size < KeyText::capacity()) {
    const ssize_t got = ::read(file.get(), text.data() + size, KeyText::capacity() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::errno_status(errno, "cannot read the key file " + path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return {};
}

// The one line that is neither blank nor a comment.
bool parse_key_text(std::string_view text, StoreKey& key) {
  bool found = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (found || !line.starts_with(kMark)) return false;
    const std::string_view hex = line.substr(kMark.size());
    std::size_t size = 0;
    found = hex.size() == kHexDigits &&
            ::sodium_hex2bin(key.data(), key.size(), hex.data(), hex.size(), nullptr, &size,
                             nullptr) == 0 &&
            size == key.size();
    if (!found) return false;
  }
  return found;
}

}  // namespace

std::string default_key_file(const std::string& directory) { return directory + "/key"; }

Status write_key_file(const std::string& path, const StoreKey& key) {
  base::SecretText<kHexDigits + 1> hex;
  ::sodium_bin2hex(hex.data(), kHexDigits + 1, key.data(), key.size());
  hex.resize(kHexDigits);
  base::SecretText<256> text;
  const bool fits =
      text.append(kComment) && text.append(kMark) && text.append(hex.view()) && text.append("\n");
  if (!fits) return {Code::internal_error, "the key file's text is too long"};

  base::Result<base::FileDescriptor> file =
      base::open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!file.ok()) {
    if (errno == EEXIST) {
      return {Code::store_exists,
              "the key file " + path + " exists already; it is not overwritten"};
    }
    return file.status();
  }
  Status status = base::write_all(file->get(), base::as_bytes(text.view()), path);
  if (status.ok()) status = base::sync_file(file->get(), path);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

Status read_key_file(const std::string& path, StoreKey& key) {
  // Nonblocking, so that a pipe of that name is refused below instead of being waited for.
  const base::Result<base::FileDescriptor> file = base::open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file.ok()) {
    if (file.code() != Code::store_missing) return file.status();
    return {Code::key_missing, "the store is sealed and its key file " + path +
                                   " is missing; name it, or pass the key"};
  }
  struct stat facts {};
  if (::fstat(file->get(), &facts) != 0) return base::errno_status(errno, "cannot stat " + path);
  if (!S_ISREG(facts.st_mode)) return {Code::store_damaged, path + " is not a regular file"};
  if ((facts.st_mode & 0007) != 0) {
    return {Code::permission_denied,
            "the key file " + path + " is open to all users; make it private: chmod o= " + path};
  }
  KeyText text;
  TOKENRY_TRY(read_text(*file, path, text));
  if (!parse_key_text(text.view(), key)) {
    return {Code::store_damaged, path +
                                     " is not a key file (one line, \"tokenry-key-1\" and 64 "
                                     "hex digits)"};
  }
  return {};
}

}  // namespace tokenry::engine
