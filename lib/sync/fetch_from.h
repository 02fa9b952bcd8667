/*
 * fetch_from: connects the sources of a fetch: the remote, or a copy instead of it, and further
 * peers that have blocks.
 *
 * A correct caller: fills in the request; vv_fetch_from_open; fetches the history from origin.host
 * or the first supplier, and blocks from all suppliers; vv_fetch_from_tell; vv_fetch_from_close.
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
	const char *word; /* name or URL of the remote; NULL: the remote of the current branch */
	vv_strings named; /* further peers that the user named (URLs or names) */
	bool quiet;
	const vv_named *failed; /* copies that failed earlier in this fetch */
	bool patient;           /* no copy answered quickly: wait for each as long as necessary */
	vv_error silent;        /* why the remote is not used; code VV_OK: the remote is used */
	/* The result. */
	vv_transfer t;
	vv_remote remote;
	vv_supplier *suppliers;
	size_t supplier_count, unasked_count;
	vv_error untold; /* error of peers that the user did not name; code VV_OK: no error */
	/* the connection to the remote; if the remote is a peer, the first supplier uses the
	 * connection */
	vv_reached origin;
	const vv_hello *hello;
	bool copies; /* copies can replace the remote, so waits are short */
	bool own;    /* the remote is the one that the branch follows */
	/* the name of the data set by which the remote was found, so that the remote is only one of
	 * several copies; or NULL */
	const char *found_by;
	bool stand_in;   /* the first supplier is another peer, as the remote does not answer */
	vv_remote stand; /* that peer */
	const char *stand_name; /* that peer as the user named it: a remote's name or a URL */
	bool others;            /* further copies answered, and could have been used */
	vv_named mirrors;       /* mirrors of the data set; suppliers borrow their names */
	vv_nearby nearby;       /* machines of the local network; suppliers borrow their names */
	bool signed_only;       /* accept only signed refs from the source of the history */
} vv_fetch_from;

/* Connects the remote, and finds the suppliers. Call vv_fetch_from_close on failure, too. idle_sec:
 * value of --timeout. */
vv_status vv_fetch_from_open(vv_fetch_from *r, uint64_t idle_sec, vv_error *err);
void vv_fetch_from_close(vv_fetch_from *r);
/* Warns about sources that could not be reached when they were needed. */
void vv_fetch_from_tell(const vv_fetch_from *r);

#endif
