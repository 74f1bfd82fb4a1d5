// SPDX-License-Identifier: Apache-2.0
// The operator "crossover": regions, bodies or statements of functions of the same name, subtrees of slots.
#include <algorithm>
#include <utility>

#include "evolve/program_text/operators.hpp"
#include "evolve/program_text/rewriting.hpp"

namespace atl::evolve::program_text {
namespace {

/// Regions of the donor in place of some, not all, of those that differ.
Child cross_regions(const ProgramText& parent, const ProgramText& donor, RandomStream& random) {
    std::vector<std::size_t> different;
    for (std::size_t i = 0; i < parent.regions().size(); ++i) {
        if (parent.view(parent.regions()[i]) != donor.view(donor.regions()[i])) different.push_back(i);
    }
    if (different.size() < 2) return std::nullopt;
    std::vector<Edit> edits;
    const std::size_t kept = random.below(different.size());
    const std::size_t taken = (kept + 1 + random.below(different.size() - 1)) % different.size();
    for (std::size_t k = 0; k < different.size(); ++k) {
        if (k == kept || (k != taken && random.below(2) == 0)) continue;
        const std::size_t i = different[k];
        edits.push_back({parent.regions()[i], std::string(donor.view(donor.regions()[i]))});
    }
    return parent.edited(std::move(edits));
}

/// Functions that both have, by name and head, and whose bodies differ and lie in regions.
struct FunctionPair {
    std::uint32_t own = 0;
    std::uint32_t donor = 0;
};

/// A few tries with both parents' statements at hand.
class FunctionCrossover {
public:
    FunctionCrossover(const ProgramText& parent, const ProgramText& donor, RandomStream& random)
        : parent_(parent),
          donor_(donor),
          tree_(find_statements(parent)),
          donor_tree_(find_statements(donor)),
          random_(random) {
        find_pairs();
    }

    Child make() {
        if (pairs_.empty()) return std::nullopt;
        for (int attempt = 0; attempt < tries_per_reading; ++attempt) {
            const FunctionPair& pair = pairs_[random_.below(pairs_.size())];
            if (Child child = random_.below(4) == 0 ? body(pair) : statement(pair)) return child;
        }
        return std::nullopt;
    }

private:
    void find_pairs() {
        for (std::uint32_t own = 1; own < tree_.functions.size(); ++own) {
            const Function& function = tree_.functions[own];
            if (!parent_.region_of(function.body)) continue;
            for (std::uint32_t other = 1; other < donor_tree_.functions.size(); ++other) {
                const Function& candidate = donor_tree_.functions[other];
                if (candidate.name != function.name || !donor_.region_of(candidate.body)) continue;
                if (parent_.view(function.head) != donor_.view(candidate.head)) continue;
                if (parent_.view(function.body) != donor_.view(candidate.body)) pairs_.push_back({own, other});
                break;
            }
        }
    }

    Child body(const FunctionPair& pair) {
        const Span& from = donor_tree_.functions[pair.donor].body;
        const Span& to = tree_.functions[pair.own].body;
        // a Python body is moved as it is: only to the indentation that it has
        if (parent_.language() == problems::Language::python &&
            column(parent_, to.begin) != column(donor_, from.begin)) {
            return std::nullopt;
        }
        std::string child = parent_.edited({{to, std::string(donor_.view(from))}});
        if (child == donor_.bytes()) return std::nullopt;
        return child;
    }

    static std::string_view column(const ProgramText& text, std::uint32_t at) {
        std::uint32_t begin = at;
        while (begin > 0 && text.bytes()[begin - 1] != '\n') --begin;
        return text.view(Span{begin, at});
    }

    static std::vector<const Statement*> of_function(const ProgramText& text, const StatementTree& tree,
                                                     std::uint32_t function) {
        std::vector<const Statement*> all = free_statements(text, tree);
        std::erase_if(all, [&](const Statement* each) { return tree.blocks[each->block].function != function; });
        return all;
    }

    /// A statement of the donor in place of one of the parent's, or beside it.
    Child statement(const FunctionPair& pair) {
        const auto own = of_function(parent_, tree_, pair.own);
        auto others = of_function(donor_, donor_tree_, pair.donor);
        std::vector<std::string_view> known;
        known.reserve(own.size());
        for (const Statement* each : own) known.push_back(parent_.view(each->text));
        std::sort(known.begin(), known.end());
        std::erase_if(others, [&](const Statement* each) {  // what the parent has already is no exchange
            return std::binary_search(known.begin(), known.end(), donor_.view(each->text));
        });
        if (own.empty() || others.empty()) return std::nullopt;
        const Statement& target = *own[random_.below(own.size())];
        const Statement& source = *others[random_.below(others.size())];
        if (source.leaves != target.leaves || (needs_loop(donor_, source) && !tree_.blocks[target.block].in_loop)) {
            return std::nullopt;
        }
        if (!names_visible(donor_, donor_tree_, source, tree_, target.text.begin)) return std::nullopt;
        const auto text = column_text(source, target);
        if (!text) return std::nullopt;
        const auto names = names_declared(donor_tree_, source);
        const bool same_names = names == names_declared(tree_, target);
        const bool once = parent_.language() == problems::Language::cpp && !names.empty();
        if (once && !same_names) return std::nullopt;  // a second declaration of a name
        if (once || source.leaves || random_.below(2) == 0) {
            if (!same_names && declares_used(parent_, tree_, target)) return std::nullopt;
            return parent_.edited({{target.text, *text}});
        }
        return parent_.edited({random_.below(2) == 0 ? insertion_before(parent_, target, *text)
                                                     : insertion_after(parent_, target, *text)});
    }

    std::optional<std::string> column_text(const Statement& source, const Statement& target) const {
        return text_for(donor_, source, indent_of(parent_, target));
    }

    const ProgramText& parent_;
    const ProgramText& donor_;
    StatementTree tree_;
    StatementTree donor_tree_;
    std::vector<FunctionPair> pairs_;
    RandomStream& random_;
};

}  // namespace

Child cross(const ProgramText& parent, const ProgramText& donor, RandomStream& random) {
    const std::uint64_t way = random.below(3);
    if (way == 0) {
        if (Child child = cross_regions(parent, donor, random)) return child;
    }
    if (way == 1) {
        if (Child child = cross_expressions(parent, donor, random)) return child;
    }
    return FunctionCrossover(parent, donor, random).make();
}

}  // namespace atl::evolve::program_text
