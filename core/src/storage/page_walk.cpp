#include "storage/page_walk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/status.hpp"
#include "base/text.hpp"
#include "storage/table.hpp"
#include "storage/tree_walk.hpp"

namespace tokenry::storage {

using base::Bytes;
namespace layout = lmdb_layout;

namespace {

// No store's map is larger. LMDB would ask for as much as the meta page says.
constexpr std::uint64_t kLargestMapBytes = std::uint64_t{16} << 40;

bool is_free_list_entry(const TreeWalk::Entry& entry, std::uint64_t txn_id) {
  const std::uint64_t freed_by = layout::number_at(entry.key, 0, 8);
  return freed_by != 0 && freed_by <= txn_id && entry.data_size >= 8 && entry.data_size % 8 == 0;
}

}  // namespace

PageWalk::PageWalk(int fd, const layout::Metas& metas, const layout::Meta& meta,
                   base::Findings& findings, base::Progress& progress)
    : fd_(fd), metas_(metas), meta_(meta), findings_(findings), progress_(progress) {}

bool PageWalk::run() {
  check_metas();
  if (!check_file_size()) return false;
  claimed_.assign(meta_.last_page + 1, false);
  claimed_[0] = claimed_[1] = true;
  claimed_count_ = 2;
  std::vector<layout::Database> tables(kTableCount);
  if (!walk_main(tables)) return false;
  for (std::size_t i = 0; i < kTableCount; ++i) {
    const TreeKind kind{std::string("table ") + kTables[i].name, kTables[i].integer_key ? 4U : 0U};
    TreeWalk(*this, kind, tables[i], [](const TreeWalk::Entry&) {}).run();
  }
  walk_free_list();
  // What a damaged tree held looks lost, so counting says something of whole ones alone.
  if (!findings_.empty()) return false;
  count_lost_pages();
  return true;
}

void PageWalk::check_metas() {
  const auto add = [&](unsigned index, const std::string& what) {
    findings_.add("meta page " + std::to_string(index) + " " + what);
  };
  const layout::Meta& newest = metas_.newest();
  const std::uint64_t older_id = std::min(metas_.first->txn_id, metas_.second->txn_id);
  for (const unsigned index : {0U, 1U}) {
    const layout::Meta& meta = index == 0 ? *metas_.first : *metas_.second;
    if (meta.page_number != index) add(index, "says that it is another page");
    if (meta.page_flags != layout::kMetaPage) add(index, "is not marked as one");
    if (meta.page_size != meta_.page_size) add(index, "has another page size");
    // Commits write the page of their number's last bit; a new file has two zeros.
    if (meta.txn_id % 2 != index && meta.txn_id != 0) add(index, "holds the other one's commit");
  }
  if (newest.txn_id > older_id + 1) {
    findings_.add("the meta pages are of commits " + std::to_string(older_id) + " and " +
                  std::to_string(newest.txn_id) + ", not of two that follow each other");
  }
  if (meta_.free_list.flags != layout::kIntegerKeys || meta_.main.flags != 0) {
    findings_.add("the meta page has unknown flags");
  }
}

// Whether the used part is there. What comes later takes memory by its size.
bool PageWalk::check_file_size() {
  struct stat facts {};
  const bool known = ::fstat(fd_, &facts) == 0;
  const std::uint64_t pages =
      known ? static_cast<std::uint64_t>(facts.st_size) / meta_.page_size : 0;
  const std::uint64_t map_pages = meta_.map_size_bytes / meta_.page_size;
  if (meta_.map_size_bytes > kLargestMapBytes || map_pages <= meta_.last_page) {
    findings_.add("the meta page has a map size of " + std::to_string(meta_.map_size_bytes) +
                  " bytes, which cannot be");
    return false;
  }
  if (meta_.last_page < 1) {
    findings_.add("the meta page says that the file has no pages");
    return false;
  }
  if (meta_.last_page < pages) return true;
  findings_.add("data.mdb is truncated: it has " + std::to_string(pages) + " pages of " +
                std::to_string(meta_.last_page + 1));
  return false;
}

// The tree that the tables hang from.
bool PageWalk::walk_main(std::vector<layout::Database>& tables) {
  std::vector<bool> seen(kTableCount, false);
  const auto visit = [&](const TreeWalk::Entry& entry) {
    const auto found = std::find_if(kTables.begin(), kTables.end(), [&](const TableFacts& table) {
      return base::as_text(entry.key) == table.name;
    });
    if (found == kTables.end()) {
      return findings_.add("there is a table " + base::quoted(base::as_text(entry.key)) +
                           ", which no store has");
    }
    if (entry.data_size != layout::kDatabaseSize) {
      return findings_.add(std::string("the head of table ") + found->name + " has a wrong size");
    }
    const auto index = static_cast<std::size_t>(found - kTables.begin());
    seen[index] = true;
    tables[index] = layout::parse_database(entry.data);
    const std::uint16_t flags = found->integer_key ? layout::kIntegerKeys : 0;
    if (tables[index].flags != flags || tables[index].pad != 0) {
      findings_.add(std::string("the head of table ") + found->name + " has unknown flags");
    }
  };
  TreeWalk(*this, {"the list of tables", 0, layout::kDatabaseNode}, meta_.main, visit).run();
  for (std::size_t i = 0; i < kTableCount; ++i) {
    if (!seen[i]) findings_.add(std::string("there is no table ") + kTables[i].name);
  }
  return std::find(seen.begin(), seen.end(), true) != seen.end();
}

void PageWalk::walk_free_list() {
  TreeKind kind{"the free list", 8};
  kind.may_have_single_child = true;
  TreeWalk(*this, kind, meta_.free_list, [&](const TreeWalk::Entry& entry) {
    if (!is_free_list_entry(entry, meta_.txn_id)) {
      return findings_.add("the free list has an entry that cannot be one");
    }
    std::vector<std::uint8_t> list(entry.data.begin(), entry.data.end());
    if (entry.chain_start != 0) {
      list.resize(entry.data_size);
      if (!read_bytes(entry.chain_start, layout::kPageHeaderSize, list, "the free list")) return;
    }
    claim_free_pages(layout::number_at(entry.key, 0, 8), list);
  }).run();
}

// The list of pages that one commit freed: their count, then their numbers, falling.
void PageWalk::claim_free_pages(std::uint64_t freed_by, Bytes list) {
  const std::string whose = "the free list of commit " + std::to_string(freed_by);
  const std::uint64_t count = layout::number_at(list, 0, 8);
  if (count > list.size() / 8 - 1) {
    return findings_.add(whose + " is longer than its room");
  }
  std::uint64_t previous = layout::kNoPage;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::uint64_t page = layout::number_at(list, 8 * i, 8);
    if (page >= previous) return findings_.add(whose + " is out of order");
    previous = page;
    if (!claim(page, 1, whose)) return;
  }
}

void PageWalk::count_lost_pages() {
  const std::uint64_t lost = meta_.last_page + 1 - claimed_count_;
  if (lost == 0) return;
  findings_.add(
      std::to_string(lost) + " pages belong to nothing, page " +
      std::to_string(std::find(claimed_.begin(), claimed_.end(), false) - claimed_.begin()) +
      " first: their room is lost, no row is");
}

bool PageWalk::claim(std::uint64_t first, std::uint64_t count, const std::string& whose) {
  const bool fits = first >= layout::kFirstDataPage && first <= meta_.last_page &&
                    count <= meta_.last_page + 1 - first;
  if (!fits) {
    findings_.add(whose + " leads to page " + std::to_string(first) +
                  ", which is beyond the used part of the file");
    return false;
  }
  for (std::uint64_t page = first; page < first + count; ++page) {
    if (claimed_[page]) {
      findings_.add(whose + " leads to page " + std::to_string(page) +
                    ", which belongs to something else too");
      return false;
    }
    claimed_[page] = true;
  }
  claimed_count_ += count;
  progress_.report(claimed_count_, 2 * (meta_.last_page + 1));
  return true;
}

bool PageWalk::read_page(std::uint64_t number, const std::string& whose,
                         std::vector<std::uint8_t>& page) {
  page.resize(meta_.page_size);
  return read_bytes(number, 0, page, whose);
}

bool PageWalk::read_bytes(std::uint64_t page, std::size_t offset, base::MutableBytes to,
                          const std::string& whose) {
  if (layout::read_at(fd_, page * meta_.page_size + offset, to.data(), to.size())) return true;
  findings_.add("page " + std::to_string(page) + ", " + whose + ": cannot be read (" +
                (errno == 0 ? "the file ends before it" : base::errno_text(errno)) + ")");
  return false;
}

}  // namespace tokenry::storage
