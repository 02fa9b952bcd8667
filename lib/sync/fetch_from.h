/*
 * fetch_from: who gives what a fetch brings: the remote, or a copy that stands in for it, and others that have its blocks.
 *
 * A correct caller: fill in what is wanted; open; the history comes from origin.host or the first supplier, blocks from all; tell; close.
 */
#ifndef VV_LIB_SYNC_FETCH_FROM_H
#define VV_LIB_SYNC_FETCH_FROM_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/heads/named.h"
#include "lib/heads/nearby.h"
#include "lib/remotes/reach.h"

typedef struct vv_fetch_from {
	/* What is wanted; borrowed. */
	vv_repository *repo;
	const char *word; /* the remote's name or URL; NULL: that of the branch */
	vv_strings named; /* further peers (URLs or names) */
	bool quiet;
	const vv_named *failed; /* copies that failed before */
	bool patient;    /* no copy answered as fast as one can: each has all the time it needs */
	vv_error silent; /* why the remote is not asked, or not again; code VV_OK: it is */
	/* What came of it. */
	vv_transfer t;
	vv_remote remote;
	vv_supplier *suppliers;
	size_t supplier_count, unasked_count;
	vv_error untold;   /* of those that nobody named; code VV_OK: nothing */
	vv_reached origin; /* a peer's line is the first supplier's */
	const vv_hello *hello;
	bool copies; /* others may stand in for the remote, so no one is waited for long */
	bool own;    /* the remote is the one that the branch follows */
	const char *
		found_by; /* the name that the remote was found by: it is a copy as others are; NULL: none */
	bool stand_in;   /* the first supplier is another peer, since the remote does not answer */
	vv_remote stand; /* which */
	const char *stand_name; /* as it was asked for: the name of a remote or a URL */
	bool others;            /* further ones answered, and would have done */
	vv_named mirrors;       /* of the data set; suppliers have their names from it */
	vv_nearby nearby;       /* likewise */
	bool signed_only;       /* nothing that is not signed counts of who gives the history */
} vv_fetch_from;

/* Close it on failure, too. idle_sec: --timeout. */
vv_status vv_fetch_from_open(vv_fetch_from *r, uint64_t idle_sec, vv_error *err);
void vv_fetch_from_close(vv_fetch_from *r);
/* Warns of those that could not be reached when they were needed. */
void vv_fetch_from_tell(const vv_fetch_from *r);

#endif
