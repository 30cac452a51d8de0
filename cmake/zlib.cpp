// SPDX-License-Identifier: Apache-2.0
#include <ai500/datasets/fashion_mnist.ipp>
