/*
 * receive: receives data from a peer, in quarantine until it is complete, then checks and stores it.
 *
 * Used by the client of a fetch and by the server of a push. A correct caller: open; pass it the frames;
 * objects_end; lacking (and request these, until none is missing or no peer has them); check; take.
 * close without take leaves only the blocks in incoming/, for the next attempt.
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

typedef struct vv_receive_limits {
	uint64_t bytes;     /* of frames in one request or answer */
	uint64_t blocks;    /* kept, in all */
	uint64_t disk_free; /* bytes that must stay free on the disk */
	vv_git_limits git;
} vv_receive_limits;
/* The defaults, changed by the configuration: receive.maxInputSize and varve.max*. */
vv_status vv_receive_limits_load(vv_receive_limits *out, vv_repository *r, vv_error *err);

typedef struct vv_receive vv_receive;

typedef struct vv_receive_stats {
	uint64_t blocks, bytes; /* kept that were missing here; raw bytes */
	uint64_t known;         /* received blocks that were already stored */
	uint64_t resumed;       /* waited in incoming/ from earlier attempts */
	uint64_t objects;
	uint64_t commits; /* of the range whose versions were determined last */
	uint64_t linked;  /* versions that take noted as linked */
	/* blocks that could not be unpacked, though their base is here */
	uint64_t damaged;
} vv_receive_stats;

vv_status vv_receive_open(vv_receive **out, vv_repository *r, const vv_receive_limits *limits,
			  vv_error *err);
void vv_receive_close(vv_receive *x); /* accepts NULL */
VV_AUTO_FREE(vv_receive, vv_receive_close)
void vv_receive_stats_get(const vv_receive *x, vv_receive_stats *out);
void vv_receive_limits_get(const vv_receive *x, vv_receive_limits *out);
vv_incoming *vv_receive_incoming(vv_receive *x); /* borrowed */

/* One stream of blocks and objects begins (a request, an answer). */
vv_status vv_receive_begin(vv_receive *x, vv_error *err);
/* A frame of type 'B', 'O' or 'P', see vv_receive_takes. */
bool vv_receive_takes(uint8_t type);
vv_status vv_receive_frame(vv_receive *x, uint8_t type, const void *bytes, size_t len,
			   vv_error *err);
/* Ends the stream; the received blocks are then durable in incoming/. */
vv_status vv_receive_end(vv_receive *x, vv_error *err);
/* Were received objects unreadable, because received blocks are differences against blocks that are missing
 * here? (The sender took these for known, since git alone brought their commits.) The readable blocks are
 * kept; the objects must be sent again, after the missing blocks. */
bool vv_receive_lost(const vv_receive *x);

/* Stores a block that was requested by its CID, or found elsewhere. Thread-safe. VV_ECORRUPT: the
 * bytes do not match the CID, or are not a canonical node. */
vv_status vv_receive_block(vv_receive *x, const vv_block_received *b, vv_error *err);

/* Checks and keeps a Git object that was not received in frames. Do not use it together with objects in
 * frames. */
vv_status vv_receive_object(vv_receive *x, vv_git_type type, const void *bytes, size_t len,
			    vv_oid *id, vv_error *err);

/* The bytes of a received object, or of one that the repository has. VV_ENOTFOUND. */
vv_status vv_receive_object_bytes(vv_receive *x, vv_git_type type, const vv_oid *id, vv_buf *out,
				  vv_error *err);

/* All objects have arrived: tips and everything reachable from them must be here; if blocks could not be read,
 * VV_EMISSING means that objects are lost. */
vv_status vv_receive_objects_end(vv_receive *x, const vv_oids *tips, vv_error *err);
vv_repository *vv_receive_repository(vv_receive *x); /* sees the new objects; after objects_end */

/* The versions that wants reach and commons do not, as in vv_new_roots_each, determined once. fn must not call
 * it with other wants or commons. */
vv_status vv_receive_versions_each(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				   vv_new_root_fn fn, void *payload, vv_error *err);

/* Blocks below the new versions that are missing here. *out lists at most max of them (nodes first, so that a
 * further call may find more blocks below these); *count: how many. like: a similar block of the previous
 * version, or null. */
typedef struct vv_lacking {
	vv_cid cid, like;
} vv_lacking;
vv_status vv_receive_lacking(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     size_t max, vv_lacking **out, size_t *count,
			     vv_error *err); /* *out: vv_free */

/* Call this if some of the data reachable from the refs here is incomplete: x then no longer assumes that a
 * block is stored because the previous version must have it. */
void vv_receive_doubt(vv_receive *x);

/* Versions that are listed there, and missing here, stay there: they no longer count as missing or new.
 * Borrowed. */
void vv_receive_leave(vv_receive *x, const vv_elsewhere *elsewhere);
/* Does the version stay there? A linked version (repo/git/objects/new_roots.c) that is missing here does, too;
 * take records it as linked. */
bool vv_receive_leaves(const vv_receive *x, const vv_new_root *n);

/* The same below a single root (fetch --cid). */
vv_status vv_receive_lacking_below(vv_receive *x, const vv_cid *root, size_t max, vv_lacking **out,
				   size_t *count, vv_error *err);
/* The same with `like`, a similar version that is complete here, or NULL. */
vv_status vv_receive_lacking_beside(vv_receive *x, const vv_cid *root, const vv_cid *like,
				    size_t max, vv_lacking **out, size_t *count, vv_error *err);

/* Calls fn to check each new version that is complete. */
typedef vv_status (*vv_version_check_fn)(void *payload, vv_repository *with, vv_incoming *in,
					 const vv_new_root *version, vv_error *err);
vv_status vv_receive_check(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			   vv_version_check_fn fn, void *payload, vv_error *err);

/* Versions that wants reach and wholes do not, which were here without their blocks: those whose
 * blocks have all arrived, and that fn (may be NULL) finds sound, are stored with the rest by
 * take. */
vv_status vv_receive_mend(vv_receive *x, const vv_oids *wants, const vv_oids *wholes,
			  vv_version_check_fn fn, void *payload, vv_error *err);

/* Stores the received data durably: blocks in the store, Git objects in Git's; then moves all refs, or no ref.
 * Checks again under the writer lock that the store still has the blocks relied on: VV_ECONFLICT: gc has
 * removed some meanwhile. VV_EMISSING: blocks or objects are missing. incomplete: blocks are known to be
 * missing, and stay so (a fetch from peers that do not have them). */
vv_status vv_receive_take(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			  bool incomplete, const vv_ref_change *refs, size_t ref_count,
			  const char *message, vv_error *err);
/* Stores only the blocks: git will bring the objects, and move the refs. */
vv_status vv_receive_take_blocks(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				 vv_error *err);
/* Stores only the blocks of one dataset, which must be complete. */
vv_status vv_receive_take_root(vv_receive *x, const vv_cid *root, vv_error *err);

#endif
