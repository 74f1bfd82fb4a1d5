// SPDX-License-Identifier: Apache-2.0
// Reading the file of a space: exact keys, lists without doubles, known names.
#include "atoll/plan/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"

namespace atl::plan {
namespace {

using toml_text::Entry;

struct Place {
    std::string_view file;
    const Entry& entry;
};

[[noreturn]] void refuse(const Place& place, std::string_view what) {
    throw InputError(
        fmt::format("{}:{}:{}: '{}' {}", place.file, place.entry.line, place.entry.column, place.entry.key, what));
}

template <class Item>
std::vector<Item> list(const Place& place, std::string_view wanted) {
    const auto* items = std::get_if<std::vector<Item>>(&place.entry.value);
    const auto* texts = std::get_if<std::vector<std::string>>(&place.entry.value);
    if (texts != nullptr && texts->empty()) return {};  // `[]` is a list of anything
    if (items == nullptr) {
        refuse(place, fmt::format("must be {}, not {}", wanted, toml_text::kind_of(place.entry.value)));
    }
    for (std::size_t i = 0; i < items->size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if ((*items)[i] == (*items)[j]) refuse(place, "lists a value twice; a plan must count once");
        }
    }
    return *items;
}

std::string text(const Place& place) {
    if (const auto* value = std::get_if<std::string>(&place.entry.value)) return *value;
    refuse(place, fmt::format("must be a string, not {}", toml_text::kind_of(place.entry.value)));
}

std::vector<std::uint32_t> sizes(const Place& place, std::int64_t least, std::int64_t most) {
    std::vector<std::uint32_t> values;
    for (const std::int64_t value : list<std::int64_t>(place, "a list of integers")) {
        if (value < least || value > most) {
            refuse(place, fmt::format("must hold numbers between {} and {}, not {}", least, most, value));
        }
        values.push_back(static_cast<std::uint32_t>(value));
    }
    std::sort(values.begin(), values.end());
    return values;
}

std::vector<bool> switches(const Place& place) { return list<bool>(place, "a list of booleans"); }

template <class Enumeration>
std::vector<Enumeration> names(const Place& place, const std::vector<Enumeration>& known) {
    std::vector<std::string> spellings;
    spellings.reserve(known.size());
    for (const Enumeration value : known) spellings.push_back(to_string(value));
    std::vector<Enumeration> values;
    for (const std::string& name : list<std::string>(place, "a list of strings")) {
        const auto found = std::find(spellings.begin(), spellings.end(), name);
        if (found == spellings.end()) {
            refuse(place, fmt::format("must hold '{}', not '{}'{}", fmt::join(spellings, "', '"), name,
                                      did_you_mean(name, spellings)));
        }
        values.push_back(known[static_cast<std::size_t>(found - spellings.begin())]);
    }
    std::sort(values.begin(), values.end());
    return values;
}

constexpr std::int64_t largest = std::numeric_limits<std::uint16_t>::max();

using Reader = void (*)(Space&, const Place&);
/// Every key of a space's file.
const std::vector<std::pair<std::string, Reader>>& readers() {
    static const std::vector<std::pair<std::string, Reader>> table{
        {"name", [](Space& space, const Place& at) { space.name = text(at); }},
        {"description", [](Space& space, const Place& at) { space.description = text(at); }},
        {"tensor", [](Space& space, const Place& at) { space.tensor = sizes(at, 1, largest); }},
        {"pipeline", [](Space& space, const Place& at) { space.pipeline = sizes(at, 1, largest); }},
        {"context", [](Space& space, const Place& at) { space.context = sizes(at, 1, largest); }},
        {"expert", [](Space& space, const Place& at) { space.expert = sizes(at, 1, largest); }},
        {"virtual_stages", [](Space& space, const Place& at) { space.virtual_stages = sizes(at, 1, largest); }},
        {"micro_batch", [](Space& space, const Place& at) { space.micro_batch = sizes(at, 1, largest); }},
        {"schedule",
         [](Space& space, const Place& at) {
             space.schedule = names<Schedule>(
                 at, {Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble});
         }},
        {"recompute",
         [](Space& space, const Place& at) {
             space.recompute = names<Recompute>(at, {Recompute::none, Recompute::selective, Recompute::full});
         }},
        {"recompute_method",
         [](Space& space, const Place& at) {
             space.recompute_method = names<RecomputeMethod>(at, {RecomputeMethod::uniform, RecomputeMethod::block});
         }},
        {"recompute_layers", [](Space& space, const Place& at) { space.recompute_layers = sizes(at, 1, largest); }},
        {"zero_stage", [](Space& space, const Place& at) { space.zero_stage = sizes(at, 0, 3); }},
        {"sequence_parallel", [](Space& space, const Place& at) { space.sequence_parallel = switches(at); }},
        {"overlap_gradient_reduce",
         [](Space& space, const Place& at) { space.overlap_gradient_reduce = switches(at); }},
        {"overlap_parameter_gather",
         [](Space& space, const Place& at) { space.overlap_parameter_gather = switches(at); }},
        {"overlap_p2p", [](Space& space, const Place& at) { space.overlap_p2p = switches(at); }},
        {"overlap_tensor_parallel",
         [](Space& space, const Place& at) { space.overlap_tensor_parallel = switches(at); }},
        {"flash_attention", [](Space& space, const Place& at) { space.flash_attention = switches(at); }},
        {"offload_optimizer", [](Space& space, const Place& at) { space.offload_optimizer = switches(at); }},
        {"precision",
         [](Space& space, const Place& at) {
             space.precision = names<Precision>(at, {Precision::bf16, Precision::fp8});
         }},
    };
    return table;
}

/// Axes whose empty list means "every value that fits"; any other axis needs a value.
bool may_be_empty(std::string_view key) {
    return key == "pipeline" || key == "expert" || key == "virtual_stages" || key == "recompute_layers";
}

bool is_empty_list(const Entry& entry) {
    const auto* texts = std::get_if<std::vector<std::string>>(&entry.value);
    return texts != nullptr && texts->empty();
}

}  // namespace

Space parse_space(std::string_view toml, std::string_view file_name) {
    Space space;
    std::vector<std::string> keys;
    for (const auto& [key, read] : readers()) keys.push_back(key);
    for (const Entry& entry : toml_text::parse(toml, file_name)) {
        const Place place{file_name, entry};
        const auto reader = std::find_if(readers().begin(), readers().end(),
                                         [&](const auto& candidate) { return candidate.first == entry.key; });
        if (reader == readers().end()) {
            throw InputError(fmt::format("{}:{}:{}: unknown key '{}'{}", file_name, entry.line, entry.column, entry.key,
                                         did_you_mean(entry.key, keys)));
        }
        if (is_empty_list(entry) && !may_be_empty(entry.key)) refuse(place, "must hold a value at least");
        reader->second(space, place);
    }
    if (space.name.empty()) throw InputError(fmt::format("{}: the space has no 'name'; give it one", file_name));
    return space;
}

}  // namespace atl::plan
