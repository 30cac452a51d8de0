// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of batch normalization (Ioffe and Szegedy 2015). All sums are made
/// in double. m = n h w is the number of elements of a channel, x^ = (x - mean) / sqrt(variance +
/// epsilon).
#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/sum.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

/// A channel's mean and 1 / sqrt(variance + epsilon).
struct ChannelStatistics {
  double mean;
  double inverse_deviation;
};

/// @param statistics (2, c): means, then variances
template <class T>
ChannelStatistics channel_statistics(T const* statistics, Count channels, Count channel,
                                     double epsilon) {
  return {static_cast<double>(statistics[channel]),
          1 / std::sqrt(static_cast<double>(statistics[channels + channel]) + epsilon)};
}

namespace detail {

constexpr Shape statistics_shape(Count channels) { return {.items = 2, .channels = channels}; }

/// f(channel, first) for each plane of x (n, c, h, w), `first` the index of its first element.
template <class F>
void for_each_plane(Shape const& x, F const& f) {
  Count first = 0;
  for (Count item = 0; item < x.items; ++item)
    for (Count channel = 0; channel < x.channels; ++channel, first += x.height * x.width)
      f(channel, first);
}

}  // namespace detail

/// mean = sum x / m, then variance = sum (x - mean)^2 / m: two passes, so that nothing cancels.
struct NormalizationStatistics {
  static constexpr std::string_view name = "reference";
  using operation = steps::NormalizationStatistics;

  struct Prepared {
    Typed<Prepared> compute;
    Shape x;

    template <class T>
    void run_typed(Arguments arguments) const {
      T const* input = arguments.read<T>(0);
      T* statistics = arguments.write<T>(0);
      double const m = static_cast<double>(x.items * x.height * x.width);
      for (Count channel = 0; channel < x.channels; ++channel) {
        double const mean = channel_sum(x, channel, [=](Count i) { return input[i]; }) / m;
        double const squares = channel_sum(x, channel, [=](Count i) {
          double const deviation = static_cast<double>(input[i]) - mean;
          return deviation * deviation;
        });
        statistics[channel] = static_cast<T>(mean);
        statistics[x.channels + channel] = static_cast<T>(squares / m);
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    Shape const& x = shapes.reads[0];
    check.equal("statistics", shapes.writes[0], detail::statistics_shape(x.channels));
    return {typed<Prepared>(operation::name, types), x};
  }
};
static_assert(KernelPolicy<NormalizationStatistics, devices::Host>);

/// y = x^ scale + shift
struct NormalizationApply {
  static constexpr std::string_view name = "reference";
  using operation = steps::NormalizationApply;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}}; }

  struct Prepared {
    Typed<Prepared> compute;
    devices::Host* device;
    Shape x;
    double epsilon;

    template <class T>
    void run_typed(Arguments arguments) const {
      T const* statistics = arguments.read<T>(1);
      T const* scale = arguments.read<T>(2);
      T const* shift = arguments.read<T>(3);
      detail::for_each_plane(x, [&](Count channel, Count first) {
        auto const of = channel_statistics(statistics, x.channels, channel, epsilon);
        T const mean = static_cast<T>(of.mean);
        T const factor = static_cast<T>(of.inverse_deviation * static_cast<double>(scale[channel]));
        T const added = shift[channel];
        T const* from = arguments.read<T>(0) + first;
        T* to = arguments.write<T>(0) + first;
        device->for_each(x.height * x.width,
                         [=](Count i) { to[i] = (from[i] - mean) * factor + added; });
      });
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 4, 1);
    Shape const& x = shapes.reads[0];
    check.equal("statistics", shapes.reads[1], detail::statistics_shape(x.channels));
    check.equal("scale", shapes.reads[2], {.items = x.channels});
    check.equal("shift", shapes.reads[3], {.items = x.channels});
    check.equal("y", shapes.writes[0], x);
    return {typed<Prepared>(operation::name, types), &device, x, what.epsilon};
  }
};
static_assert(KernelPolicy<NormalizationApply, devices::Host>);

/// dscale = sum dy x^, dshift = sum dy, over each channel.
struct NormalizationParameterGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::NormalizationParameterGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Shape x;
    double epsilon;

    template <class T>
    void run_typed(Arguments arguments) const {
      T const* dy = arguments.read<T>(0);
      T const* input = arguments.read<T>(1);
      T const* statistics = arguments.read<T>(2);
      for (Count channel = 0; channel < x.channels; ++channel) {
        auto const of = channel_statistics(statistics, x.channels, channel, epsilon);
        double const dscale = channel_sum(x, channel, [=](Count i) {
          double const normalized =
              (static_cast<double>(input[i]) - of.mean) * of.inverse_deviation;
          return static_cast<double>(dy[i]) * normalized;
        });
        double const dshift = channel_sum(x, channel, [=](Count i) { return dy[i]; });
        arguments.write<T>(0)[channel] = static_cast<T>(dscale);
        arguments.write<T>(1)[channel] = static_cast<T>(dshift);
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 3, 2);
    Shape const& x = shapes.reads[1];
    check.equal("dy", shapes.reads[0], x);
    check.equal("statistics", shapes.reads[2], detail::statistics_shape(x.channels));
    check.equal("dscale", shapes.writes[0], {.items = x.channels});
    check.equal("dshift", shapes.writes[1], {.items = x.channels});
    return {typed<Prepared>(operation::name, types), x, what.epsilon};
  }
};
static_assert(KernelPolicy<NormalizationParameterGradient, devices::Host>);

/// dx = scale / sqrt(variance + epsilon) (dy - dshift / m - x^ dscale / m)
struct NormalizationDataGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::NormalizationDataGradient;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Prepared {
    Typed<Prepared> compute;
    devices::Host* device;
    Shape x;
    double epsilon;

    template <class T>
    void run_typed(Arguments arguments) const {
      T const* statistics = arguments.read<T>(2);
      T const* scale = arguments.read<T>(3);
      T const* dscale = arguments.read<T>(4);
      T const* dshift = arguments.read<T>(5);
      double const m = static_cast<double>(x.items * x.height * x.width);
      detail::for_each_plane(x, [&](Count channel, Count first) {
        auto const of = channel_statistics(statistics, x.channels, channel, epsilon);
        T const mean = static_cast<T>(of.mean);
        T const factor = static_cast<T>(of.inverse_deviation * static_cast<double>(scale[channel]));
        T const mean_dy = static_cast<T>(static_cast<double>(dshift[channel]) / m);
        T const slope =
            static_cast<T>(of.inverse_deviation * static_cast<double>(dscale[channel]) / m);
        T const* dy = arguments.read<T>(0) + first;
        T const* from = arguments.read<T>(1) + first;
        T* dx = arguments.write<T>(0) + first;
        device->for_each(x.height * x.width, [=](Count i) {
          dx[i] = factor * (dy[i] - mean_dy - (from[i] - mean) * slope);
        });
      });
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 6, 1);
    Shape const& x = shapes.reads[1];
    check.equal("dy", shapes.reads[0], x);
    check.equal("statistics", shapes.reads[2], detail::statistics_shape(x.channels));
    check.equal("scale", shapes.reads[3], {.items = x.channels});
    check.equal("dscale", shapes.reads[4], {.items = x.channels});
    check.equal("dshift", shapes.reads[5], {.items = x.channels});
    check.equal("dx", shapes.writes[0], x);
    return {typed<Prepared>(operation::name, types), &device, x, what.epsilon};
  }
};
static_assert(KernelPolicy<NormalizationDataGradient, devices::Host>);

/// running = (1 - momentum) running + momentum (summed / batches), where the batches' variances are
/// multiplied by `variance_correction` too. The result may stand in the place of `running`.
struct UpdateRunningStatistics {
  static constexpr std::string_view name = "reference";
  using operation = steps::UpdateRunningStatistics;

  struct Prepared {
    Typed<Prepared> compute;
    operation what;
    Count channels;

    template <class T>
    void run_typed(Arguments arguments) const {
      functors::UpdatedRunningStatistics<T> const update{
          arguments.read<T>(0), arguments.read<T>(1), arguments.write<T>(0),   channels,
          what.momentum,        what.batches,         what.variance_correction};
      for (Count i = 0; i < 2 * channels; ++i) update(i);
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for types it does not
  /// accumulate in
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    Count const channels = shapes.reads[0].channels;
    check.equal("summed statistics", shapes.reads[0], detail::statistics_shape(channels));
    check.equal("running statistics", shapes.reads[1], shapes.reads[0]);
    check.equal("the new running statistics", shapes.writes[0], shapes.reads[0]);
    return {typed_accumulation<Prepared>(operation::name, types), what, channels};
  }
};
static_assert(KernelPolicy<UpdateRunningStatistics, devices::Host>);

}  // namespace ai500::kernels::reference
