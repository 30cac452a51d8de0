// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <ai500/graph/flops.hpp>
#include <ai500/models/resnet.hpp>

static_assert(ai500::flops(ai500::models::resnet50(224)).training == 22'983'942'144);

int main() {
  std::printf("ResNet-50: %lld FLOPs to train on one image\n",
              static_cast<long long>(ai500::flops(ai500::models::resnet50(224)).training));
}
