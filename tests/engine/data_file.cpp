#include "data_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "base/file.hpp"

namespace tokenry::engine {

namespace {

constexpr std::size_t kPage = 4096;

void read_at(int fd, std::uint64_t offset, std::uint8_t* to, std::size_t size) {
  const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
  if (got != static_cast<ssize_t>(size)) throw std::runtime_error("cannot read data.mdb");
}

// All of the file but the pages of zeros at its end, which are the reserve behind the data.
ByteList read_data(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) throw std::runtime_error("cannot stat data.mdb");
  const std::array<std::uint8_t, kPage> zeros{};
  std::array<std::uint8_t, kPage> page{};
  std::size_t pages = static_cast<std::size_t>(facts.st_size) / kPage;
  for (; pages > 0; --pages) {
    read_at(fd, (pages - 1) * kPage, page.data(), kPage);
    if (std::memcmp(page.data(), zeros.data(), kPage) != 0) break;
  }
  ByteList bytes(pages * kPage);
  if (!bytes.empty()) read_at(fd, 0, bytes.data(), bytes.size());
  return bytes;
}

ByteList row_at(Store& store, storage::Table table, base::Bytes key) {
  ByteList row;
  const base::Status status = store.read([&](const Rows& rows) -> base::Status {
    TOKENRY_ASSIGN(const auto found, rows.view().find(table, key));
    if (found) row.assign(found->begin(), found->end());
    return {};
  });
  if (!status.ok() || row.empty()) throw std::runtime_error("no such row " + status.text());
  return row;
}

}  // namespace

DataFile::Places DataFile::places_of(base::Bytes bytes) const {
  const base::FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  const ByteList data = read_data(file.get());
  const std::string_view text = base::as_text(data);
  Places places;
  for (std::size_t at = text.find(base::as_text(bytes)); at != std::string_view::npos;
       at = text.find(base::as_text(bytes), at + 1)) {
    places.push_back(at);
  }
  return places;
}

void DataFile::write(const Places& places, base::Bytes bytes) const {
  const base::FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  for (const std::uint64_t at : places) {
    const ssize_t written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("cannot write");
  }
}

std::size_t DataFile::replace(base::Bytes bytes, base::Bytes with) const {
  const Places places = places_of(bytes);
  write(places, with);
  return places.size();
}

ByteList row_of(Store& store, storage::Table table, std::string_view key) {
  return row_at(store, table, base::as_bytes(key));
}

ByteList row_of(Store& store, storage::Table table, std::uint32_t key) {
  return row_at(store, table, storage::NumberKey(key));
}

ByteList record_of(Store& store, std::uint32_t slot) {
  ByteList bytes;
  const base::Status status = store.read([&](const Rows& rows) -> base::Status {
    TOKENRY_ASSIGN(const auto record, rows.record(slot));
    if (record) bytes.assign(record->bytes().begin(), record->bytes().end());
    return {};
  });
  if (!status.ok() || bytes.empty()) throw std::runtime_error("no such record");
  return bytes;
}

ByteList with_flipped_bit(ByteList bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1U << bit % 8);
  return bytes;
}

}  // namespace tokenry::engine
