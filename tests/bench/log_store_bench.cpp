// One synced LogStore::write against a bare append + fdatasync of the same bytes, interleaved write
// by write, so that both see the same disk in the same moment. Prints microseconds and the ratio of
// the medians.
//
//   log_store_bench [--folder .] [--rounds 2000] [--bytes 300] [--batch 1]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <filesystem>

#include "raft/core/chain.hpp"
#include "raft/storage/rocks_log_store.hpp"

namespace {

namespace options = boost::program_options;
using Clock = std::chrono::steady_clock;

double microseconds_of(const auto& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double cpu_microseconds() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto all = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return all(usage.ru_utime) + all(usage.ru_stime);
}

double quantile(std::vector<double> times, double q) {
    std::sort(times.begin(), times.end());
    return times[static_cast<std::size_t>(static_cast<double>(times.size() - 1) * q)];
}

struct Settings {
    std::string folder = ".";
    int rounds = 2000;
    std::size_t bytes = 300;
    std::size_t batch = 1;
};

weft::raft::AppendTask next_task(const Settings& settings, weft::raft::LogPosition& end) {
    weft::raft::AppendTask task;
    task.acked_hint = end.index;
    for (std::size_t i = 0; i < settings.batch; ++i) {
        weft::raft::Entry entry{next(end.index),
                                weft::raft::Term{1},
                                weft::raft::EntryType::Command,
                                std::string(settings.bytes, 'x'),
                                {}};
        entry.chain = next_chain(end.chain, entry);
        end = {entry.index, entry.term, entry.chain};
        task.entries.push_back(std::move(entry));
    }
    return task;
}

int run(const Settings& settings) {
    const std::string folder = settings.folder + "/log_store_bench.data";
    std::filesystem::remove_all(folder);
    weft::raft::RocksLogStoreConfig config;
    config.folder = folder + "/raft";
    auto store = weft::raft::RocksLogStore::open(config, weft::raft::NodeId{"bench"});
    if (!store) {
        fmt::print(stderr, "{}\n", store.error().message());
        return 1;
    }
    const int bare = ::open((folder + "/bare").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::string bytes(settings.bytes * settings.batch, 'x');

    std::vector<double> bare_times;
    std::vector<double> store_times;
    double store_cpu = 0;
    double bare_cpu = 0;
    bool failed = bare < 0;
    weft::raft::LogPosition end;
    for (int round = 0; round < settings.rounds && !failed; ++round) {
        const double begin = cpu_microseconds();
        bare_times.push_back(microseconds_of([&] {
            failed = ::write(bare, bytes.data(), bytes.size()) < 0 || ::fdatasync(bare) != 0;
        }));
        bare_cpu += cpu_microseconds() - begin;
        const auto task = next_task(settings, end);
        const double before = cpu_microseconds();
        store_times.push_back(
            microseconds_of([&] { failed = failed || !store.value()->write(task); }));
        store_cpu += cpu_microseconds() - before;
    }
    ::close(bare);
    store.value().reset();
    std::filesystem::remove_all(folder);
    if (failed) {
        fmt::print(stderr, "a write failed\n");
        return 1;
    }
    for (const double q : {0.5, 0.9, 0.99}) {
        const double bare_time = quantile(bare_times, q);
        const double store_time = quantile(store_times, q);
        fmt::print("p{:<3} bare {:7.1f} us   LogStore::write {:7.1f} us   ratio {:.2f}\n", q * 100,
                   bare_time, store_time, store_time / bare_time);
    }
    fmt::print("p50_us weft={:.1f} floor={:.1f}\n", quantile(store_times, 0.5),
               quantile(bare_times, 0.5));  // for bench.py
    fmt::print("cpu  bare {:.1f} us   LogStore::write {:.1f} us for {} x {} bytes\n",
               bare_cpu / settings.rounds, store_cpu / settings.rounds, settings.batch,
               settings.bytes);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    options::options_description known("log_store_bench");
    known.add_options()("folder", options::value(&settings.folder), "where to write")(
        "rounds", options::value(&settings.rounds), "how many writes of each kind")(
        "bytes", options::value(&settings.bytes), "data of an entry")(
        "batch", options::value(&settings.batch), "entries of one write");
    try {
        options::variables_map values;
        options::store(options::parse_command_line(argc, argv, known), values);
        options::notify(values);
    } catch (const options::error& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
    return run(settings);
}
