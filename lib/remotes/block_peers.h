/*
 * block_peers: trusts the block peers of a Git host, a host without varve, and sends to them. A block peer is a
 * repository, served by varve, that stores the blocks of the host's repository; the setting
 * remote.<name>.varveUrl or the committed .varveconfig has its URL.
 *
 * A block peer from .varveconfig is contacted only if its site is trusted. A site is trusted if it
 * is the remote's own site, if varve.trustedHost or VARVE_TRUSTED_HOSTS lists it, or if the user
 * agrees at the terminal. In the last case, the site is added to varve.trustedHost of this
 * repository. A site is SCHEME://[USER@]HOST[:PORT], and behind a relay SCHEME://HOST[:PORT]/KEY.
 */
#ifndef VV_LIB_REMOTES_BLOCK_PEERS_H
#define VV_LIB_REMOTES_BLOCK_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "lib/remotes/blocks_sources.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "transport/places/packs/host.h"

/* Sets *yes to true if the block peer `url` from .varveconfig may be contacted, else to false. If
 * necessary, asks the user at the terminal. Without a terminal, or if the user declines, warns that
 * the block peer is left out. */
vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err);

/* Adds the site of url, a URL that the user has given, to the trusted sites of r. Does nothing if
 * the URL has no host. */
vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err);

/* Appends the site of url to out. Appends nothing if the URL has no host. */
vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err);

/* One value = one ref to send with its history and blocks. */
typedef struct vv_blocks_ref {
	const char *name; /* name at the destination, such as "refs/heads/main"; NULL: no name */
	vv_oid id;        /* id of the ref in this repository */
} vv_blocks_ref;

/* Sends `refs` to all trusted block peers in `to`. Fails unless at least one of them accepts the refs; if
 * there are several block peers, sends a note for each that failed. A branch of a block peer is
 * only fast-forwarded; new refs are made. For a branch that cannot be fast-forwarded, any other ref
 * that differs, and a ref without a name, a tag kept/<id> is made instead, because a block peer
 * stores blocks only as long as they are reachable from a ref. dry_run: send nothing. sum: is set
 * to the amount of sent data. */
vv_status vv_block_peers_send(const vv_blocks_sources *to, vv_transfer *t,
			      const vv_blocks_ref *refs, size_t count, bool dry_run,
			      vv_host_sum *sum, vv_error *err);

#endif
