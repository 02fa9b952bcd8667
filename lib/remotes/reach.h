/*
 * reach: a remote of any kind: a peer with varve, a Git host without, or a published folder.
 *
 * remote.<name>.varveKind decides ("peer", "git", "folder"); well-known hosts, and URLs that only git
 * supports, are Git hosts; any other far side is tried as varve first, and if something else answers, as a
 * folder, then git. The result is stored in remote.<name>.varveKind.
 */
#ifndef VV_LIB_REMOTES_REACH_H
#define VV_LIB_REMOTES_REACH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"

/* A reached remote: either peer or host is set, and the hello was exchanged. host borrows t and
 * m until it is closed. */
typedef struct vv_reached {
	vv_peer *peer;
	vv_git_host *host;
	const vv_hello *hello; /* borrowed */
} vv_reached;

vv_status vv_reach(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write, vv_error *err);
/* Is it known, without connecting, that the remote is a Git host? */
bool vv_reach_is_host(vv_transfer *t, const vv_remote *m);
void vv_reached_close(vv_reached *r);
VV_AUTO_CLEAR(vv_reached, vv_reached_close)

/* Opens the Git host of a peer that also has a ref of blocks, for clients without varve; the
 * caller closes *out. *out NULL: the peer has no such ref, or git cannot reach it. eager: try
 * also if this needs another connection and no such ref is known. */
vv_status vv_reach_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
			      bool eager, vv_error *err);
/* Opens the ref of blocks of a remote (word: its name or URL) as a supplier. *has false: the
 * remote has no such ref. */
vv_status vv_reach_ref_supplier(vv_transfer *t, vv_supplier *out, const char *word, bool *has,
				vv_error *err);
/* Reaches a remote as vv_reach. For a peer, also opens its ref of blocks as out->host; NULL: the
 * peer has no such ref. */
vv_status vv_reach_as_host(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			   bool eager, vv_error *err);

/* Registers a kind of suppliers that an upper module implements: its URL scheme ("vault:"), and
 * its name in messages ("the vault"; NULL: its URL). Call it once for each kind, when the
 * program begins. open returns at most max suppliers. url NULL: the suppliers of this kind that
 * are used without being named, possibly none. */
typedef vv_status (*vv_suppliers_open_fn)(vv_transfer *t, vv_supplier *out, size_t max,
					  size_t *count, const char *url, vv_error *err);
void vv_reach_add_kind(const char *scheme, const char *called, vv_suppliers_open_fn open);
/* Returns the name for messages of a remote, a URL, or a supplier of a registered kind;
 * borrowed. */
const char *vv_reach_shown(const char *name);

/* Opens a URL, also one of a registered kind, as a supplier of blocks. out borrows url as its
 * name. */
vv_status vv_reach_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);
void vv_reach_supplier_clear(vv_supplier *s);
/* The origin of a source's name: the settings; the user's command; or an untrusted list, whose URLs must be peers, and
 * for which varve never prompts for secrets. */
typedef enum vv_named_by { VV_BY_SETTINGS, VV_BY_USER, VV_BY_STRANGER } vv_named_by;
/* Opens a URL as suppliers, at most max (at least one): a URL of a registered kind can name
 * several. vv_reach_suppliers_later: suppliers of other kinds connect when blocks are first
 * requested, in the requesting thread. */
vv_status vv_reach_suppliers(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err);
vv_status vv_reach_suppliers_later(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				   const char *url, vv_named_by by, vv_error *err);
/* Sets out to a peer that is not a remote. It has this name, and connects at the first request,
 * in the requesting thread. url identifies it in varve's records. */
typedef vv_status (*vv_reach_connect_fn)(vv_peer **out, vv_transfer *t, const vv_connect_options *o,
					 vv_error *err);
vv_status vv_reach_peer_later(vv_transfer *t, vv_supplier *out, const char *name, const char *url,
			      vv_reach_connect_fn connect, vv_error *err);
/* Opens the suppliers that are used without being named. Finding none is not a failure, nor is
 * an error of one, but the error may later explain missing blocks: *untold gets it, else code
 * VV_OK. */
void vv_reach_unasked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
		      vv_error *untold);
/* Warns of the error in untold (vv_reach_unasked), once. Call it if blocks are missing. */
void vv_reach_tell(const vv_transfer *t, vv_error *untold);

/* Sets out to the block peers of a Git host, at most max, as suppliers that connect at the first
 * request. The caller clears them. */
vv_status vv_reach_block_peers(vv_transfer *t, vv_git_host *host, vv_supplier *out, size_t max,
			       size_t *count, vv_error *err);

#endif
