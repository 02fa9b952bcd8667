/*
 * store: reads, writes, checks and garbage-collects the blocks of a repository, which are in packs
 * (pack.h).
 *
 * Reading: vv_store_open, then vv_store_get from any thread. Reading takes no lock file and changes
 * no file. If the store does not find a block, it lists its packs again before it returns
 * VV_EMISSING, since a writer or gc may have changed the packs. When the store reads a record, it
 * checks the CID in the header and the checksum (XXH3 of header and raw bytes). It does not check
 * the SHA-256 of the bytes; vv_store_fsck can do that. The message of a VV_ECORRUPT names the pack
 * and the offset.
 *
 * Writing: vv_writer_open; vv_writer_put from any thread; vv_writer_commit; vv_writer_close.
 * vv_writer_open takes the writer lock: each store has one writer at a time, and others wait.
 * vv_writer_commit makes the pack durable (fsync, rename, fsync of the folder) and the blocks
 * visible. Then the caller makes its references durable. vv_writer_close releases the lock. gc
 * removes blocks only while it holds the same lock, so it never sees a new block without its
 * reference. vv_writer_close discards blocks that were not committed.
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

typedef struct vv_store vv_store;
typedef struct vv_writer vv_writer;
typedef struct vv_parted vv_parted; /* parts.h */

/* Opens the store in the folder dir (".git/varve"). If create is true, creates dir and dir/packs;
 * otherwise, a missing folder counts as an empty store. */
vv_status vv_store_open(vv_store **out, const char *dir, bool create, vv_error *err);

/* Returns true if dir has the folder of a store's packs. */
bool vv_store_exists(const char *dir);
/* Removes the store in dir, unless it has packs or another process is writing to it: for a dry run,
 * after the vv_writer that made it. */
void vv_store_unmake(const char *dir);

/* Opens a store in dir on top of the store `under`: reads find blocks of both, and blocks in dir
 * may be differences from blocks of `under`. Writing, vv_store_stats_get, vv_store_fsck and
 * vv_store_salvage apply only to the packs in dir. create is as in vv_store_open. `under` is
 * borrowed, and must be closed after *out. */
vv_status vv_store_open_over(vv_store **out, const char *dir, vv_store *under, bool create,
			     vv_error *err);
void vv_store_close(vv_store *s); /* accepts NULL */
VV_AUTO_FREE(vv_store, vv_store_close)

/* Replaces the content of out with the raw bytes of the block cid. Fetches the block if no pack has
 * it and vv_store_on_absent was called. VV_EMISSING: no pack has the block, and it was not fetched.
 * VV_ECORRUPT: all its records are damaged. Thread-safe. */
vv_status vv_store_get(vv_store *s, const vv_cid *cid, vv_buf *out, vv_error *err);

typedef struct vv_block_form vv_block_form; /* coder.h */

/* Like vv_store_get, and also sets *form to the form (coder.h) in which the block is stored.
 * Replaces the content of stored with the stored bytes, from which *form borrows. stored and form
 * may both be NULL. Does not fetch a missing block. Thread-safe. */
vv_status vv_store_get_form(vv_store *s, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			    vv_block_form *form, vv_error *err);

/* Releases p (parts.h). Call this before the store is closed. */
void vv_parted_clear(vv_parted *p);
VV_AUTO_CLEAR(vv_parted, vv_parted_clear)

/* Reads the block cid into *out, but does not yet unpack and check the parts of the block;
 * vv_parted_need does that. *out must be zeroed before the first call, and may then be used again
 * for another block. If the block is not stored in parts, reads the whole block. The errors are
 * those of vv_store_get. Thread-safe. */
vv_status vv_store_get_parted(vv_store *s, const vv_cid *cid, vv_parted *out, vv_error *err);
/* Unpacks and checks the parts that contain the bytes [at, at + len) of the block. The caller can
 * then read these bytes in p->block. If a part is damaged, reads the whole block, which finds
 * another copy or fails with the errors of vv_store_get. */
vv_status vv_parted_need(vv_parted *p, size_t at, size_t len, vv_error *err);
/* Returns the number of bytes that can be read without vv_parted_need: the bytes before the first
 * part, or all bytes if all parts are unpacked. */
size_t vv_parted_known(const vv_parted *p);
/* Returns true if the bytes [a, a + len) of p and [b, b + len) of q are parts with the same stored
 * bytes, and so are equal. Returns false if the bytes differ, or if they cannot be compared without
 * unpacking. */
bool vv_parted_alike(vv_parted *p, size_t a, vv_parted *q, size_t b, size_t len);

/* Limits for vv_store_keep_unpacked, in bytes. */
#define VV_UNPACKED_USUAL ((size_t)8 << 20)
#define VV_UNPACKED_TRANSFER ((size_t)12 << 20)
#define VV_UNPACKED_ALL ((size_t)16 << 20)

/* Sets the limit of bytes of unpacked blocks that are cached as bases of differences. The initial
 * limit is VV_UNPACKED_USUAL. A caller that reads every version of a table needs a limit at least
 * as large as the bases of one version together; otherwise whole chains of differences are unpacked
 * repeatedly. VV_UNPACKED_TRANSFER is less than VV_UNPACKED_ALL because a server has many transfers
 * at once. */
void vv_store_keep_unpacked(vv_store *s, size_t bytes);

/* Adds the block cid with its bytes to the cache of bases of differences. Call this if differences
 * from the block will be read. Does nothing if memory runs out. Thread-safe. */
void vv_store_remember(vv_store *s, const vv_cid *cid, const void *bytes, size_t len);

/* Replaces the content of out with the bytes of the block cid from the cache. Returns false if the
 * block is not cached. Thread-safe. */
bool vv_store_get_kept(vv_store *s, const vv_cid *cid, vv_buf *out);

typedef vv_status (*vv_absent_fn)(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err);
/* Sets the function that fetches blocks that vv_store_get does not find. fn must not use s. It has
 * three choices. It may open the folder of s as another store, and store the block and all blocks
 * below it there. It may append the block's bytes to `alone`, which is empty; the block is then
 * returned and not stored. Or it may fail: after VV_ENOTFOUND, which means that fn is not
 * responsible for the block, vv_store_get returns VV_EMISSING with its own message; it returns any
 * other error of fn unchanged. One thread at a time calls fn. If fn is NULL, which is the initial
 * value, nothing is fetched. Not thread-safe. */
void vv_store_on_absent(vv_store *s, vv_absent_fn fn, void *payload);

/* Returns true if the store has the block cid: the index of a pack leads to a record whose header
 * has cid. Does not read the block's content, and fetches nothing. Returns false if the packs
 * cannot be read. Thread-safe. */
bool vv_store_has(vv_store *s, const vv_cid *cid);

/* Returns true if the store, and the store under it, have no packs, and the store fetches no
 * missing blocks. */
bool vv_store_has_nothing(vv_store *s);

/* Removes from cids, an array of *count CIDs, the CIDs of blocks that the store has. Sets *count to
 * the number of CIDs left, which keep their order. Lists the packs again at most once.
 * Thread-safe. */
vv_status vv_store_without(vv_store *s, vv_cid *cids, size_t *count, vv_error *err);

/* The result of vv_store_standing. */
typedef enum vv_block_standing { VV_BLOCK_ABSENT, VV_BLOCK_ASIDE, VV_BLOCK_LIVE } vv_block_standing;
/* Returns VV_BLOCK_ABSENT if no pack has the block cid; VV_BLOCK_ASIDE if only packs that gc has
 * set aside, or that are known to be damaged, have the block; VV_BLOCK_LIVE if another pack has it.
 * Thread-safe. */
vv_block_standing vv_store_standing(vv_store *s, const vv_cid *cid);

/* Like vv_store_has, but searches only packs that gc did not set aside and that are not known to be
 * damaged. If the result is true, only a gc that begins later can remove the block. Thread-safe. */
bool vv_store_has_live(vv_store *s, const vv_cid *cid);

/* Sets *stored to the length of the record of the block cid, with its header, and *depth to the
 * length of its chain of differences (0: stored whole). VV_EMISSING: no pack has the block. */
vv_status vv_store_cost(vv_store *s, const vv_cid *cid, uint64_t *stored, unsigned *depth,
			vv_error *err);

/* Numbers about the packs in a store's folder. */
typedef struct vv_store_stats {
	/* packs, blocks, pack_bytes and index_bytes do not count packs that gc has set aside.
	 * blocks: number of records; a block that is stored twice counts twice */
	uint64_t packs, blocks;
	uint64_t pack_bytes, index_bytes; /* bytes of the packs, and of their index files */
	/* bytes of packs that gc has set aside and not yet removed, with their index files */
	uint64_t old_bytes;
	/* the time when gc set aside the oldest of these packs that is not damaged, in seconds
	 * since 1970; INT64_MAX: no such pack */
	int64_t old_since;
	/* number of packs that are known to be damaged, also among those set aside */
	uint64_t damaged_packs;
} vv_store_stats;
/* Sets *out to the numbers of the store at present. */
vv_status vv_store_stats_get(vv_store *s, vv_store_stats *out, vv_error *err);

/* Opens the writer of the store s. Waits up to lock_wait_ms milliseconds for another writer or gc
 * to end. VV_ELOCKED: the other did not end in time. */
vv_status vv_writer_open(vv_writer **out, vv_store *s, unsigned lock_wait_ms, vv_error *err);

/* Stores a block under its CID, unless this writer, or a readable pack that gc did not set aside,
 * already has the block. cid must be the CID of the bytes; debug builds assert this. base is a
 * similar block, or NULL. Stores a difference from base if the difference is smaller than the block
 * packed alone, and the chain of differences has at most VV_CHAIN_MAX members. A difference of at
 * most 1/64 of the block's bytes is stored without this comparison. A missing base is not an error.
 * Thread-safe. VV_EREFUSED: the block is longer than VV_BLOCK_MAX. VV_ELOCKED: a commit of this
 * writer is running. After a failed commit, returns the error of the commit. */
vv_status vv_writer_put(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			const vv_cid *base, vv_error *err);

/* Like vv_store_get, but also finds blocks of this writer. Thread-safe. */
vv_status vv_writer_get(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_error *err);
/* Like vv_store_get_parted, but also finds blocks of this writer, which are returned whole. */
vv_status vv_writer_get_parted(vv_writer *w, const vv_cid *cid, vv_parted *out, vv_error *err);

/* Returns true if this writer has the block, or a pack that gc did not set aside and that is not
 * known to be damaged. The block then need not be put. Thread-safe. */
bool vv_writer_has(vv_writer *w, const vv_cid *cid);

/* Releases the writer lock after the last commit, so that other writers can proceed. gc stays
 * excluded until vv_writer_close. This is for a caller that then waits for another lock, whose
 * owner may be waiting for the writer lock. The caller must put no blocks afterwards. Returns
 * false, with nothing changed, if gc is running, if a commit has failed, or if blocks are not
 * committed. */
bool vv_writer_settle(vv_writer *w);
bool vv_writer_is_settled(const vv_writer *w); /* true after vv_writer_settle succeeded */
/* Returns the writer that was opened last with s, which may be settled; borrowed until it is
 * closed. NULL: no writer is open. */
vv_writer *vv_store_writer(const vv_store *s);

/* Numbers about the blocks put so far. */
typedef struct vv_writer_stats {
	uint64_t blocks_new,              /* blocks that were put and stored */
		blocks_known;             /* blocks that were put, but were already stored */
	uint64_t leaves_new;              /* new blocks without links */
	uint64_t raw_bytes, stored_bytes; /* total bytes of new blocks, raw and as stored */
} vv_writer_stats;
/* Returns the numbers of the writer so far. */
vv_writer_stats vv_writer_stats_get(const vv_writer *w);

/* Makes the blocks put since the last commit durable and visible, and merges small packs
 * geometrically, like git repack --geometric. After vv_store_wait_later, does not wait until the
 * blocks are durable. May be called again after further puts. If the call fails, the blocks are not
 * visible. If it fails after the new pack was begun, the writer accepts no further blocks. */
vv_status vv_writer_commit(vv_writer *w, vv_error *err);
/* Begins a commit in three steps. vv_writer_stage, vv_writer_place and vv_writer_finish commit as
 * vv_writer_commit does, but the caller waits for the disk, and can wait for other files at the
 * same time. Adds to `files` the files that the caller must make durable before it calls
 * vv_writer_place. */
vv_status vv_writer_stage(vv_writer *w, vv_syncs *files, vv_error *err);
/* The second step: adds to `folders` the folders that the caller must make durable before it calls
 * vv_writer_finish. */
vv_status vv_writer_place(vv_writer *w, vv_syncs *folders, vv_error *err);
/* The third step. The caller must call it also after an error, even one of vv_writer_stage. failed:
 * the first error since vv_writer_stage, or NULL. After an error, the blocks are not visible, and
 * the writer accepts no further blocks. */
void vv_writer_finish(vv_writer *w, const vv_error *failed);
/* Makes later commits of this store's writers return without waiting for the disk. The blocks of
 * such a commit are visible at once and survive the end of the process, but a power cut can damage
 * them. They are durable once vv_store_wait, or a commit by another writer, has returned. See
 * docs/formats/store.md, "unsynced". */
void vv_store_wait_later(vv_store *s);
/* The same for a process that another process waits for, which has called vv_store_wait_all before:
 * packs that are not durable yet are whole, and are not read again. */
void vv_store_wait_by_other(vv_store *s);
/* Waits until all blocks committed after vv_store_wait_later are durable. Opens a writer for this,
 * so the caller must have none open. VV_ELOCKED: another writer did not end in time. */
vv_status vv_store_wait(vv_store *s, unsigned lock_wait_ms, vv_error *err);
/* Waits until all blocks that any process has committed are durable. If a power cut has damaged
 * packs before, saves their readable blocks (vv_store_salvage). Otherwise as vv_store_wait. */
vv_status vv_store_wait_all(vv_store *s, unsigned lock_wait_ms, vv_error *err);

void vv_writer_close(vv_writer *w); /* releases the lock; drops uncommitted blocks; accepts NULL */
VV_AUTO_FREE(vv_writer, vv_writer_close)

/* Options of garbage collection. The caller finds the reachable blocks, for example with
 * reach.h. */
typedef struct vv_gc_options {
	int64_t now_sec; /* the time of this run */
	/* seconds for which unreachable blocks are kept after they were set aside */
	uint64_t grace_sec;
	/* Unreachable blocks in packs younger than young_sec seconds are set aside, and are not
	 * removed even if grace_sec is 0. git add and git stash need this: they run several
	 * processes, which first store blocks and later store references to them. Blocks passed to
	 * vv_gc_expend are removed nevertheless. */
	uint64_t young_sec;
	bool dry_run; /* change nothing; only compute the result */
	/* milliseconds to wait for a writer before VV_ELOCKED; 0: ten minutes. For a settled writer
	 * (vv_writer_settle) or another gc, at most six seconds */
	unsigned writer_wait_ms;
	const vv_progress *progress; /* may be NULL */
} vv_gc_options;

/* The result of a gc. */
typedef struct vv_gc_result {
	uint64_t bytes_before; /* size of packs and indexes, including those set aside */
	uint64_t bytes_after;  /* dry_run: approximate, from the current record lengths */
	uint64_t live_blocks, live_bytes; /* reachable blocks */
	/* unreachable blocks that this run sets aside */
	uint64_t aside_blocks, aside_bytes;
	/* the time when the blocks kept only because of young_sec can be removed; 0: no such
	 * blocks, or grace_sec is not 0 */
	int64_t young_until;
	uint64_t dropped_blocks, dropped_bytes; /* removed blocks */
} vv_gc_result;

typedef struct vv_gc vv_gc;
typedef vv_status (*vv_gc_mark_fn)(void *payload, vv_gc *gc, vv_error *err);
/* Collects garbage: rewrites reachable blocks (the newest whole, older ones as differences), sets
 * unreachable blocks aside, and removes blocks that were set aside longer ago than the grace
 * period. Calls mark twice: first without the writer lock, then with the lock; in a dry run, only
 * once. mark must call vv_gc_mark for every reachable CID, newest versions first. Does not change
 * damaged packs, and copies their readable reachable blocks. If gc fails before the new packs are
 * in place, the old packs are unchanged; if it fails later, some old packs remain beside the new
 * packs. No reachable block is lost in either case. VV_ELOCKED: another gc or a writer did not end
 * in time. */
vv_status vv_store_gc(vv_store *s, const vv_gc_options *opts, vv_gc_mark_fn mark, void *payload,
		      vv_gc_result *out, vv_error *err);

/* Marks a block as reachable. Sets *first to true if the block was not yet marked in this pass;
 * then the caller must also mark the blocks to which it has links. resembles is a newer block, from
 * which this block may be stored as a difference, or NULL; it has no effect unless it was marked
 * before. It is not an error if the store does not have the block. */
vv_status vv_gc_mark(vv_gc *gc, const vv_cid *cid, const vv_cid *resembles, bool *first,
		     vv_error *err);
/* Declares that the block cid is also stored outside of this store. gc then removes the block at
 * once, instead of setting it aside, unless the block is also marked. Sets *first to true if this
 * is the first such call for the block in this pass, and to false otherwise. */
vv_status vv_gc_expend(vv_gc *gc, const vv_cid *cid, bool *first, vv_error *err);

typedef vv_status (*vv_store_fsck_fn)(void *payload, const char *pack, uint64_t offset,
				      const vv_cid *cid, vv_status state, const char *what,
				      vv_error *err);
/* Checks every record of every pack, in file order, and calls fn with the record's pack, offset,
 * CID and state. If `deep` is true, also checks the SHA-256 of the raw bytes, and the DAG-CBOR of
 * nodes (blocks with links). state is VV_OK; VV_ECORRUPT or VV_EIO for damage; or VV_EMISSING for a
 * difference whose base the store does not have. (An interrupted gc leaves such records; they are
 * damage only if their blocks are needed.) `what` describes the fault; it is "" if state is VV_OK.
 * cid is the null CID if the fault is in a pack as a whole, or in a header that cannot be read. fn
 * may be called for a damaged pack as a whole and again for its damaged records. If state is
 * VV_ENOTFOUND, the call is about an index that was missing or wrong: pack is the name of the
 * index, and `what` tells if fsck has rebuilt it from its undamaged pack, or could not write it. If
 * fn fails, fsck ends with the status of fn. */
vv_status vv_store_fsck(vv_store *s, bool deep, vv_store_fsck_fn fn, void *payload,
			const vv_progress *progress, vv_error *err);

#define VV_DAMAGED_DIR "damaged" /* a folder in the store's folder */
/* The arguments of vv_store_salvage. */
typedef struct vv_salvage {
	const char *const *names; /* files of damaged packs, "pack-... .pack", as fsck found them */
	size_t count;
	unsigned lock_wait_ms; /* milliseconds to wait for another writer */
	/* Called for each damaged pack. kept: the new path of the pack's file; NULL: the pack was
	 * removed. blocks: the number of blocks read from the pack. */
	vv_status (*told)(void *payload, const char *name, const char *kept, uint64_t blocks,
			  vv_error *err);
	void *payload;
} vv_salvage;
/* Replaces damaged packs. First stores their readable blocks in a new pack, durably. Then removes
 * each damaged pack of which every block was read or has another sound copy. Moves the other
 * damaged packs to a new folder below VV_DAMAGED_DIR, which can be opened as a store. VV_ELOCKED:
 * another writer did not end in time. */
vv_status vv_store_salvage(vv_store *s, const vv_salvage *ask, vv_error *err);

#endif
