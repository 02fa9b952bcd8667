/*
 * reach: connects to a remote of any kind: a peer with varve, a Git host without varve, or a
 * published folder.
 *
 * remote.<name>.varveKind decides ("peer", "git", "folder"). Without it, well-known hosts, and URLs
 * that only git supports, are Git hosts. Any other remote is first contacted as a peer; if
 * something else than varve answers, as a folder, then as a Git host. The result is stored in
 * remote.<name>.varveKind.
 */
#ifndef VV_LIB_REMOTES_REACH_H
#define VV_LIB_REMOTES_REACH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"

/* A connected remote, after the exchange of the hello. Either peer or host is set. host borrows t
 * and m until it is closed. */
typedef struct vv_reached {
	vv_peer *peer;
	vv_git_host *host;
	const vv_hello *hello; /* borrowed */
} vv_reached;

/* Connects to a remote. */
vv_status vv_reach(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write, vv_error *err);
/* Returns true if it is known, without connecting, that the remote is a Git host. */
bool vv_reach_is_host(vv_transfer *t, const vv_remote *m);
void vv_reached_close(vv_reached *r);
VV_AUTO_CLEAR(vv_reached, vv_reached_close)

/* Opens the Git host of a peer that also has a ref of blocks, for clients without varve. The caller
 * closes *out. *out NULL: the peer has no such ref, or git cannot connect to the peer. eager: also
 * tries this if another connection is needed and no such ref is known. */
vv_status vv_reach_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
			      bool eager, vv_error *err);
/* Opens the ref of blocks of a remote as a supplier. word: name or URL of the remote. *has false:
 * the remote has no such ref. */
vv_status vv_reach_ref_supplier(vv_transfer *t, vv_supplier *out, const char *word, bool *has,
				vv_error *err);
/* Connects to a remote like vv_reach. For a peer, also opens its ref of blocks as out->host, which
 * is NULL if the peer has no such ref. */
vv_status vv_reach_as_host(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			   bool eager, vv_error *err);

typedef vv_status (*vv_suppliers_open_fn)(vv_transfer *t, vv_supplier *out, size_t max,
					  size_t *count, const char *url, vv_error *err);
/* Registers a kind of suppliers that an upper module implements. scheme: the scheme of their URLs,
 * such as "vault:". called: their name in messages, such as "the vault"; NULL: their URL. Call this
 * once for each kind, when the program begins. open: opens the suppliers of a URL, at most max; url
 * NULL: opens the suppliers that are used without being named, if any. */
void vv_reach_add_kind(const char *scheme, const char *called, vv_suppliers_open_fn open);
/* Returns the name, for messages, of a remote, a URL, or a supplier of a registered kind;
 * borrowed. */
const char *vv_reach_shown(const char *name);

/* Opens a URL, which may also be of a registered kind, as a supplier of blocks. The supplier
 * borrows url as its name. */
vv_status vv_reach_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);
void vv_reach_supplier_clear(vv_supplier *s);
/* Who named a source: the settings, the user in a command, or an untrusted list. The URLs of an
 * untrusted list must be peers, and varve never prompts for their secrets. */
typedef enum vv_named_by { VV_BY_SETTINGS, VV_BY_USER, VV_BY_STRANGER } vv_named_by;
/* Open a URL as suppliers, at most max (at least one): a URL of a registered kind may name several
 * suppliers. With vv_reach_suppliers_later, suppliers of other kinds connect when blocks are first
 * requested, in the requesting thread. */
vv_status vv_reach_suppliers(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err);
vv_status vv_reach_suppliers_later(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				   const char *url, vv_named_by by, vv_error *err);
typedef vv_status (*vv_reach_connect_fn)(vv_peer **out, vv_transfer *t, const vv_connect_options *o,
					 vv_error *err);
/* Sets out to a peer that is not a remote. The peer has this name, and connects when blocks are
 * first requested, in the requesting thread. url identifies the peer in varve's records. */
vv_status vv_reach_peer_later(vv_transfer *t, vv_supplier *out, const char *name, const char *url,
			      vv_reach_connect_fn connect, vv_error *err);
/* Opens the suppliers that are used without being named. It is not a failure if there are none, or
 * if one cannot be opened. The first error may later explain missing blocks: it is stored in
 * *untold. If there was no error, the code of *untold is VV_OK. */
void vv_reach_unasked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
		      vv_error *untold);
/* Warns of the error `untold` (vv_reach_unasked), once. Call this if blocks are missing. */
void vv_reach_tell(const vv_transfer *t, vv_error *untold);

/* Sets out to the block peers of a Git host, at most max, as suppliers that connect when blocks are
 * first requested. The caller clears them. */
vv_status vv_reach_block_peers(vv_transfer *t, vv_git_host *host, vv_supplier *out, size_t max,
			       size_t *count, vv_error *err);

#endif
