// SPDX-License-Identifier: Apache-2.0
// An own problem whose candidates are programs: each instance one stage, each answer before the user's verifier.
#include <cmath>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "atoll/core/hash.hpp"
#include "evolve/own_problem/driver_text.hpp"
#include "evolve/own_problem/instance_scores.hpp"

namespace atl::evolve {
namespace {

problems::Judgement wrong(std::string reason, std::string text) {
    return {{VerdictKind::wrong, std::move(reason), std::move(text)}, {}, {}};
}

/// What the verifier said of answers to instances, so that a stage need not have earlier ones verified again.
/// Invariant: at most most_kept of them; all are forgotten when there would be more.
class Memory {
public:
    std::optional<problems::Judgement> find(const Sha256& key) const {
        const std::lock_guard lock(mutex_);
        const auto found = said_.find(key);
        return found == said_.end() ? std::nullopt : std::optional(found->second);
    }
    void keep(const Sha256& key, const problems::Judgement& judgement) {
        if (judgement.verdict.kind == VerdictKind::infrastructure) return;
        const std::lock_guard lock(mutex_);
        if (said_.size() >= most_kept) said_.clear();
        said_.emplace(key, judgement);
    }

private:
    static constexpr std::size_t most_kept = 4096;
    mutable std::mutex mutex_;
    std::unordered_map<Sha256, problems::Judgement, Sha256Hasher> said_;
};

class OwnProgramProblem final : public problems::ProgramProblem {
public:
    OwnProgramProblem(OwnProblem own, std::shared_ptr<const Verifier> verifier)
        : own_(std::move(own)),
          verifier_(std::move(verifier)),
          open_(own_.instances, language()),
          hidden_(own_.hidden_instances, language()) {}

    std::string name() const override { return own_.name; }
    Direction direction() const override { return own_.direction; }
    std::vector<problems::PublishedValue> published() const override { return own_best_known(own_.best_known); }
    problems::Language language() const override {
        return own_.kind == OwnKind::program_cpp ? problems::Language::cpp : problems::Language::python;
    }
    std::string driver() const override {
        return language() == problems::Language::cpp ? cpp_driver_text(own_.driver) : python_driver_text(own_.driver);
    }
    std::string initial_program() const override { return own_.program.bytes; }
    std::string statement() const override { return own_.statement.bytes; }
    const std::vector<problems::Stage>& stages(std::string_view instance_set) const override {
        return set(instance_set).stages;
    }

    problems::Judgement judge(std::string_view instance_set, std::span<const std::string> results) const override {
        const Set& instances = set(instance_set);
        std::vector<problems::Judgement> judgements;
        for (std::size_t i = 0; i < results.size(); ++i) {
            judgements.push_back(judge_answer(instances, i, results[i]));
            if (!judgements.back().verdict.ok()) break;
        }
        return mean_judgement(std::move(judgements), instances.names);
    }

private:
    struct Set {
        Set(const std::vector<OwnFile>& given, problems::Language language)
            : files(given), names(instance_names(given)) {
            for (std::size_t i = 0; i < files.size(); ++i) {
                stages.push_back(
                    {names[i], language == problems::Language::cpp ? cpp_input(files[i].bytes) : files[i].bytes});
            }
        }
        std::vector<OwnFile> files;
        std::vector<std::string> names;
        std::vector<problems::Stage> stages;
    };

    const Set& set(std::string_view name) const { return name == problems::hidden_instances ? hidden_ : open_; }

    problems::Judgement judge_answer(const Set& instances, std::size_t index, const std::string& bytes) const {
        if (bytes.size() % sizeof(double) != 0) {
            return wrong("not_numbers", "the answer is no whole number of 8-byte values");
        }
        std::vector<double> answer(bytes.size() / sizeof(double));
        if (!answer.empty()) std::memcpy(answer.data(), bytes.data(), bytes.size());
        for (std::size_t i = 0; i < answer.size(); ++i) {
            if (!std::isfinite(answer[i])) {
                return wrong("not_finite", "value " + std::to_string(i) + " of the answer is not finite");
            }
        }
        const std::string& instance = instances.files[index].bytes;
        Sha256Stream stream;
        stream.update(std::to_string(instance.size()) + ":");
        stream.update(instance);
        stream.update(bytes);
        const Sha256 key = stream.finish();
        if (auto said = memory_.find(key)) return *said;
        const VerifierCase asked{instance, answer};
        problems::Judgement judgement = verifier_->verify({&asked, 1}).front();
        memory_.keep(key, judgement);
        return judgement;
    }

    OwnProblem own_;
    std::shared_ptr<const Verifier> verifier_;
    Set open_, hidden_;
    mutable Memory memory_;
};

}  // namespace

std::shared_ptr<const problems::ProgramProblem> make_own_program_problem(OwnProblem own,
                                                                         std::shared_ptr<const Verifier> verifier) {
    return std::make_shared<const OwnProgramProblem>(std::move(own), std::move(verifier));
}

}  // namespace atl::evolve
