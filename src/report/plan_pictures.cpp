// SPDX-License-Identifier: Apache-2.0
// Pictures of a training plan.
#include "atoll/report/plan_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "atoll/plan/pipeline_timeline.hpp"
#include "atoll/report/numbers.hpp"
#include "report/svg.hpp"

namespace atl::report {
namespace {

using plan::PipelineSlot;
using plan::StageMemory;

struct MemoryPart {
    const char* name;
    double StageMemory::*gib;
    const char* colour;
};
/// Okabe and Ito's colours, safe for colour-blind readers.
constexpr std::array<MemoryPart, 7> memory_parts{{{"weights", &StageMemory::weights, "#0072b2"},
                                                  {"gradients", &StageMemory::gradients, "#56b4e9"},
                                                  {"optimizer", &StageMemory::optimizer, "#009e73"},
                                                  {"activations", &StageMemory::activations, "#e69f00"},
                                                  {"workspace", &StageMemory::workspace, "#d55e00"},
                                                  {"runtime", &StageMemory::runtime, "#999999"},
                                                  {"fragmentation", &StageMemory::fragmentation, "#cc79a7"}}};

constexpr double left = 70;
constexpr double top = 60;
constexpr double frame_width = 640;
constexpr double frame_height = 320;
constexpr std::uint32_t width = 880;

struct Legend {
    std::string name;
    const char* colour;
};

void draw_legend(svg::Document& document, const std::vector<Legend>& entries) {
    double y = top + 10;
    for (const Legend& entry : entries) {
        document.rectangle({left + frame_width + 24, y - 10}, 12, 12, entry.colour, "none");
        document.text({left + frame_width + 42, y}, entry.name, {});
        y += 20;
    }
}

}  // namespace

std::string memory_picture(const std::vector<StageMemory>& stages, const std::vector<double>& capacity_gib,
                           const std::string& title) {
    double highest = *std::max_element(capacity_gib.begin(), capacity_gib.end());
    for (const StageMemory& stage : stages) highest = std::max(highest, stage.total());
    const double scale = frame_height / (1.05 * highest);
    svg::Document document(width, static_cast<std::uint32_t>(top + frame_height + 60), title);
    document.text({left, 24}, "Memory of one GPU of each pipeline stage (predicted)",
                  {.size_pixels = 16, .bold = true});
    document.text({left, 44}, title, {});
    const double bar = frame_width / static_cast<double>(std::max<std::size_t>(1, stages.size()));
    for (std::size_t i = 0; i < stages.size(); ++i) {
        double y = top + frame_height;
        const double x = left + bar * static_cast<double>(i);
        for (const MemoryPart& part : memory_parts) {
            const double height = stages[i].*part.gib * scale;
            y -= height;
            document.rectangle({x + 0.1 * bar, y}, 0.8 * bar, height, part.colour, "none");
        }
        const std::size_t every = (stages.size() + 15) / 16;
        if (i % every != 0) continue;
        document.text({x + bar / 2, y - 4}, short_number(stages[i].total(), 3),
                      {.size_pixels = 11, .anchor = svg::Anchor::middle});
        document.text({x + bar / 2, top + frame_height + 18}, std::to_string(i), {.anchor = svg::Anchor::middle});
    }
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const double limit = top + frame_height - capacity_gib[i] * scale;
        const double x = left + bar * static_cast<double>(i);
        document.line({x, limit}, {x + bar, limit}, "#d00000", 1.5, "6 3");
        if (i == 0 || capacity_gib[i] != capacity_gib[i - 1]) {
            document.text({x + 4, limit - 4}, short_number(capacity_gib[i], 3) + " GiB",
                          {.size_pixels = 12, .colour = "#d00000"});
        }
    }
    document.line({left, top}, {left, top + frame_height}, "#333333", 1);
    document.line({left, top + frame_height}, {left + frame_width, top + frame_height}, "#333333", 1);
    document.text({left - 8, top + frame_height}, "0", {.anchor = svg::Anchor::end});
    document.text({left + frame_width / 2, top + frame_height + 40}, "pipeline stage", {.anchor = svg::Anchor::middle});
    document.text({24, top + frame_height / 2}, "GiB", {.anchor = svg::Anchor::middle, .upwards = true});
    std::vector<Legend> legend;
    legend.reserve(memory_parts.size());
    for (const MemoryPart& part : memory_parts) legend.push_back({part.name, part.colour});
    std::reverse(legend.begin(), legend.end());
    draw_legend(document, legend);
    return document.str();
}

namespace {

/// What of a pipeline is drawn.
struct Timeline {
    std::vector<PipelineSlot> slots;
    std::uint32_t stages = 1;
    std::uint32_t drawn_micro_batches = 1;
    std::uint32_t micro_batches = 1;
    bool has_weight_gradients = false;
    std::vector<std::string> types;  ///< of each stage; empty: all alike
};

/// Three rounds show warm-up, steady state and cool-down.
std::uint32_t micro_batches_to_draw(std::uint32_t stages, std::uint32_t micro_batches) {
    constexpr std::uint32_t rounds = 3;
    return std::min(micro_batches, std::max(8U / stages, rounds) * stages);
}

/// Colours of types of GPU, in the order in which they come.
constexpr std::array<const char*, 6> type_colours{"#0072b2", "#d55e00", "#cc79a7", "#f0e442", "#999999", "#000000"};

void draw_types(svg::Document& document, const Timeline& timeline, std::uint32_t rows, double row,
                std::vector<Legend>& legend) {
    std::vector<std::string> seen;
    for (std::uint32_t stage = 0; stage < std::min<std::size_t>(rows, timeline.types.size()); ++stage) {
        const std::string& type = timeline.types[stage];
        auto place = std::find(seen.begin(), seen.end(), type);
        if (place == seen.end()) place = seen.insert(seen.end(), type);
        const char* colour = type_colours.at(static_cast<std::size_t>(place - seen.begin()) % type_colours.size());
        document.rectangle({left - 6, top + row * stage + 1}, 5, row - 2, colour, "none");
    }
    for (std::size_t i = 0; i < seen.size(); ++i) legend.push_back({seen[i], type_colours.at(i % type_colours.size())});
}

std::string draw_timeline(const Timeline& timeline, const std::string& title) {
    double end = 0;
    for (const PipelineSlot& slot : timeline.slots) end = std::max(end, slot.end);
    constexpr std::uint32_t most_rows = 32;
    const std::uint32_t rows = std::min(timeline.stages, most_rows);
    const double row = std::min(26.0, frame_height / rows);
    const double height = row * rows;
    svg::Document document(width, static_cast<std::uint32_t>(top + height + 60), title);
    document.text({left, 24}, "Timeline of the pipeline (predicted)", {.size_pixels = 16, .bold = true});
    document.text({left, 44}, title, {});
    constexpr std::array<const char*, 3> colours{"#56b4e9", "#009e73", "#e69f00"};
    const double scale = frame_width / std::max(end, 1e-12);
    for (const PipelineSlot& slot : timeline.slots) {
        if (slot.stage >= rows) continue;
        const double x = left + slot.begin * scale;
        const double wide = (slot.end - slot.begin) * scale;
        const double y = top + row * slot.stage;
        document.rectangle({x, y + 1}, wide, row - 2, colours.at(static_cast<std::size_t>(slot.work)), "#ffffff");
        if (wide >= 14 && row >= 14) {
            document.text({x + wide / 2, y + row / 2 + 4}, std::to_string(slot.micro_batch + 1),
                          {.size_pixels = 10, .anchor = svg::Anchor::middle});
        }
    }
    for (std::uint32_t stage = 0; stage < rows; stage += (rows + 15) / 16) {
        document.text({left - 8, top + row * stage + row / 2 + 4}, std::to_string(stage),
                      {.size_pixels = 11, .anchor = svg::Anchor::end});
    }
    document.text({24, top + height / 2}, "stage", {.anchor = svg::Anchor::middle, .upwards = true});
    document.line({left, top + height}, {left + frame_width, top + height}, "#333333", 1);
    document.text({left, top + height + 18}, "0", {});
    document.text({left + frame_width, top + height + 18}, short_number(end, 3) + " s", {.anchor = svg::Anchor::end});
    std::string note = fmt::format("{} of {} micro-batches", timeline.drawn_micro_batches, timeline.micro_batches);
    if (rows < timeline.stages) note += fmt::format(", {} of {} stages", rows, timeline.stages);
    document.text({left + frame_width / 2, top + height + 40}, note, {.anchor = svg::Anchor::middle});
    std::vector<Legend> legend{{"forward", colours[0]}, {"backward", colours[1]}};
    if (timeline.has_weight_gradients) legend.push_back({"weight gradient", colours[2]});
    draw_types(document, timeline, rows, row, legend);
    draw_legend(document, legend);
    return document.str();
}

}  // namespace

std::string timeline_picture(const plan::CostTerms& terms, const plan::PipelineShape& shape, const std::string& title) {
    plan::PipelineShape drawn = shape;
    drawn.micro_batches = micro_batches_to_draw(shape.stages, shape.micro_batches);
    return draw_timeline({.slots = plan::pipeline_timeline(terms, drawn),
                          .stages = shape.stages,
                          .drawn_micro_batches = drawn.micro_batches,
                          .micro_batches = shape.micro_batches,
                          .has_weight_gradients = shape.schedule == plan::Schedule::zero_bubble,
                          .types = {}},
                         title);
}

std::string timeline_picture(const std::vector<plan::StageWork>& stages, const std::vector<std::string>& types,
                             std::uint32_t micro_batches, const std::string& title) {
    const auto count = static_cast<std::uint32_t>(stages.size());
    const std::uint32_t drawn = micro_batches_to_draw(count, micro_batches);
    return draw_timeline({.slots = plan::pipeline_timeline(stages, drawn),
                          .stages = count,
                          .drawn_micro_batches = drawn,
                          .micro_batches = micro_batches,
                          .has_weight_gradients = false,
                          .types = types},
                         title);
}

std::string money_picture(const std::vector<PricedPlan>& front, const std::vector<PricedPlan>& others,
                          const std::string& title) {
    double fastest = 0;
    double dearest = 0;
    for (const auto* plans : {&front, &others}) {
        for (const PricedPlan& plan : *plans) {
            fastest = std::max(fastest, plan.tokens_per_second);
            dearest = std::max(dearest, plan.dollars_per_million_tokens);
        }
    }
    const auto at = [&](const PricedPlan& plan) {
        return svg::Position{
            left + frame_width * plan.tokens_per_second / (1.05 * std::max(fastest, 1e-300)),
            top + frame_height - frame_height * plan.dollars_per_million_tokens / (1.05 * std::max(dearest, 1e-300))};
    };
    svg::Document document(width, static_cast<std::uint32_t>(top + frame_height + 60), title);
    document.text({left, 24}, "Speed against money (predicted)", {.size_pixels = 16, .bold = true});
    document.text({left, 44}, title, {});
    document.line({left, top}, {left, top + frame_height}, "#333333", 1);
    document.line({left, top + frame_height}, {left + frame_width, top + frame_height}, "#333333", 1);
    for (std::size_t i = 1; i < front.size(); ++i) {
        const svg::Position from = at(front[i - 1]);
        const svg::Position to = at(front[i]);
        document.line(from, {to.x, from.y}, "#56b4e9", 1);
        document.line({to.x, from.y}, to, "#56b4e9", 1);
    }
    const auto mark = [&](const PricedPlan& plan, const char* colour) {
        const svg::Position point = at(plan);
        document.rectangle({point.x - 3, point.y - 3}, 6, 6, colour, "none");
        if (!plan.label.empty()) document.text({point.x + 6, point.y - 6}, plan.label, {.size_pixels = 11});
    };
    for (const PricedPlan& plan : front) mark(plan, "#0072b2");
    for (const PricedPlan& plan : others) mark(plan, "#d55e00");
    document.text({left + frame_width, top + frame_height + 18}, short_number(fastest * 1.05, 3) + " tokens / s",
                  {.anchor = svg::Anchor::end});
    document.text({left, top + frame_height + 18}, "0", {});
    document.text({left - 8, top + 8}, short_number(dearest * 1.05, 3),
                  {.size_pixels = 11, .anchor = svg::Anchor::end});
    document.text({24, top + frame_height / 2}, "dollars for a million tokens",
                  {.anchor = svg::Anchor::middle, .upwards = true});
    draw_legend(document, {{"front", "#0072b2"}, {"one type alone", "#d55e00"}});
    return document.str();
}

}  // namespace atl::report
