// Faults on demand: this program's own definitions of a few system calls, which the engine and LMDB
// reach instead of the C library's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

namespace tokenry::test::faults {

// Calls that change files, or make such changes last. Each is counted, and each may be the last
// one.
enum class Effect { fail, exit };

// From now on the `at`-th counted call (the first is 1) has the effect; 0 ends it. With fail it
// answers -1 and sets errno to error, and changes nothing; with exit the process ends before it.
void arm(unsigned at, Effect effect, int error = 0);
// The next write of a meta page, the last step of a commit, fails once with error.
void fail_meta_write(int error);
// How many calls were counted since arm().
unsigned counted();
// The call that the fault struck; "" if none.
std::string struck();

// From now on no file can grow beyond that size, as if its disk were full then; 0 ends it.
void limit_disk(std::uint64_t bytes);

// What statfs(2) answers as the type from now on; 0: the truth.
void claim_file_system(long magic);

// Runs once, before the `at`-th pread(2) of this thread.
void before_pread(unsigned at, std::function<void()> hook);
// Runs once, before the next write(2) to a file by any thread.
void before_write(std::function<void()> hook);
// Runs once, right after this thread got its next flock(2).
void after_flock(std::function<void()> hook);

}  // namespace tokenry::test::faults
