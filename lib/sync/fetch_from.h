/*
 * fetch_from: connects the sources of a fetch: the remote, or a copy instead of it, and further
 * peers that have blocks.
 *
 * A correct caller: fills in the request; vv_fetch_from_open; fetches the history from origin.host
 * or the first supplier, and blocks from all suppliers; vv_fetch_from_tell; vv_fetch_from_close.
 */
#ifndef VV_LIB_SYNC_FETCH_FROM_H
#define VV_LIB_SYNC_FETCH_FROM_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "lib/heads/named.h"
#include "lib/heads/nearby.h"
#include "lib/remotes/reach.h"

/* The sources of a fetch. A copy is another clone of the repository, that is, one with the
 * same name and owner (lib/heads/head.h). */
typedef struct vv_fetch_from {
	/* The request, set by the caller; pointers are borrowed. */
	vv_repository *repo;
	const char *word; /* name or URL of the remote; NULL: the remote of the current branch */
	vv_strings named; /* further peers that the user has given (URLs or names) */
	bool quiet;       /* report less */
	const vv_named *failed; /* copies that failed earlier in this fetch; not NULL */
	/* wait for each source as long as necessary, because no copy answered quickly */
	bool patient;
	/* the error because of which the remote is not used; code VV_OK: the remote is used */
	vv_error silent;
	/* The result, set by vv_fetch_from_open. */
	vv_transfer t;          /* the open transfer */
	vv_remote remote;       /* the remote */
	vv_supplier *suppliers; /* the sources of blocks */
	/* supplier_count: number of all suppliers; unasked_count: number of suppliers, at the end
	 * of the array, that the user did not name */
	size_t supplier_count, unasked_count;
	/* error of suppliers that the user did not name; code VV_OK: no error */
	vv_error untold;
	/* the connection to the remote; if the remote is a peer, the first supplier uses the
	 * connection */
	vv_reached origin;
	const vv_hello *hello; /* refs of the source of the history; borrowed */
	atomic_bool stopped;   /* set when the time of the connection to the remote is up */
	bool copies;           /* copies can replace the remote, so waits are short */
	bool own;              /* the remote is the default remote of the branch */
	/* the remote is, by name or by URL, the default remote: its data is this repository's */
	bool same;
	/* the name of the repository by which the remote was found, so that the remote is only one of
	 * several copies; or NULL */
	const char *found_by;
	/* the first supplier is another peer (the stand-in), as the remote does not
	 * answer */
	bool stand_in;
	vv_remote stand; /* the stand-in */
	/* the stand-in as the user has given it: a remote's name or a URL */
	const char *stand_name;
	/* further copies answered; a repeated fetch can use them if this one fails */
	bool others;
	vv_named mirrors; /* mirrors of the repository; suppliers borrow their names */
	vv_nearby nearby; /* machines of the local network; suppliers borrow their names */
	bool signed_only; /* accept only signed refs from the source of the history */
} vv_fetch_from;

/* Connects to the remote, finds the suppliers, and sets the result members of r, which must be zero
 * before. Call vv_fetch_from_close on failure, too. idle_sec: value of --timeout in seconds; 0: not
 * given. */
vv_status vv_fetch_from_open(vv_fetch_from *r, uint64_t idle_sec, vv_error *err);
void vv_fetch_from_close(vv_fetch_from *r);
/* Warns about sources that could not be reached when they were needed, except those that the user
 * did not name. */
void vv_fetch_from_tell(const vv_fetch_from *r);

#endif
