#include "gossip/wire/coordinate.hpp"

#include "gossip/wire/messages.hpp"

namespace weft::gossip {
namespace {

constexpr char kVersion = 1;

struct Vector {
    bool is_there = false;  // else the message had none
    std::array<double, kCoordinateDimensions> components{};
};

struct CoordinateRecord {
    double adjustment = 0;
    double error = 0;
    double height = 0;
    Vector vector;
};

void read_value(ValueReader& reader, Vector& vector) {
    if (reader.read_array().value_or(0) != kCoordinateDimensions) {
        return reader.fail(WireErrc::OutOfRange);
    }
    vector.is_there = true;
    for (double& component : vector.components) component = reader.read_real();
}

void write_value(ValueWriter& writer, const Vector& vector) {
    writer.write_array(vector.components.size());
    for (const double component : vector.components) writer.write_real(component);
}

template <class Fields, Of<CoordinateRecord> C>
void visit_fields(Fields& fields, C& coordinate) {
    fields("Adjustment", coordinate.adjustment);
    fields("Error", coordinate.error);
    fields("Height", coordinate.height);
    fields("Vec", coordinate.vector);
}

}  // namespace

Result<Coordinate> decode_coordinate(std::string_view payload) {
    if (payload.empty()) return make_error(WireErrc::Empty);
    if (payload.front() != kVersion) return make_error(WireErrc::UnknownType);
    ValueReader reader(payload.substr(1));
    CoordinateRecord record;
    read_record(reader, record);
    if (!record.vector.is_there) reader.fail(WireErrc::OutOfRange);
    if (const auto why = reader.failure()) return make_error(*why);
    return Coordinate{record.adjustment, record.error, record.height, record.vector.components};
}

void encode_coordinate(std::string& out, const Coordinate& coordinate) {
    out.push_back(kVersion);
    ValueWriter writer(out);
    write_record(
        writer,
        CoordinateRecord{
            coordinate.adjustment, coordinate.error, coordinate.height, {true, coordinate.vector}});
}

}  // namespace weft::gossip
