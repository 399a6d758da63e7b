"""M/M/1 at 90 % load on SimPy; see bench/mm1-worker.ts, which does the same. Run as `mm1.py <seed>`."""
import json
import random
import sys
import time

import simpy

LOAD = 0.9


def mm1(customers, seed):
    rng = random.Random(seed)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    waits = []
    number = {"now": 0, "area": 0.0, "since": 0.0}

    def count(change):
        number["area"] += number["now"] * (env.now - number["since"])
        number["since"] = env.now
        number["now"] += change

    def customer():
        arrived = env.now
        count(1)
        with server.request() as request:
            yield request
            waits.append(env.now - arrived)
            yield env.timeout(rng.expovariate(1))
        count(-1)

    def source():
        for _ in range(customers):
            env.process(customer())
            yield env.timeout(rng.expovariate(LOAD))

    env.process(source())
    env.run()
    return sum(waits) / len(waits), number["area"] / env.now


for line in sys.stdin:
    before = time.process_time()
    mean_wait, mean_number = mm1(int(line), int(sys.argv[1]))
    seconds = time.process_time() - before
    lap = {"cpuSeconds": seconds, "hash": "", "meanWait": mean_wait, "meanNumber": mean_number}
    print(json.dumps(lap), flush=True)
