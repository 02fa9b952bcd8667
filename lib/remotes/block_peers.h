/*
 * block_peers: places that keep the blocks of a Git host's repository, since the host has no varve:
 * repositories that speak it, named by remote.<name>.varveUrl, or by the committed .varveconfig.
 *
 * What a commit names is asked only where the user trusts it: where the remote itself is, at a site that
 * varve.trustedHost or VARVE_TRUSTED_HOSTS lists, or after a question on the terminal, whose answer is
 * remembered as varve.trustedHost of this repository. A site is SCHEME://[USER@]HOST[:PORT].
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

/* c: what .varveconfig says. write: those to push to. Untrusted ones are left out, and told of. */
vv_status vv_block_peers_list(vv_block_peers *out, vv_transfer *t, const vv_remote *m,
			      const vv_blocks_config *c, bool write, vv_error *err);
void vv_block_peers_clear(vv_block_peers *p);
VV_AUTO_CLEAR(vv_block_peers, vv_block_peers_clear)

/* May a place that a commit names be asked? Who is at the terminal is asked, once; else it is told that it is left out. */
vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err);

/* From now on this repository trusts the URL's site, which the user named. */
vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err);

/* Appends the URL's site, which is trusted or not; "": the URL names no machine. */
vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err);

/* A ref whose history and blocks are to be there. */
typedef struct vv_blocks_ref {
	const char *name; /* "refs/heads/main"; NULL: it has none there */
	vv_oid id;
} vv_blocks_ref;

/* To all of them, of which one at least must take it; the others are told of. Refs there follow where
 * they can go forward; what would not is kept by a tag kept/<id>, since blocks stay for as long as a
 * ref reaches them. */
vv_status vv_block_peers_send(const vv_block_peers *p, vv_transfer *t, const vv_blocks_ref *refs,
			      size_t count, bool dry_run, vv_host_sum *sum, vv_error *err);

#endif
