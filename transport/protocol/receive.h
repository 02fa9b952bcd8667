/*
 * receive: receives data from a peer. Until the data is complete and checked, Git objects are in a
 * quarantine (repo/git/objects/receive.h), and blocks in incoming/ (repo/known/incoming.h); then it
 * is stored.
 *
 * Used by the client of a fetch and by the server of a push. A correct caller: vv_receive_open;
 * vv_receive_begin, vv_receive_frame for each frame, vv_receive_end; vv_receive_objects_end;
 * vv_receive_lacking, and request these blocks, until no block is missing or no peer has the
 * missing blocks; vv_receive_check; vv_receive_take; vv_receive_close. If vv_receive_take was not
 * called, vv_receive_close leaves the blocks in incoming/ for the next attempt, and drops the other
 * data.
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
	uint64_t disk_free; /* bytes that must stay free on the disk */
	vv_git_limits git;
} vv_receive_limits;
/* Sets *out to the limits in the settings of r (receive.maxInputSize, varve.max*), or to the
 * defaults. */
vv_status vv_receive_limits_load(vv_receive_limits *out, vv_repository *r, vv_error *err);

typedef struct vv_receive vv_receive;

/* Numbers about the received data. */
typedef struct vv_receive_stats {
	/* number of blocks that this repository did not have and that were stored, and their raw
	 * bytes */
	uint64_t blocks, bytes;
	uint64_t known;   /* number of received blocks that were already stored */
	uint64_t resumed; /* number of blocks in incoming/ from earlier attempts */
	uint64_t objects; /* number of received Git objects */
	uint64_t commits; /* number of commits in the range of the last vv_receive_versions_each */
	uint64_t linked;  /* number of versions that vv_receive_take recorded as linked */
	/* number of blocks that could not be unpacked although this repository has their base */
	uint64_t damaged;
} vv_receive_stats;

/* Begins to receive data into the repository r, within these limits. */
vv_status vv_receive_open(vv_receive **out, vv_repository *r, const vv_receive_limits *limits,
			  vv_error *err);
void vv_receive_close(vv_receive *x); /* accepts NULL */
VV_AUTO_FREE(vv_receive, vv_receive_close)
/* Sets *out to the numbers so far. */
void vv_receive_stats_get(const vv_receive *x, vv_receive_stats *out);
/* Sets *out to the limits with which x was opened. */
void vv_receive_limits_get(const vv_receive *x, vv_receive_limits *out);
vv_incoming *vv_receive_incoming(vv_receive *x); /* borrowed */

/* Begins a stream of blocks and objects: a request or an answer. */
vv_status vv_receive_begin(vv_receive *x, vv_error *err);
/* Returns true if vv_receive_frame accepts frames of this type: VV_FRAME_BLOCKS, VV_FRAME_OBJECTS
 * and VV_FRAME_PACK (frame.h). */
bool vv_receive_takes(uint8_t type);
/* Receives the payload, len bytes, of a frame of this type. */
vv_status vv_receive_frame(vv_receive *x, uint8_t type, const void *bytes, size_t len,
			   vv_error *err);
/* Ends the stream; the received blocks are then durable in incoming/. */
vv_status vv_receive_end(vv_receive *x, vv_error *err);
/* Returns true if received Git objects could not be read, since they refer to received blocks that
 * are differences from blocks that this repository lacks. (It has the commits of those blocks,
 * because git fetched them without varve, so the sender assumed that it has the blocks.) The
 * readable blocks are stored. The objects must be sent again after the missing blocks. */
bool vv_receive_lost(const vv_receive *x);

/* Stores the block b, which was requested by its CID, or comes from another source. Thread-safe.
 * VV_ECORRUPT: the bytes do not match the CID, or are not a canonical node. */
vv_status vv_receive_block(vv_receive *x, const vv_block_received *b, vv_error *err);

/* Checks a Git object that was not received in frames, adds it to the quarantine, and sets *id. Do
 * not use this function together with objects in frames. */
vv_status vv_receive_object(vv_receive *x, vv_git_type type, const void *bytes, size_t len,
			    vv_oid *id, vv_error *err);

/* Replaces the content of out with the bytes of the object id, a received object or one that the
 * repository has. VV_ENOTFOUND: no such object. */
vv_status vv_receive_object_bytes(vv_receive *x, vv_git_type type, const vv_oid *id, vv_buf *out,
				  vv_error *err);

/* Checks, after all objects were received, that the repository or the quarantine has tips and all
 * objects reachable from tips. VV_EMISSING: objects are missing. If objects are missing only
 * because received blocks were unreadable, returns VV_OK, and vv_receive_lost returns true. */
vv_status vv_receive_objects_end(vv_receive *x, const vv_oids *tips, vv_error *err);
/* Returns a handle of the repository in which the received objects can also be read; borrowed until
 * vv_receive_close. Call this after vv_receive_objects_end. */
vv_repository *vv_receive_repository(vv_receive *x);

/* Calls fn for the versions that are reachable from wants and not from commons, as
 * vv_new_roots_each does. The versions are determined only once. fn must not call this function
 * with other wants or commons. */
vv_status vv_receive_versions_each(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				   vv_new_root_fn fn, void *payload, vv_error *err);

/* A block that this repository does not have, and a similar block of the previous version (null: no
 * such block). */
typedef struct vv_lacking {
	vv_cid cid, like;
} vv_lacking;
/* Sets *out to an array of *count missing blocks below the new versions, at most max, nodes (blocks
 * with links) first. After the caller has received missing nodes, a further call may find more
 * missing blocks below them. The caller frees *out with vv_free. */
vv_status vv_receive_lacking(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     size_t max, vv_lacking **out, size_t *count, vv_error *err);

/* Makes x check for each block of a previous version whether this repository has the block, instead
 * of assuming so. Call this if data reachable from refs of this repository is incomplete. */
void vv_receive_doubt(vv_receive *x);

/* From now on, a version that is listed in `elsewhere` counts neither as missing nor as new, even if
 * its blocks are not here. elsewhere is borrowed until vv_receive_close. */
void vv_receive_leave(vv_receive *x, const vv_elsewhere *elsewhere);
/* Returns true if the version n does not count as missing: because it is listed in `elsewhere`
 * (vv_receive_leave), or because it is a linked version (repo/git/objects/send.h) that this
 * repository does not have; vv_receive_take records the latter as linked. */
bool vv_receive_leaves(const vv_receive *x, const vv_new_root *n);

/* Lists missing blocks like vv_receive_lacking, but those below the single root (fetch --cid). */
vv_status vv_receive_lacking_below(vv_receive *x, const vv_cid *root, size_t max, vv_lacking **out,
				   size_t *count, vv_error *err);
/* Lists missing blocks like vv_receive_lacking_below. like: a similar version that this repository
 * has completely; may be NULL. */
vv_status vv_receive_lacking_beside(vv_receive *x, const vv_cid *root, const vv_cid *like,
				    size_t max, vv_lacking **out, size_t *count, vv_error *err);

typedef vv_status (*vv_version_check_fn)(void *payload, vv_repository *with, vv_incoming *in,
					 const vv_new_root *version, vv_error *err);
/* Calls fn(payload, ...) to check each new version that is complete. If fn fails, stops and returns
 * its status. */
vv_status vv_receive_check(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			   vv_version_check_fn fn, void *payload, vv_error *err);

/* Makes vv_receive_take also store the blocks of mended versions. A version is mended if it is
 * reachable from wants and not from wholes, and if this repository and the received blocks together
 * now have all of its blocks. fn(payload, ...), if not NULL, checks each such version; if fn fails,
 * the version is not mended, which is not an error. */
vv_status vv_receive_mend(vv_receive *x, const vv_oids *wants, const vv_oids *wholes,
			  vv_version_check_fn fn, void *payload, vv_error *err);

/* Stores the received data durably: blocks in the store, and Git objects in Git's object store;
 * then makes the ref_count changes of refs, either all or none, with message in the reflog. Under
 * the writer lock, checks again that the store still has the blocks that were not received because
 * the store had them. VV_ECONFLICT: gc has removed some of these blocks meanwhile. VV_EMISSING:
 * blocks or objects are missing. incomplete: accept that blocks are missing (a fetch from peers
 * that do not have them). */
vv_status vv_receive_take(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			  bool incomplete, const vv_ref_change *refs, size_t ref_count,
			  const char *message, vv_error *err);
/* Stores only the blocks, like vv_receive_take; git fetches the objects and moves the refs
 * later. */
vv_status vv_receive_take_blocks(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				 vv_error *err);
/* Stores only the blocks of one dataset version, root, which must be complete. */
vv_status vv_receive_take_root(vv_receive *x, const vv_cid *root, vv_error *err);

#endif
