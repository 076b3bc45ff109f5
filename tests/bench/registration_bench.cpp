// One client's durable HTTP registration against a bare append+fdatasync, interleaved on the same
// disk.
//
//   registration_bench HTTP_PORT [ROUNDS]
//
// Prints: p50_us weft=.. floor=.. (medians in microseconds).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int connect_to(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void register_once(int fd, int number) {
    const std::string name = "bench-" + std::to_string(number % 500);
    const std::string body =
        R"({"Name":")" + name + R"(","Port":)" + std::to_string(number % 60000 + 1) + "}";
    const std::string request =
        "PUT /v1/agent/service/register HTTP/1.1\r\nHost: bench\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    if (write(fd, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        fail("write");
    std::string answer;
    char buffer[4096];
    while (answer.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = read(fd, buffer, sizeof buffer);
        if (got <= 0) fail("read");
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    if (answer.rfind("HTTP/1.1 200", 0) != 0) {
        std::fprintf(stderr, "%s\n", answer.c_str());
        std::exit(1);
    }
}

void append_once(int fd) {
    static const std::string block(300, 'x');
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size())) fail("append");
    if (fdatasync(fd) != 0) fail("fdatasync");
}

template <class Operation>
double microseconds(Operation operation) {
    const auto before = std::chrono::steady_clock::now();
    operation();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before)
        .count();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: registration_bench HTTP_PORT [ROUNDS]\n");
        return 2;
    }
    const int connection = connect_to(std::atoi(arguments[1]));
    const int rounds = count > 2 ? std::atoi(arguments[2]) : 3000;
    char path[] = "/tmp/weft-floor-XXXXXX";
    const int file = mkstemp(path);
    if (file < 0) fail("mkstemp");
    unlink(path);

    std::vector<double> weft, floor;
    for (int i = 0; i < rounds; ++i) {
        weft.push_back(microseconds([&] { register_once(connection, i); }));
        floor.push_back(microseconds([&] { append_once(file); }));
    }
    std::printf("p50_us weft=%.1f floor=%.1f\n", median(weft), median(floor));
}
