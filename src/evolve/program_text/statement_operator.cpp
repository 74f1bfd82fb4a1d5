// SPDX-License-Identifier: Apache-2.0
// The operator "statement": delete, swap, duplicate, move. Names stay declared before they are used.
#include <algorithm>
#include <utility>

#include "evolve/program_text/operators.hpp"
#include "evolve/program_text/rewriting.hpp"

namespace atl::evolve::program_text {
namespace {

/// A few tries with the parent's statements at hand.
class StatementChange {
public:
    StatementChange(const ProgramText& text, RandomStream& random)
        : text_(text), tree_(find_statements(text)), free_(free_statements(text, tree_)), random_(random) {}

    Child make() {
        if (free_.empty()) return std::nullopt;
        for (int attempt = 0; attempt < tries_per_reading; ++attempt) {
            if (Child child = change(draw())) return child;
        }
        return std::nullopt;
    }

private:
    Child change(const Statement& chosen) {
        switch (random_.below(4)) {
            case 0:
                return removed(chosen);
            case 1:
                return swapped(chosen);
            case 2:
                return duplicated(chosen);
            default:
                return moved(chosen);
        }
    }

    const Statement& draw() { return *free_[random_.below(free_.size())]; }

    bool is_last(const Statement& statement) const {
        const auto& all = tree_.blocks[statement.block].statements;
        return &tree_.statements[all.back()] == &statement;
    }

    Child removed(const Statement& chosen) {
        if (declares_used(text_, tree_, chosen)) return std::nullopt;
        const Function& function = tree_.functions[tree_.blocks[chosen.block].function];
        const bool result =
            chosen.leaves && is_last(chosen) && function.body.begin == tree_.blocks[chosen.block].text.begin;
        if (result) return std::nullopt;  // what the function gives back
        return text_.edited({removal(text_, tree_, chosen)});
    }

    Child swapped(const Statement& first) {
        const auto& all = tree_.blocks[first.block].statements;
        const auto here =
            std::find_if(all.begin(), all.end(), [&](std::uint32_t each) { return &tree_.statements[each] == &first; });
        if (here == all.end() || here + 1 == all.end()) return std::nullopt;
        const Statement& second = tree_.statements[*(here + 1)];
        if (second.fixed || first.leaves || second.leaves || !text_.region_of(second.text)) return std::nullopt;
        if (!names_visible(text_, tree_, second, tree_, first.text.begin)) return std::nullopt;
        return text_.edited(
            {{first.text, std::string(text_.view(second.text))}, {second.text, std::string(text_.view(first.text))}});
    }

    Child duplicated(const Statement& chosen) {
        if (chosen.leaves || declares_used(text_, tree_, chosen)) return std::nullopt;
        return text_.edited({insertion_after(text_, chosen, text_.view(chosen.text))});
    }

    Child moved(const Statement& chosen) {
        const Statement& target = draw();
        const Block& to = tree_.blocks[target.block];
        const bool same_function = to.function == tree_.blocks[chosen.block].function;
        if (chosen.text.holds(target.text) || !same_function || chosen.leaves || target.leaves) return std::nullopt;
        if (declares_used(text_, tree_, chosen) || (needs_loop(text_, chosen) && !to.in_loop)) return std::nullopt;
        const bool before = random_.below(2) == 0;
        const std::uint32_t place = before ? target.text.begin : target.text.end;
        if (!names_visible(text_, tree_, chosen, tree_, place)) return std::nullopt;
        const auto text = text_for(text_, chosen, indent_of(text_, target));
        if (!text) return std::nullopt;
        const Edit removed = removal(text_, tree_, chosen);
        if (place > removed.place.begin && place < removed.place.end) return std::nullopt;
        return text_.edited(
            {removed, before ? insertion_before(text_, target, *text) : insertion_after(text_, target, *text)});
    }

    const ProgramText& text_;
    StatementTree tree_;
    std::vector<const Statement*> free_;
    RandomStream& random_;
};

}  // namespace

Child vary_statement(const ProgramText& parent, RandomStream& random) { return StatementChange(parent, random).make(); }

}  // namespace atl::evolve::program_text
