#pragma once

#include <xxhash.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalog/snapshot/byte_reader.hpp"
#include "agent/catalog/snapshot/format.hpp"
#include "agent/catalog/stored_record.hpp"

namespace weft::agent {

// Sums up bytes in order.
class RunningChecksum {
public:
    RunningChecksum();
    ~RunningChecksum();
    RunningChecksum(const RunningChecksum&) = delete;
    RunningChecksum& operator=(const RunningChecksum&) = delete;

    void add(std::string_view bytes);
    Digest value() const;

private:
    XXH3_state_t* state_;
};

// type, length (little-endian, 4 bytes), payload, 4 bytes of checksum over all of it.
void append_frame(std::string& out, FrameType type, std::string_view payload);
// A frame of a row; the same without copying its parts first.
void append_row(std::string& out, const StoredRecord& record);
std::size_t row_frame_size(const StoredRecord& record);
// Nothing for a payload that append_row() does not make.
std::optional<StoredRecord> parse_row(std::string_view payload);

struct Frame {
    std::uint8_t type = 0;
    std::string payload;
};

// Reads the next frame into `frame`, whose memory it reuses; false at the end. Adds its bytes to
// the checksum, unless it is the last. Errc::Corrupt, Limit for a payload above kSnapshotFrameMax.
Result<bool> read_frame(const ReadBytes& read, Frame& frame, RunningChecksum& checksum);

}  // namespace weft::agent
