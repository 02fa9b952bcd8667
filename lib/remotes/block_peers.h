/*
 * block_peers: finds the places that store the blocks of a repository on a Git host, which has no
 * varve. The places are repositories served by varve; the setting remote.<name>.varveUrl or the
 * committed .varveconfig has their URLs.
 *
 * A place from .varveconfig is contacted only if the user trusts its site: if it is the remote's
 * own site, if varve.trustedHost or VARVE_TRUSTED_HOSTS lists the site, or if the user agrees at
 * the terminal; the answer is stored as varve.trustedHost of this repository. A site is
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

typedef struct vv_block_peers {
	char *urls[2 * VV_BLOCKS_URLS_MAX];
	size_t count;
	char *untrusted[VV_BLOCKS_URLS_MAX]; /* URLs from .varveconfig that were left out */
	size_t untrusted_count;
	bool named; /* there were URLs, trusted or not */
} vv_block_peers;

/* Lists the places, for pushing if `write` is true. c is the content of .varveconfig. Untrusted
 * places are left out, with a note. */
vv_status vv_block_peers_list(vv_block_peers *out, vv_transfer *t, const vv_remote *m,
			      const vv_blocks_config *c, bool write, vv_error *err);
void vv_block_peers_clear(vv_block_peers *p);
VV_AUTO_CLEAR(vv_block_peers, vv_block_peers_clear)

/* Sets *yes to whether a place from .varveconfig may be contacted. If necessary, asks the user at
 * the terminal, once; without a terminal, sends a note that the place is left out. */
vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err);

/* Adds the URL's site, which the user has given, to the trusted sites of this repository. */
vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err);

/* Appends the site of a URL. Appends nothing if the URL has no host. */
vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err);

/* A ref to send with its history and blocks. */
typedef struct vv_blocks_ref {
	const char *name; /* name at the destination, such as "refs/heads/main"; NULL: no name */
	vv_oid id;
} vv_blocks_ref;

/* Sends the refs to all places. Fails unless at least one place accepts them; the failures of
 * others are noted. The refs of a place are fast-forwarded. If a ref cannot be fast-forwarded, a
 * tag kept/<id> is made instead, because the place stores blocks only as long as a ref reaches
 * them. */
vv_status vv_block_peers_send(const vv_block_peers *p, vv_transfer *t, const vv_blocks_ref *refs,
			      size_t count, bool dry_run, vv_host_sum *sum, vv_error *err);

#endif
