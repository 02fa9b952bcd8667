/*
 * receive: receives data from a peer. Git objects are first put into a quarantine
 * (repo/git/objects/receive.h), and blocks into incoming/ (repo/known/incoming.h). When the data is
 * complete and checked, it is stored in the repository.
 *
 * The client of a fetch and the server of a push use this module. A correct caller:
 * vv_receive_open; vv_receive_begin, vv_receive_frame for each frame, vv_receive_end;
 * vv_receive_objects_end; vv_receive_lacking, and request the missing blocks, again and again,
 * until no block is missing or no peer has the rest; vv_receive_check; vv_receive_take;
 * vv_receive_close. If vv_receive_take was not called, vv_receive_close leaves the blocks in
 * incoming/ for the next attempt, and drops the other data.
 */
#ifndef VV_TRANSPORT_PROTOCOL_RECEIVE_H
#define VV_TRANSPORT_PROTOCOL_RECEIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/receive.h"
#include "repo/git/objects/send.h"
#include "repo/git/repository.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incoming.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/message.h"

/* Limits for received data. */
typedef struct vv_receive_limits {
	uint64_t bytes;     /* maximum bytes of frames in one request or answer */
	uint64_t blocks;    /* maximum number of blocks to store */
	uint64_t disk_free; /* bytes that must stay free on the repository's disk */
	vv_git_limits git;
} vv_receive_limits;
/* Sets *out to the limits in the settings of r (receive.maxInputSize, varve.keepFree), or else to
 * the defaults. */
vv_status vv_receive_limits_load(vv_receive_limits *out, vv_repository *r, vv_error *err);

typedef struct vv_receive vv_receive;

/* Numbers about the received data. */
typedef struct vv_receive_stats {
	/* blocks: number of received blocks that this repository did not have; bytes: their raw
	 * bytes */
	uint64_t blocks, bytes;
	uint64_t known;   /* number of received blocks that this repository already had */
	uint64_t resumed; /* number of blocks in incoming/ from earlier attempts */
	uint64_t objects; /* number of received Git objects */
	uint64_t commits; /* number of commits in the range of the last vv_receive_versions_each */
	/* number of versions that vv_receive_take recorded as linked (vv_receive_leaves) */
	uint64_t linked;
	/* number of blocks that could not be unpacked, although this repository has their base */
	uint64_t damaged;
} vv_receive_stats;

/* Begins to receive data into the repository r, within these limits, which are copied. r is
 * borrowed until vv_receive_close. */
vv_status vv_receive_open(vv_receive **out, vv_repository *r, const vv_receive_limits *limits,
			  vv_error *err);
void vv_receive_close(vv_receive *x); /* accepts NULL */
VV_AUTO_FREE(vv_receive, vv_receive_close)
/* Returns the numbers so far. */
vv_receive_stats vv_receive_stats_get(const vv_receive *x);
/* Returns the limits with which x was opened. */
vv_receive_limits vv_receive_limits_get(const vv_receive *x);
vv_incoming *vv_receive_incoming(vv_receive *x); /* borrowed */

/* Begins a stream of blocks and objects: a request or an answer. */
vv_status vv_receive_begin(vv_receive *x, vv_error *err);
/* Returns true if vv_receive_frame accepts frames of this type: VV_FRAME_BLOCKS, VV_FRAME_OBJECTS
 * and VV_FRAME_PACK (frame.h). */
bool vv_receive_takes(uint8_t type);
/* Receives the payload, len bytes, of a frame of this type. */
vv_status vv_receive_frame(vv_receive *x, uint8_t type, const void *bytes, size_t len,
			   vv_error *err);
/* Ends the stream. VV_ECORRUPT: the last record of the Git objects is incomplete. On success, the
 * received blocks are in incoming/, but the last 64 KiB may not be durable yet (vv_incoming_keep). */
vv_status vv_receive_end(vv_receive *x, vv_error *err);
/* Returns true if some received blocks are differences from blocks that this repository does not
 * have, so that the Git objects after them could not be read. This happens if git fetched the
 * commits of the other blocks without varve: the sender then assumes that this repository has the
 * blocks. The readable blocks are kept. The peer must send the objects again after the missing
 * blocks. */
bool vv_receive_lost(const vv_receive *x);

/* Stores in incoming/ the block b, which the caller requested by its CID, or got from another
 * source. Not thread-safe: threads that share x need a lock. VV_ECORRUPT: the bytes do not match
 * the CID, or are not a canonical node. */
vv_status vv_receive_block(vv_receive *x, const vv_block_received *b, vv_error *err);

/* Checks a Git object that was not received in frames, adds it to the quarantine, and sets *id. A
 * vv_receive takes objects either with this function or in frames, not both. */
vv_status vv_receive_object(vv_receive *x, vv_git_type type, const void *bytes, size_t len,
			    vv_oid *id, vv_error *err);

/* Replaces the content of out with the bytes of the object id, which was received, or is in the
 * repository. VV_ENOTFOUND: no such object. */
vv_status vv_receive_object_bytes(vv_receive *x, vv_git_type type, const vv_oid *id, vv_buf *out,
				  vv_error *err);

/* Call this after all objects were received. Checks that the repository and the quarantine together
 * have the objects `tips` and all objects reachable from them. VV_EMISSING, VV_ENOTFOUND: objects
 * are missing. Returns VV_OK if objects are missing only because received blocks were unreadable;
 * vv_receive_lost then returns true. */
vv_status vv_receive_objects_end(vv_receive *x, const vv_oids *tips, vv_error *err);
/* Returns a handle of the repository that also reads the received objects; borrowed until
 * vv_receive_close. Call this after vv_receive_objects_end. */
vv_repository *vv_receive_repository(vv_receive *x);

/* Calls fn(payload, ...) for the versions that are reachable from wants and not from commons, as
 * vv_new_roots_each does. The list of versions is kept for the next call with the same wants and
 * commons. fn must not call this function with other wants or commons. */
vv_status vv_receive_versions_each(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				   vv_new_root_fn fn, void *payload, vv_error *err);

/* cid: a block that this repository does not have. like: a similar block of the previous version,
 * or a null CID. */
typedef struct vv_lacking {
	vv_cid cid, like;
} vv_lacking;
/* Sets *out to an array of *count missing blocks of the new versions, at most max. Nodes (blocks
 * with links) are first. When the caller has received missing nodes, the next call may find missing
 * blocks below them. The caller frees *out with vv_free. */
vv_status vv_receive_lacking(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     size_t max, vv_lacking **out, size_t *count, vv_error *err);

/* Makes x check whether this repository has each block of the previous versions. Without this call,
 * x assumes that it has them. Call this if versions that refs of this repository reach may be
 * incomplete. */
void vv_receive_doubt(vv_receive *x);

/* Makes x ignore the versions that are listed in `elsewhere`: the blocks of such a version do not
 * count as missing, and the version does not count as new. elsewhere is borrowed until
 * vv_receive_close. */
void vv_receive_leave(vv_receive *x, const vv_elsewhere *elsewhere);
/* Makes x use the lists of expired versions of the commit *tip, which was received, instead of the
 * repository's. Only the first call has an effect. Errors as for vv_expired_open. */
vv_status vv_receive_expect_expired(vv_receive *x, const vv_oid *tip, vv_error *err);
/* Returns true if the blocks of the version n do not count as missing. This is so if n is listed in
 * `elsewhere` (vv_receive_leave), or if n is a linked or expired version
 * (repo/git/objects/send.h) that this repository does not have, unless n is current and its root was
 * received. Received blocks of such a version are not stored. vv_receive_take records a linked
 * version as linked. */
bool vv_receive_leaves(const vv_receive *x, const vv_new_root *n);

/* Lists the missing blocks of one version, root, as vv_receive_lacking does (fetch --cid). */
vv_status vv_receive_lacking_below(vv_receive *x, const vv_cid *root, size_t max, vv_lacking **out,
				   size_t *count, vv_error *err);
/* Does the same as vv_receive_lacking_below, and takes similar blocks from the version `like`,
 * which this repository has completely. like may be NULL. */
vv_status vv_receive_lacking_beside(vv_receive *x, const vv_cid *root, const vv_cid *like,
				    size_t max, vv_lacking **out, size_t *count, vv_error *err);

typedef vv_status (*vv_version_check_fn)(void *payload, vv_repository *with, vv_incoming *in,
					 const vv_new_root *version, vv_error *err);
/* Calls fn(payload, ...) to check each new version, except those for which vv_receive_leaves
 * returns true. If fn returns VV_EMISSING, the version is incomplete and is skipped. Any other
 * failure of fn ends the calls, and is returned. */
vv_status vv_receive_check(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			   vv_version_check_fn fn, void *payload, vv_error *err);

/* Makes vv_receive_take also store the blocks of mended versions. A version is mended if it is
 * reachable from wants and not from wholes, and if this repository and the received blocks together
 * have all of its blocks. If fn is not NULL, fn(payload, ...) checks each such version. A version
 * for which fn fails is not mended; this is not an error, except for VV_ENOMEM. */
vv_status vv_receive_mend(vv_receive *x, const vv_oids *wants, const vv_oids *wholes,
			  vv_version_check_fn fn, void *payload, vv_error *err);

/* Stores the received data durably: blocks in the store, and Git objects in Git's object store.
 * Then makes the ref_count changes `refs`, either all or none, with `message` in the reflog.
 * incomplete: missing blocks are not an error (a fetch from peers that do not have them).
 *
 * Blocks that the store already had were not received; the function checks, under the writer lock,
 * that the store still has them. VV_ECONFLICT: gc has removed some of them meanwhile. VV_EMISSING:
 * blocks or objects are missing. */
vv_status vv_receive_take(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			  bool incomplete, const vv_ref_change *refs, size_t ref_count,
			  const char *message, vv_error *err);
/* Releases the writer lock, which vv_receive_take otherwise keeps until vv_receive_close. Git's filters
 * can then store blocks while the work tree follows. */
void vv_receive_let_go(vv_receive *x);
/* After vv_receive_let_go, takes the writer lock again, and checks that the store still has the new
 * versions. VV_ECONFLICT: gc has removed some of them meanwhile. */
vv_status vv_receive_keep_on(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     vv_error *err);
/* Stores only the blocks, as vv_receive_take does. git fetches the objects and moves the refs
 * later. */
vv_status vv_receive_take_blocks(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				 vv_error *err);
/* Stores only the blocks of one dataset version, root, which must be complete. */
vv_status vv_receive_take_root(vv_receive *x, const vv_cid *root, vv_error *err);

#endif
