/* Takes a seed; gives numbers that look random and are the same bits on every machine: splitmix64 (Steele, Lea and
 * Flood, "Fast splittable pseudorandom number generators", 2014). Its 64 bits of state are plenty for resampling. */
#include "statistics/statistics.h"

uint64_t gate_random_bits(gate_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint32_t gate_random_below(gate_random *random, uint32_t limit) {
    return (uint32_t)((gate_random_bits(random) >> 32) * limit >> 32);
}
