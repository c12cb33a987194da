// A C++ program over LevelDB in memory: writes in batches, overwrites, deletions, lookups of keys that are there and
// that are not, scans both ways, a compaction (virtual iterators and comparators, skip lists, varints). Arguments: SEED
// KEYS.
#include "helpers/memenv/memenv.h"
#include "leveldb/cache.h"
#include "leveldb/db.h"
#include "leveldb/env.h"
#include "leveldb/filter_policy.h"
#include "leveldb/write_batch.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

class Random {
    std::uint64_t state;

  public:
    explicit Random(unsigned seed) : state(seed) {
    }
    unsigned below(unsigned limit) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<unsigned>((state >> 33) % limit);
    }
};

std::string make_key(unsigned number) {
    char key[32];
    std::snprintf(key, sizeof key, "user/%04u/item/%06u", number % 97, number);
    return key;
}

void write_keys(leveldb::DB &store, Random &random, unsigned keys) {
    for (unsigned written = 0; written < keys; written += 50) {
        leveldb::WriteBatch batch;
        for (int i = 0; i < 50; i++) {
            unsigned number = random.below(keys);
            if (random.below(10) == 0)
                batch.Delete(make_key(number));
            else
                batch.Put(make_key(number), std::string(20 + random.below(100), static_cast<char>('a' + number % 26)));
        }
        store.Write(leveldb::WriteOptions(), &batch);
    }
}

unsigned long look_up(leveldb::DB &store, Random &random, unsigned keys) {
    unsigned long bytes = 0;
    std::string value;
    for (unsigned i = 0; i < 2 * keys; i++)
        if (store.Get(leveldb::ReadOptions(), make_key(random.below(keys + keys / 4)), &value).ok())
            bytes += value.size();
    return bytes;
}

unsigned long scan(leveldb::DB &store, Random &random, unsigned keys) {
    unsigned long sum = 0;
    std::unique_ptr<leveldb::Iterator> iterator(store.NewIterator(leveldb::ReadOptions()));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) sum += iterator->value().size();
    for (unsigned i = 0; i < keys / 20; i++) {
        int left = 10;
        for (iterator->Seek(make_key(random.below(keys))); iterator->Valid() && left-- > 0; iterator->Prev())
            sum += iterator->key().size();
    }
    return sum;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: store SEED KEYS\n");
        return 2;
    }
    Random random(static_cast<unsigned>(std::atoi(argv[1])));
    unsigned keys = static_cast<unsigned>(std::atoi(argv[2]));
    std::unique_ptr<leveldb::Env> memory(leveldb::NewMemEnv(leveldb::Env::Default()));
    std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
    leveldb::Options options;
    options.create_if_missing = true;
    options.env = memory.get();
    options.filter_policy = filter.get();
    options.write_buffer_size = 256u << 20; // compactions come when they are asked for, so that every run is the same
    leveldb::DB *opened = nullptr;
    if (!leveldb::DB::Open(options, "/store", &opened).ok()) return 1;
    std::unique_ptr<leveldb::DB> store(opened);
    unsigned long sum = 0;
    for (int round = 0; round < 3; round++) {
        write_keys(*store, random, keys);
        sum += look_up(*store, random, keys) + scan(*store, random, keys);
        store->CompactRange(nullptr, nullptr);
        sum += look_up(*store, random, keys) + scan(*store, random, keys);
    }
    std::printf("%lu\n", sum);
    return 0;
}
