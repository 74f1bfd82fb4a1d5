// SPDX-License-Identifier: Apache-2.0
// Names of origins.
#include "atoll/core/record.hpp"

namespace atl {

std::string_view to_string(Origin origin) {
    switch (origin) {
        case Origin::measured:
            return "measured";
        case Origin::replayed:
            return "replayed";
        case Origin::emulated:
            return "emulated";
        case Origin::predicted:
            return "predicted";
    }
    return "unknown";
}

}  // namespace atl
