// SPDX-License-Identifier: Apache-2.0
// Nothing: the target of what is precompiled must have a file.
