/*
 * store_fixture: what the tests of the block store share.
 *
 * Blocks are made from numbers: block n is always the same bytes, some 2 KB of
 * rows; blocks n and n + 1 differ in a few cells, so that one is a good base of
 * the other.
 */
#ifndef VV_TESTS_UNIT_REPO_STORE_FIXTURE_H
#define VV_TESTS_UNIT_REPO_STORE_FIXTURE_H

#include "repo/blocks/store.h"
#include "tests/unit/support.h"

/* The bytes of block n; cleared by the caller. */
void fx_block(vv_buf *out, unsigned n);
vv_cid fx_cid(unsigned n);

/* Bytes that do not compress, and bytes given. */
void fx_noise(vv_buf *out, unsigned n, size_t len);

/* A node that links to the given CIDs. */
void fx_node(vv_buf *out, const vv_cid *links, size_t count);

vv_store *fx_open(const char *dir);              /* creates */
void fx_put(vv_writer *w, unsigned n, int base); /* base: number of the block, or -1 */

/* Opens store and writer, puts blocks first .. first + count - 1, each with the
 * one before it as its base when chained, commits and closes. */
void fx_commit(const char *dir, unsigned first, unsigned count, bool chained);
vv_cid fx_commit_bytes(const char *dir, uint8_t codec, const void *bytes, size_t len);

#define FX_WAIT_MS 60000u
vv_writer *fx_writer(vv_store *s);

/* Commits blocks one by one without the test's assertions, for a forked child;
 * not 0 when it failed. */
int fx_write_as_child(const char *dir, unsigned first, unsigned count);

/* What get gives for block n: VV_OK only with exactly its bytes (else the test
 * fails). */
vv_status fx_get(vv_store *s, unsigned n, vv_error *err);
bool fx_all_readable(const char *dir, unsigned first, unsigned count);

/* The name of the one file in dir/packs that begins and ends so; fails the test
 * when there is not exactly one. Lives until the program ends. */
const char *fx_one(const char *dir, const char *begins, const char *ends);
size_t fx_count(const char *dir, const char *begins, const char *ends);

/* How many of the blocks first .. first + count - 1 can be read. */
unsigned fx_readable(const char *dir, unsigned first, unsigned count);

/* ---- gc ---- */

#define FX_NOW 1700000000
#define FX_DAY 86400

/* Marks blocks first, first - 1, ...; between is called once, after the first
 * pass. */
typedef struct fx_marking {
	unsigned first, count;
	bool chained; /* each resembles the one marked before it */
	unsigned passes, firsts;
	unsigned second_first, second_count; /* of the second pass, when count is not 0 */
	void (*between)(struct fx_marking *m);
	const char *dir;
} fx_marking;

vv_status fx_mark(void *payload, vv_gc *gc, vv_error *err); /* payload: fx_marking */
vv_gc_result fx_gc(const char *dir, int64_t now, uint64_t grace, fx_marking *m);

/* Number of faults that fsck tells; the first one's text is kept in fx_fault. */
unsigned fx_fsck(const char *dir, bool deep);

/* How many indexes the last fx_fsck made again. */
extern unsigned fx_rebuilt;
extern char fx_fault[512];

#endif
