// The hold model on std::priority_queue; see bench/hold-worker.ts, which does the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <vector>

struct Event {
  double time;
  uint64_t sequence;
  uint32_t entity;
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.time > b.time || (a.time == b.time && a.sequence > b.sequence);
  }
};

int main(int, char** argv) {
  const size_t length = 65536;
  std::vector<double> increments(length);
  FILE* file = std::fopen(argv[1], "rb");
  if (!file || std::fread(increments.data(), sizeof(double), length, file) != length) return 1;
  std::fclose(file);

  const uint64_t pending = std::strtoull(argv[2], nullptr, 10);
  std::priority_queue<Event, std::vector<Event>, Later> events;
  uint64_t sequence = 0;
  for (uint64_t i = 0; i < pending; i++) {
    events.push({increments[(i * 7919 + 13) % length], sequence++, static_cast<uint32_t>(i)});
  }

  uint32_t hash = 0;
  uint64_t next = 0;
  unsigned long holds;
  while (std::scanf("%lu", &holds) == 1) {
    const clock_t before = std::clock();
    for (unsigned long i = 0; i < holds; i++) {
      const Event event = events.top();
      events.pop();
      hash = hash * 31 + event.entity;
      events.push({event.time + increments[next++ & (length - 1)], sequence++, event.entity});
    }
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    std::printf("{\"cpuSeconds\": %.6f, \"hash\": \"%08x\"}\n", seconds, hash);
    std::fflush(stdout);
  }
}
