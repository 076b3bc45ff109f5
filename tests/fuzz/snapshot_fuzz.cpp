// Snapshots that somebody restores; the first byte says how deep the input goes.
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/catalog/catalog.hpp"
#include "agent/catalog/row_digest.hpp"
#include "tests/support/snapshot_files.hpp"

namespace {

using namespace weft::agent;

// What was read is a whole snapshot. Restoring it has a defined outcome; what was restored is sound
// and can be saved and read again.
void restore(const testing::Read& snapshot) {
    Catalog catalog;
    RestoreCommand piece;
    piece.id = "fuzz";
    weft::agent::Digest digest;
    for (const StoredRecord& row : snapshot.rows) digest += row_digest(row.key, row.value);
    piece.records = snapshot.rows;
    piece.end = RestoreEnd{snapshot.header.index, digest};
    const bool refused = catalog.apply(Index{1}, piece).refusal.has_value();
    catalog.check_invariants();
    if (refused) return;
    const testing::Read again = testing::read(testing::save(catalog.view()));
    if (again.error || again.skipped > 0) __builtin_trap();
}

void read_file(std::string_view bytes) {
    const testing::Read snapshot = testing::read(bytes);
    if (!snapshot.error) restore(snapshot);
}

// Checksums that hold whatever the input is: frames as type, two bytes of length, payload.
void read_frames(std::string_view bytes) {
    testing::StateMaker maker;
    if (!bytes.empty() && bytes[0] != 1) maker.header({.index = Index{1000}});
    while (bytes.size() >= 3) {
        const auto type = static_cast<std::uint8_t>(bytes[0]);
        const std::size_t length =
            static_cast<unsigned char>(bytes[1]) * 256u + static_cast<unsigned char>(bytes[2]);
        const std::string_view payload = bytes.substr(3, length);
        bytes.remove_prefix(3 + payload.size());
        const auto row = parse_row(payload);
        if (type == 2 && row) {
            maker.row(*row);
        } else {
            maker.frame(type, payload);
        }
    }
    read_file(maker.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 4) {
        case 0:
            read_file(bytes);
            break;
        case 1: {  // an archive
            GzipWriter gzip;
            std::string file;
            gzip.add(bytes, file);
            gzip.finish(file);
            read_file(file);
            break;
        }
        case 2:
            read_file(testing::with_state(std::string(bytes)));
            break;
        case 3:
            read_frames(bytes);
            break;
    }
    return 0;
}
