/*
 * store: all blocks of a repository: its packs, and the one writer.
 *
 * Reading: vv_store_open, then vv_store_get from any thread; no lock is taken, nothing is modified.
 * A block that is not found makes the store list its packs again once (a writer or gc may have been
 * at work) before it is VV_EMISSING. Every returned block was checked: record checksum (XXH3 of
 * header and raw bytes), and that the record is that of the CID. VV_ECORRUPT names pack and offset.
 *
 * Writing: vv_writer_open takes the writer lock (one writer a store, others wait); vv_writer_put
 * from any thread; vv_writer_commit makes the pack durable (fsync, rename, fsync of the folder) and
 * the blocks visible; then the caller makes its references durable and calls vv_writer_close, which
 * releases the lock: gc, which also needs the lock to drop anything, thus sees either no new block
 * or the reference to it as well. Without commit, close leaves no trace.
 *
 * Formats: docs/formats/store.md, "pack" and "index"; pack.h, pack_index.h.
 */
#ifndef VV_REPO_BLOCKS_STORE_H
#define VV_REPO_BLOCKS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/sync.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"

typedef struct vv_store vv_store;
typedef struct vv_writer vv_writer;

/* Opens the store in folder dir (".git/varve"); dir and dir/packs are made when
 * create is true, else a missing folder is an empty store. */
vv_status vv_store_open(vv_store **out, const char *dir, bool create, vv_error *err);

/* A store in a folder of its own (made when create) whose reads fall through to another: it finds
 * blocks of both, and its blocks may be differences against blocks of the other. Merging, counting
 * and checking concern only the blocks in dir. under is borrowed, and closed later. */
vv_status vv_store_open_over(vv_store **out, const char *dir, vv_store *under, bool create,
			     vv_error *err);
void vv_store_close(vv_store *s); /* accepts NULL */
VV_AUTO_FREE(vv_store, vv_store_close)

/* The block's raw bytes. out->data is owned by the caller (vv_buf_clear); its former content is
 * replaced. VV_EMISSING when no pack has it, VV_ECORRUPT when its records are damaged.
 * Thread-safe. */
vv_status vv_store_get(vv_store *s, const vv_cid *cid, vv_buf *out, vv_error *err);

/* The same, with the form (coder.h) in which it is stored: borrowed from stored, whose content is replaced (both
 * NULL: not wanted). A missing node is not fetched. Thread-safe. */
typedef struct vv_block_form vv_block_form;
vv_status vv_store_get_form(vv_store *s, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			    vv_block_form *form, vv_error *err);

/* A block in parts (parts.h); valid while the store is open. */
void vv_parted_clear(vv_parted *p);
VV_AUTO_CLEAR(vv_parted, vv_parted_clear)

/* As vv_store_get, but that each part is unpacked, and found damaged, by vv_parted_need. Thread-safe. */
vv_status vv_store_get_parted(vv_store *s, const vv_cid *cid, vv_parted *out, vv_error *err);
/* Loads len bytes from at on. If a part is damaged it reads the whole block, which finds another copy or reports the fault;
 * errors of vv_store_get. */
vv_status vv_parted_need(vv_parted *p, size_t at, size_t len, vv_error *err);
/* Number of loaded bytes from the block's start on. */
size_t vv_parted_known(const vv_parted *p);
/* Are len bytes of one, at a, and of the other, at b, stored alike? False, too, if that is not to be seen without
 * unpacking them. */
bool vv_parted_alike(vv_parted *p, size_t a, vv_parted *q, size_t b, size_t len);

/* How many bytes of the blocks that others build on are kept unpacked. Where every version is read, chains are walked in
 * whole again and again if that is less than one version needs of a table's. A server has many transfers at once. */
#define VV_UNPACKED_USUAL ((size_t)8 << 20)
#define VV_UNPACKED_TRANSFER ((size_t)12 << 20)
#define VV_UNPACKED_ALL ((size_t)16 << 20)
void vv_store_keep_unpacked(vv_store *s, size_t bytes);

/* Caches a block's bytes, as those of other bases, because blocks that are differences against it will be read.
 * Does nothing without memory. Thread-safe. */
void vv_store_remember(vv_store *s, const vv_cid *cid, const void *bytes, size_t len);

/* A block that is at hand so, in place of out's content; false: it is not. Thread-safe. */
bool vv_store_get_kept(vv_store *s, const vv_cid *cid, vv_buf *out);

/* Sets fn for blocks that vv_store_get does not find: fn either brings the block and everything below it into this
 * store's folder (through another open store: this one must not be used meanwhile), or puts only the block into
 * alone, which is empty, or fails with a reason, VV_EMISSING (VV_ENOTFOUND: not its business). One call at a time. fn
 * NULL: none, the initial state. Not thread-safe. */
typedef vv_status (*vv_absent_fn)(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err);
void vv_store_on_absent(vv_store *s, vv_absent_fn fn, void *payload);

/* Is it here? (Found in an index, and the record is the CID's.) Thread-safe. */
bool vv_store_has(vv_store *s, const vv_cid *cid);

/* The store has no packs, and fetches no missing blocks. */
bool vv_store_has_nothing(vv_store *s);

/* Leaves in cids those that are missing here now; the packs are listed again at most once. Thread-safe. */
vv_status vv_store_without(vv_store *s, vv_cid *cids, size_t *count, vv_error *err);

/* Absent; in packs that gc has set aside, or that are known to be damaged, alone; or in another. Thread-safe. */
typedef enum vv_block_standing { VV_BLOCK_ABSENT, VV_BLOCK_ASIDE, VV_BLOCK_LIVE } vv_block_standing;
vv_block_standing vv_store_standing(vv_store *s, const vv_cid *cid);

/* As vv_store_has, but only in packs that gc has not set aside and that are not known to be
 * damaged: the block stays at least until a gc that begins later. Thread-safe. */
bool vv_store_has_live(vv_store *s, const vv_cid *cid);

/* Bytes that the block takes in its pack (record with header), and the length
 * of its chain of differences (0: whole). VV_EMISSING. */
vv_status vv_store_cost(vv_store *s, const vv_cid *cid, uint64_t *stored, unsigned *depth,
			vv_error *err);

typedef struct vv_store_stats {
	uint64_t packs, blocks; /* blocks: records, repeats counted */
	uint64_t pack_bytes, index_bytes;
	uint64_t old_bytes; /* of packs set aside by gc, waiting for their grace period */
	int64_t old_since;  /* when the oldest sound one of these was set aside; INT64_MAX: none */
	uint64_t damaged_packs;
} vv_store_stats;
vv_status vv_store_stats_get(vv_store *s, vv_store_stats *out, vv_error *err);

/* Writing. lock_wait_ms: how long to wait for another writer; then VV_ELOCKED. */
vv_status vv_writer_open(vv_writer **out, vv_store *s, unsigned lock_wait_ms, vv_error *err);

/* Stores a block under its CID, unless the store has it already (readable, in a pack that gc has
 * not set aside) or it was put into this writer before. base, when not NULL, names a block that
 * resembles it: the difference is stored if that is smaller (one below 1/64 of the block is
 * taken at once) and the chain stays within VV_CHAIN_MAX; a base that is missing is not an error.
 * cid must be the CID of the bytes (the caller hashes; asserted in debug builds). Thread-safe, but
 * not while a commit runs: VV_ELOCKED then. */
vv_status vv_writer_put(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			const vv_cid *base, vv_error *err);

/* As vv_store_get, seeing this writer's own blocks too. Thread-safe. */
vv_status vv_writer_get(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_error *err);
/* As vv_store_get_parted; its own blocks come as a whole. */
vv_status vv_writer_get_parted(vv_writer *w, const vv_cid *cid, vv_parted *out, vv_error *err);

/* Need it not be put? (What gc has set aside must be.) Thread-safe. */
bool vv_writer_has(vv_writer *w, const vv_cid *cid);

/* After the last commit, for a caller that continues to wait for another lock, whose holder may be
 * waiting for this one: other writers may proceed, and only gc is excluded until vv_writer_close.
 * Nothing more can be put after it. False, and no change, while a gc runs. */
bool vv_writer_settle(vv_writer *w);
bool vv_writer_is_settled(const vv_writer *w);
/* The one that is open, and may be settled; NULL: none. Borrowed. */
vv_writer *vv_store_writer(const vv_store *s);

typedef struct vv_writer_stats {
	uint64_t blocks_new, blocks_known; /* put and stored; put and there already */
	uint64_t leaves_new;               /* of the new ones: those without links */
	uint64_t raw_bytes, stored_bytes;  /* of the new ones */
} vv_writer_stats;
void vv_writer_stats_get(const vv_writer *w, vv_writer_stats *out);

/* Makes everything put so far durable and visible, and merges small packs geometrically. May be
 * called again after further puts. On failure nothing of it is visible. */
vv_status vv_writer_commit(vv_writer *w, vv_error *err);
/* vv_writer_commit in steps, so that its two waits for the disk can be shared: the files added by
 * stage must be durable before place, the folders added by place before finish. finish ends it in
 * any case; failed: the error since stage, or NULL. After an error nothing of it is visible, and
 * the writer accepts no more blocks. */
vv_status vv_writer_stage(vv_writer *w, vv_syncs *files, vv_error *err);
vv_status vv_writer_place(vv_writer *w, vv_syncs *folders, vv_error *err);
void vv_writer_finish(vv_writer *w, const vv_error *failed);
/* From now on commits of this store's writers do not wait for the disk: their blocks are visible at once, a kill leaves them,
 * and a power cut may damage them until vv_store_wait, or the commit of any other writer, which waits for them too.
 * docs/formats/store.md, "unsynced". */
void vv_store_wait_later(vv_store *s);
/* Waits until everything committed since is durable. Does nothing if nothing was committed. */
vv_status vv_store_wait(vv_store *s, unsigned lock_wait_ms, vv_error *err);

void vv_writer_close(vv_writer *w); /* releases the lock; drops uncommitted blocks; accepts NULL */
VV_AUTO_FREE(vv_writer, vv_writer_close)

/* gc, the store's half. The roots and the walk are reach.h's. */
typedef struct vv_gc_options {
	int64_t now_sec;    /* the time of this run */
	uint64_t grace_sec; /* unreachable blocks stay this long after they were set aside */
	/* Unreachable blocks in packs younger than this are set aside regardless of grace, except expended ones: git add and
	 * git stash run several processes, which store blocks first and name them later. */
	uint64_t young_sec;
	bool dry_run;
	unsigned writer_wait_ms; /* for a writer at work, then VV_ELOCKED; 0: ten minutes */
	const vv_progress *progress;
} vv_gc_options;

typedef struct vv_gc_result {
	uint64_t bytes_before; /* packs and indexes, set-aside ones included */
	uint64_t bytes_after;  /* dry_run: approximate, from the current record lengths */
	uint64_t live_blocks, live_bytes;
	uint64_t aside_blocks, aside_bytes; /* now set aside */
	int64_t young_until; /* some stay for being young, and may be removed from then on; 0: none */
	uint64_t dropped_blocks, dropped_bytes; /* removed for good */
} vv_gc_result;

/* Rewrites reachable blocks (newest whole, older ones as differences), sets unreachable ones aside,
 * removes blocks set aside for longer than the grace period. mark is called twice, first without
 * the lock, then under it: it must call vv_gc_mark for every reachable CID; order: newest versions
 * first. On any failure the store is unchanged. */
typedef struct vv_gc vv_gc;
typedef vv_status (*vv_gc_mark_fn)(void *payload, vv_gc *gc, vv_error *err);
vv_status vv_store_gc(vv_store *s, const vv_gc_options *opts, vv_gc_mark_fn mark, void *payload,
		      vv_gc_result *out, vv_error *err);

/* True when cid was not marked before in this pass (so: walk its links).
 * resembles, when not NULL, is a newer block that this one may be stored as a
 * difference against. A CID that the store lacks is recorded and no error. */
vv_status vv_gc_mark(vv_gc *gc, const vv_cid *cid, const vv_cid *resembles, bool *first,
		     vv_error *err);
/* Other places store this block: it is removed at once, regardless of grace, unless it is marked, too.
 * *first as above, among the blocks expended in this pass. */
vv_status vv_gc_expend(vv_gc *gc, const vv_cid *cid, bool *first, vv_error *err);

/* Every record of every pack, in file order: for fsck. fn gets the CID, its place, and the state:
 * VV_OK or the error found. VV_ECORRUPT, VV_EIO: damage. VV_EMISSING: a difference whose base is
 * missing here, which is damage only if something needs it (a gc that ended halfway leaves such
 * ones). VV_ENOTFOUND, with an index for the pack: it was missing or wrong, `what` is the fault; it
 * has been rebuilt from its sound pack. With deep, SHA-256 of the raw bytes is checked too (and
 * DAG-CBOR for nodes). */
typedef vv_status (*vv_store_fsck_fn)(void *payload, const char *pack, uint64_t offset,
				      const vv_cid *cid, vv_status state, const char *what,
				      vv_error *err);
vv_status vv_store_fsck(vv_store *s, bool deep, vv_store_fsck_fn fn, void *payload,
			const vv_progress *progress, vv_error *err);

/* Retires damaged packs (names: "pack-... .pack", found by fsck): stores their readable blocks
 * again, durably, before anything else is changed. A pack without a lost block is then removed; any
 * other is moved into a folder of its own below VV_DAMAGED_DIR, which is also a store. told is
 * called for each: the file's name, its new folder (NULL: removed), blocks read from it.
 * VV_ELOCKED. */
#define VV_DAMAGED_DIR "damaged"
typedef struct vv_salvage {
	const char *const *names;
	size_t count;
	unsigned lock_wait_ms;
	vv_status (*told)(void *payload, const char *name, const char *kept, uint64_t blocks,
			  vv_error *err);
	void *payload;
} vv_salvage;
vv_status vv_store_salvage(vv_store *s, const vv_salvage *ask, vv_error *err);

#endif
