#include "agent/io/io_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "agent/base/assert.hpp"

namespace weft {

IoThread::IoThread(std::string name) : name_(std::move(name)), work_(context_.get_executor()) {}

IoThread::~IoThread() {
    stop();
    join();
}

void IoThread::start() {
    WEFT_ASSERT(!thread_.joinable());
    // Signals of the process are for the main thread: a new thread inherits the mask of its
    // creator.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
        context_.run();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void IoThread::join() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
}

void IoThread::stop() {
    context_.stop();
}

}  // namespace weft
