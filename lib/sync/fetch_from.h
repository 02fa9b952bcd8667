/*
 * fetch_from: the sources of a fetch: the remote, or a copy instead of it, and further peers with its blocks.
 *
 * A correct caller: fill in the request; open; fetch the history from origin.host or the first supplier, blocks from all; tell;
 * close.
 */
#ifndef VV_LIB_SYNC_FETCH_FROM_H
#define VV_LIB_SYNC_FETCH_FROM_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/heads/named.h"
#include "lib/heads/nearby.h"
#include "lib/remotes/reach.h"

typedef struct vv_fetch_from {
	/* The request; borrowed. */
	vv_repository *repo;
	const char *word; /* the remote's name or URL; NULL: that of the branch */
	vv_strings named; /* further peers (URLs or names) */
	bool quiet;
	const vv_named *failed; /* copies that failed before */
	bool patient;    /* no copy answered as fast as one can: each has all the time it needs */
	vv_error silent; /* why the remote is not used, or not again; code VV_OK: it is */
	/* The result. */
	vv_transfer t;
	vv_remote remote;
	vv_supplier *suppliers;
	size_t supplier_count, unasked_count;
	vv_error untold;   /* of peers that the user did not name; code VV_OK: none */
	vv_reached origin; /* a peer's line is the first supplier's */
	const vv_hello *hello;
	bool copies; /* copies may replace the remote, so waits are short */
	bool own;    /* the remote is the one that the branch follows */
	/* the name that the remote was found by: it is a copy as others are, or NULL */
	const char *found_by;
	bool stand_in;   /* the first supplier is another peer, since the remote does not answer */
	vv_remote stand; /* which */
	const char *stand_name; /* the user's word: the name of a remote or a URL */
	bool others;            /* further ones answered, and would have done */
	vv_named mirrors;       /* of the data set; suppliers have their names from it */
	vv_nearby nearby;       /* likewise */
	bool signed_only;       /* only signed refs count from the source of the history */
} vv_fetch_from;

/* Close it on failure, too. idle_sec: --timeout. */
vv_status vv_fetch_from_open(vv_fetch_from *r, uint64_t idle_sec, vv_error *err);
void vv_fetch_from_close(vv_fetch_from *r);
/* Warns of those that could not be reached when they were needed. */
void vv_fetch_from_tell(const vv_fetch_from *r);

#endif
