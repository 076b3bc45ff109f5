#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "agent/runtime/process_facts.hpp"

namespace weft::agent {
namespace {

constexpr std::size_t kPieces = 100'000;
constexpr std::size_t kPieceBytes = 400;

using Pieces = std::vector<std::unique_ptr<char[]>>;

Pieces many() {
    Pieces pieces;
    for (std::size_t i = 0; i < kPieces; ++i) {
        pieces.push_back(std::make_unique<char[]>(kPieceBytes));
    }
    return pieces;
}

// All but one of hundred, which keep glibc from giving the rest back by itself.
void free_most(Pieces& pieces) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i % 100 != 0) pieces[i].reset();
    }
}

TEST(FreedMemory, GoesBackEachTimeThatMuchWasFreed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizers' own allocator is in use";
#endif
    FreedMemory freed;
    freed.give_back();
    for (int i = 0; i < 3; ++i) {
        Pieces pieces = many();
        EXPECT_FALSE(freed.give_back()) << "nothing was freed";
        const std::uint64_t before = read_process_facts().resident_bytes;
        free_most(pieces);
        EXPECT_TRUE(freed.give_back());
        EXPECT_LT(read_process_facts().resident_bytes + kPieces * kPieceBytes / 2, before);
        EXPECT_FALSE(freed.give_back()) << "it was given back already";
    }
}

}  // namespace
}  // namespace weft::agent
