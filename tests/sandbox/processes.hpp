// SPDX-License-Identifier: Apache-2.0
// What processes there are below this one, orphans included.
#pragma once

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace atl::sandbox {

/// From here on a process that loses its parent becomes this one's child, and can so be counted.
inline void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

inline std::vector<pid_t> descendants() {
    std::multimap<pid_t, pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
        std::ifstream stat(entry.path() / "stat");
        std::string text;
        std::getline(stat, text);
        const auto end_of_name = text.rfind(')');
        if (end_of_name == std::string::npos) continue;
        pid_t parent = 0;
        std::from_chars(text.data() + std::min(end_of_name + 4, text.size()), text.data() + text.size(), parent);
        children.emplace(parent, pid);
    }
    std::vector<pid_t> found{getpid()};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, last] = children.equal_range(found[i]);
        for (auto child = first; child != last; ++child) found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

/// True once there are no more than `kept` below this process; waits for a few seconds at most.
inline bool settles_to(std::size_t kept) {
    for (int i = 0; i < 500; ++i) {
        while (kept == 0 && waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        if (descendants().size() <= kept) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

/// True once there are at least `wanted` below this process; waits for half a minute at most.
inline bool grows_to(std::size_t wanted) {
    for (int i = 0; i < 6000; ++i) {
        if (descendants().size() >= wanted) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

inline std::string describe(const std::vector<pid_t>& processes) {
    std::string text;
    for (const pid_t process : processes) {
        std::ifstream command("/proc/" + std::to_string(process) + "/comm");
        std::string name;
        std::getline(command, name);
        text += std::to_string(process) + " " + name + "; ";
    }
    return text;
}

}  // namespace atl::sandbox
