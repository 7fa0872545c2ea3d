"""Times as bench/timing.mjs takes them: of the clock, and user and system time of the process with all of its threads."""
import time

block_seconds = 0.005


def time_of(run):
    start, used = time.perf_counter(), time.process_time()
    run()
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - used}


def best_time(run, budget):
    """Means of a call in the best block within the budget, one block at least."""
    best = None
    end = time.perf_counter() + budget
    while best is None or time.perf_counter() < end:
        calls, start, used = 0, time.perf_counter(), time.process_time()
        while calls == 0 or time.perf_counter() - start < block_seconds:
            run()
            calls += 1
        now = {"seconds": (time.perf_counter() - start) / calls, "cpu": (time.process_time() - used) / calls}
        best = now if best is None else {name: min(best[name], now[name]) for name in best}
    return best
