// SPDX-License-Identifier: Apache-2.0
/// @file Defines what the headers of this room declare. Include it in one source file of a program.
#pragma once

#include <ai500/storage/files.ipp>
#include <ai500/storage/hash.ipp>
#include <ai500/storage/safetensors.ipp>
