// SPDX-License-Identifier: Apache-2.0
// expect: DatasetPolicy|GivesLabels
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  int label(Split, Sample);
#endif
};
workloads::ImageClassification<models::SmallResNet, Mine, kernels::Reference> workload{};
