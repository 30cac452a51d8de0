// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of reorder.hpp.
#pragma once

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/reorder.hpp>

namespace ai500::kernels::onednn::native {

struct Reorder::Prepared::State {
  Engine engine;
  dnnl::reorder primitive;
  Memory from, to;
};

void Reorder::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, from, to] = *state;
  point(from, arguments.read<void>(0));
  point(to, arguments.write<void>(0));
  execute(primitive, engine.stream, {{DNNL_ARG_FROM, &from}, {DNNL_ARG_TO, &to}});
}

Reorder::Prepared Reorder::prepare(devices::Host&, operation const&, Shapes const& shapes,
                                   Types types) {
  return built(operation::name, types, [&] {
    Engine const engine;
    Memory from =
        elsewhere(descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute), engine);
    Memory to =
        elsewhere(descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute), engine);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, dnnl::reorder(from, to), from, to})};
  });
}

}  // namespace ai500::kernels::onednn::native
