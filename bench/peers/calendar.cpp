// The hold model on a calendar queue (Brown 1988) whose days are tuned to the law and the number of events
// beforehand: the fastest event list we know, while both stay as they are. See bench/hold-worker.ts, which
// does the same.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

struct Node {
  double time;
  uint64_t sequence;
  uint32_t entity;
  int32_t next;
};

// A year of days; a day is a chain in order of (time, sequence). Nodes lie in a pool: one is freed and one is
// taken at each hold, so that the same memory is used again at once.
class Calendar {
 public:
  Calendar(size_t pending, double width) : perDay_(1 / width) {
    size_t days = 1;
    while (days < 2 * pending) days *= 2;
    mask_ = days - 1;
    heads_.assign(days, -1);
    nodes_.reserve(pending + 1);
  }

  void push(double time, uint64_t sequence, uint32_t entity) {
    int32_t node = free_;
    if (node >= 0) {
      free_ = nodes_[node].next;
      nodes_[node] = {time, sequence, entity, -1};
    } else {
      node = static_cast<int32_t>(nodes_.size());
      nodes_.push_back({time, sequence, entity, -1});
    }
    int32_t* link = &heads_[static_cast<uint64_t>(time * perDay_) & mask_];
    // The sequence is the largest: among equals the new one is last.
    while (*link >= 0 && nodes_[*link].time <= time) link = &nodes_[*link].next;
    nodes_[node].next = *link;
    *link = node;
  }

  Node pop() {
    for (;;) {
      const int32_t head = heads_[day_ & mask_];
      if (head >= 0 && static_cast<uint64_t>(nodes_[head].time * perDay_) == day_) {
        const Node event = nodes_[head];
        heads_[day_ & mask_] = event.next;
        nodes_[head].next = free_;
        free_ = head;
        return event;
      }
      day_++;
    }
  }

 private:
  double perDay_;
  uint64_t mask_;
  uint64_t day_ = 0;
  int32_t free_ = -1;
  std::vector<int32_t> heads_;
  std::vector<Node> nodes_;
};

int main(int, char** argv) {
  const size_t length = 65536;
  std::vector<double> increments(length);
  FILE* file = std::fopen(argv[1], "rb");
  if (!file || std::fread(increments.data(), sizeof(double), length, file) != length) return 1;
  std::fclose(file);
  double mean = 0;
  for (const double increment : increments) mean += increment / length;

  const uint64_t pending = std::strtoull(argv[2], nullptr, 10);
  // One event a day at the mean rate: the best of 0.5, 1, 2 and 3 under exponential increments.
  Calendar events(pending, mean / pending);
  uint64_t sequence = 0;
  for (uint64_t i = 0; i < pending; i++) {
    events.push(increments[(i * 7919 + 13) % length], sequence++, static_cast<uint32_t>(i));
  }

  uint32_t hash = 0;
  uint64_t next = 0;
  unsigned long holds;
  while (std::scanf("%lu", &holds) == 1) {
    const clock_t before = std::clock();
    for (unsigned long i = 0; i < holds; i++) {
      const Node event = events.pop();
      hash = hash * 31 + event.entity;
      events.push(event.time + increments[next++ & (length - 1)], sequence++, event.entity);
    }
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    std::printf("{\"cpuSeconds\": %.6f, \"hash\": \"%08x\"}\n", seconds, hash);
    std::fflush(stdout);
  }
}
