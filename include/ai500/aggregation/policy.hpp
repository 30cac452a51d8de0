// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <span>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/core/named.hpp>

namespace ai500 {

template <class A>
concept AggregatesPredictions = requires(std::span<Predictions const> members) {
  { A::aggregate(members) } -> std::same_as<Predictions>;
};

/// Makes one prediction of the members' (section 3.1.1, step 6 of section 3.3).
///
/// Semantics: `aggregate` is pure; the members come in the order of their jobs, and the result has
/// their shape; the same members in the same order give the same bits; predictions that do not fit
/// together throw an Error (`require_same_shape`). Any number of members from 1 will do: the vote
/// is over those that are present.
///
/// Models: aggregation::SoftVote, aggregation::MajorityVote.
template <class A>
concept AggregationPolicy = Named<A> && AggregatesPredictions<A>;

}  // namespace ai500
