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
    const char* name;
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

std::string memory_picture(const std::vector<StageMemory>& stages, double capacity_gib, const std::string& title) {
    double highest = capacity_gib;
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
    const double limit = top + frame_height - capacity_gib * scale;
    document.line({left, limit}, {left + frame_width, limit}, "#d00000", 1.5, "6 3");
    document.text({left + 4, limit - 4}, short_number(capacity_gib, 3) + " GiB",
                  {.size_pixels = 12, .colour = "#d00000"});
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

std::string timeline_picture(const plan::CostTerms& terms, const plan::PipelineShape& shape, const std::string& title) {
    plan::PipelineShape drawn = shape;
    // three rounds show warm-up, steady state and cool-down
    const std::uint32_t rounds = 3;
    drawn.micro_batches = std::min(shape.micro_batches, std::max(8U / shape.stages, rounds) * shape.stages);
    const std::vector<PipelineSlot> slots = plan::pipeline_timeline(terms, drawn);
    double end = 0;
    for (const PipelineSlot& slot : slots) end = std::max(end, slot.end);
    constexpr std::uint32_t most_rows = 32;
    const std::uint32_t rows = std::min(shape.stages, most_rows);
    const double row = std::min(26.0, frame_height / rows);
    const double height = row * rows;
    svg::Document document(width, static_cast<std::uint32_t>(top + height + 60), title);
    document.text({left, 24}, "Timeline of the pipeline (predicted)", {.size_pixels = 16, .bold = true});
    document.text({left, 44}, title, {});
    constexpr std::array<const char*, 3> colours{"#56b4e9", "#009e73", "#e69f00"};
    const double scale = frame_width / std::max(end, 1e-12);
    for (const PipelineSlot& slot : slots) {
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
    std::string note = fmt::format("{} of {} micro-batches", drawn.micro_batches, shape.micro_batches);
    if (rows < shape.stages) note += fmt::format(", {} of {} stages", rows, shape.stages);
    document.text({left + frame_width / 2, top + height + 40}, note, {.anchor = svg::Anchor::middle});
    std::vector<Legend> legend{{"forward", colours[0]}, {"backward", colours[1]}};
    if (shape.schedule == plan::Schedule::zero_bubble) legend.push_back({"weight gradient", colours[2]});
    draw_legend(document, legend);
    return document.str();
}

}  // namespace atl::report
