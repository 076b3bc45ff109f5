#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/catalog/snapshot/byte_reader.hpp"

namespace weft::agent {

// RFC 1952, written piece by piece. At the fastest level: rows of a catalog repeat their names, so
// that higher ones win little and take several times as long.
class GzipWriter {
public:
    GzipWriter();
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    // Append what is ready to out.
    void add(std::string_view plain, std::string& out);
    void finish(std::string& out);

private:
    void run(std::string_view plain, int flush, std::string& out);

    struct State;
    std::unique_ptr<State> state_;
};

// Unpacks what somebody sent. Errors are Errc::Corrupt, with the words of Consul where its clients
// know them, or Limit.
class GzipReader {
public:
    // plain_max: bytes that it may unpack to.
    GzipReader(ReadBytes source, std::uint64_t plain_max);
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    // As ReadBytes. The end comes only after the checksum was found right and nothing follows.
    Result<std::size_t> read(std::span<char> buffer);

private:
    Result<void> begin();
    Result<void> refill();
    Result<void> check_end();

    struct State;
    ReadBytes source_;
    std::uint64_t plain_max_;
    std::uint64_t plain_ = 0;
    bool begun_ = false;
    bool ended_ = false;
    std::unique_ptr<State> state_;
};

}  // namespace weft::agent
