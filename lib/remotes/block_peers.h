/*
 * block_peers: finds the block peers of a Git host, a host without varve. A block peer is a
 * repository, served by varve, that stores the blocks of the host's repository; the setting
 * remote.<name>.varveUrl or the committed .varveconfig has its URL.
 *
 * A block peer from .varveconfig is contacted only if the user trusts its site: if it is the
 * remote's own site, if varve.trustedHost or VARVE_TRUSTED_HOSTS lists the site, or if the user
 * agrees at the terminal; the site is then added to varve.trustedHost of this repository. A site is
 * SCHEME://[USER@]HOST[:PORT].
 */
#ifndef VV_LIB_REMOTES_BLOCK_PEERS_H
#define VV_LIB_REMOTES_BLOCK_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "transport/places/packs/host.h"

/* One value = the block peers of one remote. */
typedef struct vv_block_peers {
	vv_string_list urls;      /* their URLs, at most 2 * VV_BLOCKS_URLS_MAX */
	vv_string_list untrusted; /* URLs from .varveconfig that were left out */
	bool named;               /* setting or .varveconfig have URLs, trusted or not */
} vv_block_peers;

/* Sets *out to the block peers of m, for pushing if `write` is true. c: the content of
 * .varveconfig. Untrusted block peers are left out, with a note. */
vv_status vv_block_peers_list(vv_block_peers *out, vv_transfer *t, const vv_remote *m,
			      const vv_blocks_config *c, bool write, vv_error *err);
void vv_block_peers_clear(vv_block_peers *p);
VV_AUTO_CLEAR(vv_block_peers, vv_block_peers_clear)

/* Sets *yes to true if the block peer `url` from .varveconfig may be contacted, else to false. If
 * necessary, asks the user at the terminal. Without a terminal, or if the user declines,
 * sends a note that the block peer is left out. */
vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err);

/* Adds the site of url, a URL that the user has given, to the trusted sites of r. */
vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err);

/* Appends the site of url to out. Appends nothing if the URL has no host. */
vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err);

/* One value = one ref to send with its history and blocks. */
typedef struct vv_blocks_ref {
	const char *name; /* name at the destination, such as "refs/heads/main"; NULL: no name */
	vv_oid id;        /* id of the ref in this repository */
} vv_blocks_ref;

/* Sends `refs` to all block peers in p. Fails unless at least one of them accepts the refs; if
 * there are several block peers, sends a note for each that failed. A branch of a block peer is
 * only fast-forwarded; new refs are made. For a branch that cannot be fast-forwarded, any other ref
 * that differs, and a ref without a name, a tag kept/<id> is made instead, because a block peer
 * stores blocks only as long as they are reachable from a ref. dry_run: send nothing. sum: is set
 * to the amount of sent data. */
vv_status vv_block_peers_send(const vv_block_peers *p, vv_transfer *t, const vv_blocks_ref *refs,
			      size_t count, bool dry_run, vv_host_sum *sum, vv_error *err);

#endif
