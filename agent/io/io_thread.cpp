#include "agent/io/io_thread.hpp"

#include <utility>

#include "agent/base/assert.hpp"

namespace weft {

IoThread::IoThread(std::string name) : name_(std::move(name)), work_(context_.get_executor()) {}

IoThread::~IoThread() {
    stop();
    join();
}

Result<void> IoThread::start(const ThreadMaker& make) {
    WEFT_TRY(start_held(make));
    release();
    return success();
}

Result<void> IoThread::start_held(const ThreadMaker& make) {
    WEFT_ASSERT(!thread_.joinable());
    held_ = true;
    auto body = [this] {
        held_.wait(true);
        context_.run();
    };
    WEFT_TRY(thread_, start_thread(name_, body, make));
    return success();
}

void IoThread::release() {
    held_ = false;
    held_.notify_all();
}

void IoThread::join() {
    release();
    work_.reset();
    if (thread_.joinable()) thread_.join();
}

void IoThread::stop() {
    context_.stop();
}

}  // namespace weft
