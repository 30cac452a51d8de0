// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/training/member_record.hpp>
