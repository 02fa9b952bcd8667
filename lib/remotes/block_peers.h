/*
 * block_peers: places that store the blocks of a Git host's repository, since the host has no varve:
 * repositories served by varve, named by remote.<name>.varveUrl, or by the committed .varveconfig.
 *
 * A place named by a commit is contacted only if the user trusts it: at the remote's own site, at a site
 * that varve.trustedHost or VARVE_TRUSTED_HOSTS lists, or after a question on the terminal, whose answer
 * is stored as varve.trustedHost of this repository. A site is SCHEME://[USER@]HOST[:PORT].
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
	char *untrusted[VV_BLOCKS_URLS_MAX]; /* named by the commit, and left out */
	size_t untrusted_count;
	bool named; /* some were named, trusted or not */
} vv_block_peers;

/* c: the content of .varveconfig. write: those to push to. Untrusted ones are left out, with a
 * note. */
vv_status vv_block_peers_list(vv_block_peers *out, vv_transfer *t, const vv_remote *m,
			      const vv_blocks_config *c, bool write, vv_error *err);
void vv_block_peers_clear(vv_block_peers *p);
VV_AUTO_CLEAR(vv_block_peers, vv_block_peers_clear)

/* May a place that a commit names be contacted? Asks the user at the terminal, once; without a terminal, notes that the
 * place is left out. */
vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err);

/* From now on this repository trusts the URL's site, which the user named. */
vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err);

/* Appends the URL's site, which is trusted or not; "": the URL names no machine. */
vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err);

/* A ref to send with its history and blocks. */
typedef struct vv_blocks_ref {
	const char *name; /* "refs/heads/main"; NULL: it has none there */
	vv_oid id;
} vv_blocks_ref;

/* Sends to all of them; at least one must accept it, failures of others are noted. Their refs are fast-forwarded; if a
 * ref cannot be fast-forwarded, a tag kept/<id> is made, since blocks stay only as long as a ref reaches them. */
vv_status vv_block_peers_send(const vv_block_peers *p, vv_transfer *t, const vv_blocks_ref *refs,
			      size_t count, bool dry_run, vv_host_sum *sum, vv_error *err);

#endif
