// Handles: numbers in the guise of pointers. A closed, stale or invented one is told from a living
// one without following it, and closing waits for the calls that run.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace tokenry::capi {

// What a handle stands for; part of its number, so that kinds cannot be mixed up.
enum class HandleKind : std::uint64_t { store = 1, cursor = 2, log = 3 };

// Marks the handles that this thread is inside of, for closers to see. One line a thread, written
// by it alone: a counter in the handle's slot would be fought for by all verifying threads.
class RunningCall {
 public:
  explicit RunningCall(std::uint64_t handle) noexcept;
  ~RunningCall();
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  // False if this thread is too deep in calls that call back.
  bool marked() const { return place_ != nullptr; }

  // Waits until no thread of this process is inside a call on the handle.
  static void wait_for_others(std::uint64_t handle) noexcept;

 private:
  std::atomic<std::uint64_t>* place_ = nullptr;
};

// The living handles of one kind. Slots are reused, numbers are not.
template <typename Object, HandleKind kKind, std::size_t kCapacity>
class HandleTable {
  struct Slot {
    std::atomic<std::uint64_t> handle{0};  // 0 free
    std::uint64_t uses = 0;
    std::shared_ptr<Object> object;
  };

 public:
  // 0 if the table is full.
  std::uint64_t add(std::shared_ptr<Object> object) {
    for (std::size_t i = 0; i < kCapacity; ++i) {
      Slot& slot = slots_[i];
      std::uint64_t free = 0;
      if (!slot.handle.compare_exchange_strong(free, kReserved)) continue;
      slot.object = std::move(object);
      const std::uint64_t handle = number(++slot.uses, i);
      slot.handle.store(handle, std::memory_order_seq_cst);
      return handle;
    }
    return 0;
  }

  // Takes the object out after all calls on it have ended; null if the handle is not alive.
  std::shared_ptr<Object> remove(std::uint64_t handle) {
    Slot* slot = slot_of(handle);
    if (slot == nullptr) return nullptr;
    std::uint64_t expected = handle;
    if (!slot->handle.compare_exchange_strong(expected, kReserved)) return nullptr;
    RunningCall::wait_for_others(handle);
    std::shared_ptr<Object> object = std::move(slot->object);
    slot->object = nullptr;
    slot->handle.store(0, std::memory_order_release);
    return object;
  }

  // A call on a handle: the object stays alive until it ends; null if the handle is not alive.
  class Call {
   public:
    Call(HandleTable& table, std::uint64_t handle) noexcept : running_(handle) {
      Slot* slot = table.slot_of(handle);
      if (slot == nullptr || !running_.marked()) return;
      if (slot->handle.load(std::memory_order_seq_cst) == handle) slot_ = slot;
    }
    explicit operator bool() const { return slot_ != nullptr; }
    Object* operator->() const { return slot_->object.get(); }
    Object& operator*() const { return *slot_->object; }
    const std::shared_ptr<Object>& shared() const { return slot_->object; }

   private:
    RunningCall running_;
    Slot* slot_ = nullptr;
  };

 private:
  static constexpr std::uint64_t kReserved = 1;  // no handle: its kind bits are store's, its uses 0

  // Bits 0-1 kind, 2-17 slot, 18-63 how often the slot was used.
  static std::uint64_t number(std::uint64_t uses, std::size_t slot) {
    return uses << 18 | static_cast<std::uint64_t>(slot) << 2 | static_cast<std::uint64_t>(kKind);
  }
  Slot* slot_of(std::uint64_t handle) noexcept {
    const std::size_t slot = handle >> 2 & 0xFFFF;
    const bool fits =
        (handle & 3) == static_cast<std::uint64_t>(kKind) && slot < kCapacity && handle >> 18 != 0;
    return fits ? &slots_[slot] : nullptr;
  }

  std::array<Slot, kCapacity> slots_;
};

}  // namespace tokenry::capi
