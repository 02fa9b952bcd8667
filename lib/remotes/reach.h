/*
 * reach: connects to a remote of any kind: a peer with varve, a Git host without varve, or a
 * published folder. A ref of blocks is a ref of a Git repository whose history has the packs of
 * blocks (transport/places/packs/host.h).
 *
 * For a folder on this machine, its content determines the kind. For other URLs, the setting
 * remote.<name>.varveKind ("peer", "git", "folder") does. Without it, well-known hosts, and URLs
 * that only git supports, are Git hosts. Any other remote is contacted as a peer, and its files are
 * requested at the same time. If something else than varve answers, the remote is a published
 * folder if the files show that, or else is contacted as a Git host. If the remote has a name, the
 * result is stored in remote.<name>.varveKind.
 */
#ifndef VV_LIB_REMOTES_REACH_H
#define VV_LIB_REMOTES_REACH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"

/* One value = one connected remote, which has sent its first message (hello). */
typedef struct vv_reached {
	vv_peer *peer;         /* NULL: the remote is not a peer */
	vv_git_host *host;     /* NULL: the remote is a peer without an open ref of blocks */
	const vv_hello *hello; /* its refs; borrowed from peer or host */
	size_t place; /* of a host: the source (vv_git_host_place) from which proofs are requested */
	/* of a host: the answer of a mirror counts, too, as nothing is removed because of it */
	bool reading;
} vv_reached;

/* Connects to the remote m, for pushing if `write` is set, and sets *out to the connection. Sets
 * either out->peer or out->host, which borrows t and m until it is closed. VV_EREFUSED: `write` is
 * set, and the remote is a published folder, or the remote refuses. */
vv_status vv_reach(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write, vv_error *err);
/* Returns true if it is known, without connecting, that the remote is a Git host or a published
 * folder. */
bool vv_reach_is_host(vv_transfer *t, const vv_remote *m);
void vv_reached_close(vv_reached *r);
VV_AUTO_CLEAR(vv_reached, vv_reached_close)

/* Opens the peer m as the Git host *out if the peer also has a ref of blocks or a store, for
 * clients without varve. The caller closes *out. Sets *out to NULL if the peer has neither, if git
 * cannot connect to the peer, or if its URL is neither a path nor one of ssh. eager: if it is not
 * known whether the peer has a ref of blocks, connect to the peer again to find out, and with
 * `write` open it even if it has none; false: *out is then NULL. With `write`, fails if
 * .varveconfig cannot be read; without it, the stores in that file are then not used. */
vv_status vv_reach_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
			      bool eager, vv_error *err);
/* Does what vv_reach_blocks_ref does with `eager` and without `write`. If *out is NULL or incomplete
 * because .varveconfig cannot be read, because a place that is known or likely to have blocks of the
 * peer cannot be opened, or because a store is named and the URL of m is neither a path nor one of
 * ssh, sets *unasked to the reason; otherwise sets unasked->code to VV_OK. */
vv_status vv_reach_blocks_beside(vv_git_host **out, vv_transfer *t, const vv_remote *m,
				 vv_error *unasked, vv_error *err);
/* Sends the blocks of `refs`, which are pushed to the peer m, also to the store that the repository
 * names, or to the peer's ref of blocks, for clients that reach it without varve; does nothing if
 * there is neither. Sends only versions that are complete here, since the peer has the others. Sets
 * *sum to the amount of data. If this fails, warns; fails only if a store is named, since others
 * read the blocks there. */
vv_status vv_reach_send_beside(vv_transfer *t, const vv_remote *m, const vv_blocks_ref *refs,
			       size_t count, vv_host_sum *sum, vv_error *err);
/* Opens the ref of blocks of the remote `word`, a name or URL, as the supplier *out, and sets *has
 * to true; sets *has to false if the remote has no such ref. */
vv_status vv_reach_ref_supplier(vv_transfer *t, vv_supplier *out, const char *word, bool *has,
				vv_error *err);
/* Connects to the remote m as vv_reach does. For a peer, also sets out->host to the result of
 * vv_reach_blocks_ref. eager: as for that function. */
vv_status vv_reach_as_host(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			   bool eager, vv_error *err);

/* Opens the suppliers (transport/protocol/gather.h) of `url`, at most max, as out[], and sets
 * *count to their number. url NULL: opens the suppliers that the user did not name, but that are
 * used. */
typedef vv_status (*vv_suppliers_open_fn)(vv_transfer *t, vv_supplier *out, size_t max,
					  size_t *count, const char *url, vv_error *err);
/* Registers a kind of suppliers that a module above this one implements. scheme: the scheme of
 * their URLs, such as "vault:". called: their name in messages, such as "the vault"; NULL: their
 * URL. open: opens them. The program calls this function once for each kind, when it begins; at
 * most four times. */
void vv_reach_add_kind(const char *scheme, const char *called, vv_suppliers_open_fn open);
/* Returns the name, for messages, of `name`: a remote, a URL, or a supplier of a registered kind;
 * borrowed. */
const char *vv_reach_shown(const char *name);

/* Opens url, which may also be a remote's name or of a registered kind, as the supplier *out of
 * blocks. The supplier borrows url as its name. VV_ENOTFOUND: there is no such remote, or the
 * registered kind has no supplier. */
vv_status vv_reach_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);
void vv_reach_supplier_clear(vv_supplier *s);
/* The origin of a URL: the settings, the user in a command, or an untrusted list. The URLs of an
 * untrusted list must be those of peers, and varve never prompts for their secrets. */
typedef enum vv_named_by { VV_BY_SETTINGS, VV_BY_USER, VV_BY_STRANGER } vv_named_by;
/* Opens url as suppliers in out[], and sets *count to their number: at most max, which must be at
 * least 1. A URL of a registered kind may have several suppliers. */
vv_status vv_reach_suppliers(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err);
/* Does what vv_reach_suppliers does, but suppliers that are not of a registered kind connect when
 * blocks are first requested, in the requesting thread. by: the origin of url. */
vv_status vv_reach_suppliers_later(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				   const char *url, vv_named_by by, vv_error *err);
/* Connects to a peer, and sets *out to the connection. */
typedef vv_status (*vv_reach_connect_fn)(vv_peer **out, vv_transfer *t, const vv_connect_options *o,
					 vv_error *err);
/* Sets *out to a peer that is not a remote, as a supplier with this name, which calls connect when
 * blocks are first requested, in the requesting thread. url identifies the peer in varve's
 * records. */
vv_status vv_reach_peer_later(vv_transfer *t, vv_supplier *out, const char *name, const char *url,
			      vv_reach_connect_fn connect, vv_error *err);
/* Opens the suppliers of the registered kinds that are used although the user did not name them, as
 * out[], at most max, and sets *count to their number, which may be 0. Skips suppliers that cannot
 * be opened. Sets *untold to the first error, since this error may later explain missing blocks; if
 * no error occurred, sets the code of *untold to VV_OK. */
void vv_reach_unasked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
		      vv_error *untold);
/* Warns of the error *untold (vv_reach_unasked), and clears it, so that further calls do nothing.
 * The caller calls this function if blocks are missing. */
void vv_reach_tell(const vv_transfer *t, vv_error *untold);

/* Sets out[] to the block peers of `host`, at most max, as suppliers that connect when blocks are
 * first requested, and *count to their number. Warns of those that cannot be used. The caller
 * clears them. */
vv_status vv_reach_block_peers(vv_transfer *t, vv_git_host *host, vv_supplier *out, size_t max,
			       size_t *count, vv_error *err);

#endif
