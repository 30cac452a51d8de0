// SPDX-License-Identifier: Apache-2.0
/// @file What a device writes down of the sums that it makes, in the order of its work: so it is
/// known of recorded steps, too, which the host has no part in.
#pragma once

#include <cstdint>

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500 {

namespace collectives::functors {

/// Parts of a reduction since the beginning, and nanoseconds: what the host sees.
struct SumCounts {
  std::uint64_t begun = 0;    ///< parts that the device has computed and come to the sum of
  std::uint64_t ended = 0;    ///< parts of them that are sums
  std::uint64_t hidden = 0;   ///< a part was under way while the device computed
  std::uint64_t exposed = 0;  ///< the device waited for a part
};

/// The counts, in the device's own memory, and its notes of the step that it does.
struct SumLedger {
  SumCounts counts;
  std::uint64_t begun_at = 0;       ///< the part under way
  std::uint64_t ended_at = 0;       ///< the last part
  std::uint64_t waiting_since = 0;  ///< the device has nothing else to do
  std::uint64_t under_way = 0;      ///< nanoseconds of the step's parts
};

/// Where sums are made: a part begins.
struct BeginSum {
  SumLedger* ledger;
  SumCounts* seen;

  AI500_HOST_DEVICE void operator()(Count) const {
    ledger->begun_at = nanoseconds_now();
    publish(&seen->begun, ++ledger->counts.begun);
  }
};

/// Where sums are made: the part is a sum.
struct EndSum {
  SumLedger* ledger;
  SumCounts* seen;

  AI500_HOST_DEVICE void operator()(Count) const {
    ledger->ended_at = nanoseconds_now();
    ledger->under_way += ledger->ended_at - ledger->begun_at;
    publish(&seen->ended, ++ledger->counts.ended);
  }
};

/// Where the device computes: from now on it waits for what it has begun.
struct BeginWait {
  SumLedger* ledger;

  AI500_HOST_DEVICE void operator()(Count) const { ledger->waiting_since = nanoseconds_now(); }
};

/// Where the device computes: all parts of the step are sums. What they took is exposed from when
/// the device waited, and hidden before.
struct EndWait {
  SumLedger* ledger;
  SumCounts* seen;

  AI500_HOST_DEVICE void operator()(Count) const {
    bool const waited = ledger->ended_at > ledger->waiting_since;
    std::uint64_t exposed = waited ? ledger->ended_at - ledger->waiting_since : 0;
    if (exposed > ledger->under_way) exposed = ledger->under_way;
    ledger->counts.exposed += exposed;
    ledger->counts.hidden += ledger->under_way - exposed;
    ledger->under_way = 0;
    publish(&seen->exposed, ledger->counts.exposed);
    publish(&seen->hidden, ledger->counts.hidden);
  }
};

}  // namespace collectives::functors

template <class Note>
  requires cuda::OneOf<Note, collectives::functors::BeginSum, collectives::functors::EndSum,
                       collectives::functors::BeginWait, collectives::functors::EndWait>
inline constexpr bool cuda::has_device_code<Note> = true;

}  // namespace ai500
