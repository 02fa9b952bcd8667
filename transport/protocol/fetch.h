/*
 * fetch: fetches history and blocks from one peer, or from several in parallel.
 *
 * The first supplier is the origin. It sends commits and nodes, so it must be a peer if commits are
 * missing here. Leaves are requested from all suppliers (gather.h). The data is stored in the
 * repository, and the refs are moved, only after all data was received and checked.
 */
#ifndef VV_TRANSPORT_PROTOCOL_FETCH_H
#define VV_TRANSPORT_PROTOCOL_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/gather.h"
#include "transport/protocol/receive.h"

/* The arguments of a fetch. */
typedef struct vv_fetch {
	vv_repository *repo;
	vv_supplier *suppliers; /* the peers and other sources (gather.h) */
	size_t supplier_count;
	vv_oids wants;             /* requested ids: commits, or annotated tags */
	const vv_ref_change *refs; /* refs to move at the end: all are moved, or none */
	size_t ref_count;
	const char *message;       /* message for the reflog */
	vv_version_check_fn check; /* checks each new version that is complete; may be NULL */
	void *payload;             /* first argument of check */
	bool allow_missing;        /* succeed even if no supplier has some of the blocks */
	/* true: if a version is unavailable or invalid, skip only the wants from which it is
	 * reachable; false: the whole fetch then fails */
	bool each;
	/* the name of a remote: fetch only history, and list the new versions as stored at this
	 * remote (elsewhere.h); NULL: fetch the blocks, too */
	const char *lazy;
	/* also fetch versions that are listed as stored elsewhere (elsewhere.h) */
	bool full;
	/* for vv_fetch_cid: a similar version that this repository has completely; may be NULL */
	const vv_cid *like;
	bool erased; /* for vv_fetch_cid: also data that was erased (repo/known/erased.h), to search it */
	const vv_progress *progress;
} vv_fetch;

/* The result of a fetch. */
typedef struct vv_fetch_result {
	vv_fetch_sum sum;          /* totals of the origin's first answer with data */
	vv_receive_stats received; /* statistics for all suppliers */
	uint64_t rounds;           /* requests to the origin, and rounds of requests for blocks */
	/* numbers of new versions of datasets, and of new versions with missing blocks */
	uint64_t versions, incomplete;
	vv_cid *roots; /* roots of the new versions, at most the newest VV_ROOTS_NOTED */
	size_t root_count;
	vv_cid *missing; /* blocks that no supplier had, at most the first VV_MISSING_SHOWN */
	size_t missing_shown;
	uint64_t missing_count; /* number of all blocks that no supplier had */
	/* with `each`: the skipped wants, and the reasons; their refs did not move, and
	 * missing_count does not count their blocks */
	struct vv_fetch_behind *behind;
	size_t behind_count;
	bool mended; /* missing blocks of earlier commits were received */
	/* number of versions added to the list (elsewhere.h): with lazy, of all new versions; else,
	 * of linked versions */
	uint64_t elsewhere;
} vv_fetch_result;
/* A want that was skipped, and the reason. */
typedef struct vv_fetch_behind {
	vv_oid id;
	vv_error why;
} vv_fetch_behind;
#define VV_MISSING_SHOWN 10u
#define VV_ROOTS_NOTED 256u
void vv_fetch_result_clear(vv_fetch_result *r);
VV_AUTO_CLEAR(vv_fetch_result, vv_fetch_result_clear)

/* Fetches and stores the data, moves the refs, and sets *result. The caller clears *result, also
 * after a failure. VV_EMISSING: no supplier has some of the blocks, and allow_missing is not set;
 * result->missing has these blocks, and the received blocks are kept for the next attempt.
 * VV_EMISSING also if commits are missing and the origin is not a peer. */
vv_status vv_fetch_run(const vv_fetch *f, vv_fetch_result *result, vv_error *err);

/* Fetches the dataset version root into the store, and sets *result. The caller clears *result,
 * also after a failure. No ref leads to the version, so gc removes it after its grace period. */
vv_status vv_fetch_cid(const vv_fetch *f, const vv_cid *root, vv_fetch_result *result,
		       vv_error *err);

#endif
