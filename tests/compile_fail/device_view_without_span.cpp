// SPDX-License-Identifier: Apache-2.0
// Where data lives is part of the type: the host has no span of a device's memory.
// expect: span
#include "sound_policies.hpp"

#ifdef FAULT
using Where = sound::Device;
#else
using Where = ai500::devices::Host;
#endif

float first(ai500::View<float, Where> view) { return view.span()[0]; }
