// SPDX-License-Identifier: Apache-2.0
// Stands behind a user's driver: what the runner calls.
void atoll_run(const double* input, std::size_t, atoll::Answer& answer) { run(atl::instance_of(input), answer); }
