/*
 * store_fixture: blocks and stores for the tests of the block store.
 *
 * Each block has a number. Block n always has the same bytes, about 2 KB of rows. Blocks n and n +
 * 1 differ in one row, so that one is a good base of the other. dir is the folder of a store.
 */
#ifndef VV_TESTS_UNIT_REPO_STORE_FIXTURE_H
#define VV_TESTS_UNIT_REPO_STORE_FIXTURE_H

#include "repo/blocks/store.h"
#include "tests/unit/support.h"

/* Appends the bytes of block n to out, which the caller clears. */
void fx_block(vv_buf *out, unsigned n);
vv_cid fx_cid(unsigned n);

/* Replaces the content of out with len bytes that do not compress; n is the seed. */
void fx_noise(vv_buf *out, unsigned n, size_t len);

/* Appends a DAG-CBOR node with links to these CIDs. */
void fx_node(vv_buf *out, const vv_cid *links, size_t count);

vv_store *fx_open(const char *dir);              /* makes the store if needed */
void fx_put(vv_writer *w, unsigned n, int base); /* base: number of a block, or -1 */

/* Commits the blocks first to first + count - 1 to the store in dir. chained: each block has the
 * block before it as its base. */
void fx_commit(const char *dir, unsigned first, unsigned count, bool chained);
/* Commits one block with these bytes, and returns its CID. */
vv_cid fx_commit_bytes(const char *dir, uint8_t codec, const void *bytes, size_t len);

#define FX_WAIT_MS 60000u
/* Opens a writer of s; waits up to FX_WAIT_MS for the store's lock. */
vv_writer *fx_writer(vv_store *s);

/* Commits each of the blocks by itself, without cmocka's assertions, for a forked child. Returns 0,
 * or another number after a failure. */
int fx_write_as_child(const char *dir, unsigned first, unsigned count);

/* Returns the status of vv_store_get for block n. Fails the test if that succeeds with other
 * bytes. */
vv_status fx_get(vv_store *s, unsigned n, vv_error *err);
/* Returns true if the blocks first to first + count - 1 can be read, and prints the error of each
 * block that cannot. */
bool fx_all_readable(const char *dir, unsigned first, unsigned count);

/* Returns the path of the only file in dir/packs whose name begins with `begins` and ends with
 * `ends`; valid until the test ends. Fails the test if there is not exactly one. dir must be
 * directly in vv_test_dir(). */
const char *fx_one(const char *dir, const char *begins, const char *ends);
/* Returns the number of files in dir/packs whose names begin and end so. */
size_t fx_count(const char *dir, const char *begins, const char *ends);

/* Returns how many of the blocks first to first + count - 1 can be read. */
unsigned fx_readable(const char *dir, unsigned first, unsigned count);

/* From now on, the disk changes a byte of the next write of more than 300 bytes. */
void fx_change_next_write(void);
bool fx_was_changed(void); /* ends that; returns true if there was such a write */

/* ---- gc ---- */

#define FX_NOW 1700000000
#define FX_DAY 86400

/* The payload of fx_mark, which marks the count blocks first, first - 1, ... After the first pass,
 * it calls `between`, which may be NULL. */
typedef struct fx_marking {
	unsigned first, count;
	bool chained; /* each block is marked with the block marked before it as similar */
	unsigned passes, firsts; /* the number of passes, and of blocks marked for the first time */
	/* the blocks of the second and later passes, if second_count is not 0 */
	unsigned second_first, second_count;
	void (*between)(struct fx_marking *m);
	const char *dir;
} fx_marking;

vv_status fx_mark(void *payload, vv_gc *gc, vv_error *err); /* payload: fx_marking */
/* Runs gc on the store in dir, at the time `now`, with blocks marked by m, and returns the
 * result. */
vv_gc_result fx_gc(const char *dir, int64_t now, uint64_t grace, fx_marking *m);

/* Runs fsck on the store in dir, and returns the number of faults. fx_fault is the text of the
 * first fault, or "". */
unsigned fx_fsck(const char *dir, bool deep);

/* The number of indexes that the last fx_fsck made again. */
extern unsigned fx_rebuilt;
extern char fx_fault[512];

#endif
