#include "api/http/deadline_heap.hpp"

#include <utility>

namespace weft::api {

void DeadlineHeap::set(Deadline& deadline, Instant at) {
    deadline.at_ = at;
    if (deadline.position_ == Deadline::kNone) {
        heap_.push_back({at, &deadline});
        deadline.position_ = heap_.size() - 1;
        sift_up(deadline.position_);
    } else if (at < heap_[deadline.position_].at) {
        heap_[deadline.position_].at = at;
        sift_up(deadline.position_);
    }
}

void DeadlineHeap::remove(Deadline& deadline) {
    if (deadline.position_ == Deadline::kNone) return;
    std::size_t hole = std::exchange(deadline.position_, Deadline::kNone);
    Item last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    place(hole, last);
    sift_up(hole);
    sift_down(last.deadline->position_);
}

void DeadlineHeap::run(Instant now) {
    while (!heap_.empty() && heap_.front().at <= now) {
        Deadline& first = *heap_.front().deadline;
        if (first.at_ > now) {
            heap_.front().at = first.at_;
            sift_down(0);
            continue;
        }
        remove(first);
        first.deadline_passed();
    }
}

void DeadlineHeap::place(std::size_t position, Item item) {
    heap_[position] = item;
    item.deadline->position_ = position;
}

void DeadlineHeap::sift_up(std::size_t position) {
    Item item = heap_[position];
    while (position > 0) {
        std::size_t parent = (position - 1) / 2;
        if (heap_[parent].at <= item.at) break;
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, item);
}

void DeadlineHeap::sift_down(std::size_t position) {
    Item item = heap_[position];
    for (;;) {
        std::size_t child = position * 2 + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
        if (item.at <= heap_[child].at) break;
        place(position, heap_[child]);
        position = child;
    }
    place(position, item);
}

}  // namespace weft::api
