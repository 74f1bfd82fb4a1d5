// SPDX-License-Identifier: Apache-2.0
// Linked with every compiled candidate: reads the numbers, runs the driver once for each set, leaves the answers.
//
// It belongs to the candidate's process, so nothing here is believed by anybody. It depends on no time, address or
// order of a hash table, and on nothing but the C library, so that it starts fast.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atoll_driver.hpp"

const double* atoll_parameters = nullptr;

namespace {

constexpr int input_failed = 121, result_failed = 122, memory_failed = 123;

[[noreturn]] void give_up(const char* what, const char* name, int code) {
    fprintf(stderr, "%s %s: %s\n", what, name, strerror(errno));
    fflush(stderr);
    _exit(code);
}

/// A file of numbers, whole.
struct Numbers {
    const double* values = nullptr;
    size_t count = 0;

    explicit Numbers(const char* name) {
        const int file = open(name, O_RDONLY | O_CLOEXEC);
        struct stat status {};
        if (file < 0 || fstat(file, &status) != 0) give_up("can not read", name, input_failed);
        const auto size = static_cast<size_t>(status.st_size);
        char* const bytes = static_cast<char*>(malloc(size + 1));
        if (bytes == nullptr) give_up("no memory for", name, memory_failed);
        for (size_t have = 0; have < size;) {
            const ssize_t got = read(file, bytes + have, size - have);
            if (got <= 0) give_up("can not read", name, input_failed);
            have += static_cast<size_t>(got);
        }
        close(file);
        values = reinterpret_cast<const double*>(bytes);
        count = size / sizeof(double);
    }
};

/// [K, then for each set its length and values], as it is written.
struct Buffer {
    double* values = nullptr;
    size_t count = 0, room = 0;

    void push(double value) {
        if (count == room) {
            room = room == 0 ? 1024 : 2 * room;
            values = static_cast<double*>(realloc(values, room * sizeof(double)));
            if (values == nullptr) give_up("no memory for", "the answers", memory_failed);
        }
        values[count++] = value;
    }
};

Buffer answers;
const double* first_set = nullptr;
size_t sets = 0, set_length = 0;

/// Before the constructors of the candidate's globals, which may use the parameters.
__attribute__((constructor(101))) void take_parameters() {
    const Numbers numbers("parameters");
    if (numbers.count < 2) give_up("too short:", "parameters", input_failed);
    sets = static_cast<size_t>(numbers.values[0]);
    set_length = static_cast<size_t>(numbers.values[1]);
    first_set = atoll_parameters = numbers.values + 2;
}

void leave_result() {
    // a file that is there already was made by the candidate: then there is no result of ours
    const int file = open("result", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) give_up("can not write", "result", result_failed);
    const char* at = reinterpret_cast<const char*>(answers.values);
    for (size_t left = answers.count * sizeof(double); left > 0;) {
        const ssize_t written = write(file, at, left);
        if (written <= 0) give_up("can not write", "result", result_failed);
        at += written;
        left -= static_cast<size_t>(written);
    }
}

}  // namespace

void atoll::Answer::push(double value) { answers.push(value); }

int main() {
    const Numbers input("input");
    answers.push(static_cast<double>(sets));
    for (size_t set = 0; set < sets; ++set) {
        const size_t length_place = answers.count;
        answers.push(0);
        atoll_parameters = first_set + set * set_length;
        atoll::Answer answer;
        atoll_run(input.values, input.count, answer);
        answers.values[length_place] = static_cast<double>(answers.count - length_place - 1);
    }
    leave_result();
    fflush(nullptr);
    _exit(0);  // nothing of the candidate's runs after it
}
