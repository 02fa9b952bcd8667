/*
 * reach: a remote, whichever it is: a peer that speaks varve, a Git host that does not, or a published folder.
 *
 * remote.<name>.varveKind is believed ("peer", "git", "folder");
 * well-known hosts, and URLs that only git speaks, are treated as what they are; any other far side
 * is asked for varve first, and where something else answers, a folder, then git. That it is one of these is
 * remembered in remote.<name>.varveKind.
 */
#ifndef VV_LIB_REMOTES_REACH_H
#define VV_LIB_REMOTES_REACH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"

/* One of both is set; hello has been said. t and m are borrowed by host until it is closed. */
typedef struct vv_reached {
	vv_peer *peer;
	vv_git_host *host;
	const vv_hello *hello; /* borrowed */
} vv_reached;

vv_status vv_reach(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write, vv_error *err);
/* Is it known without asking that it is a Git host? */
bool vv_reach_is_host(vv_transfer *t, const vv_remote *m);
void vv_reached_close(vv_reached *r);
VV_AUTO_CLEAR(vv_reached, vv_reached_close)

/* A repository that speaks varve and has a ref of blocks besides, since others reach it by a plain
 * URL: as a host, which the caller closes. *out NULL: it is none, or cannot be asked by git.
 * eager: ask also where that takes another line and nobody has seen such a ref there. */
vv_status vv_reach_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
			      bool eager, vv_error *err);
/* The same for a remote's name or URL (word), as a supplier; *has false: it has no ref of blocks. */
vv_status vv_reach_ref_supplier(vv_transfer *t, vv_supplier *out, const char *word, bool *has,
				vv_error *err);
/* vv_reach, and of one that speaks varve that ref of blocks besides: out->host; NULL: it has none. */
vv_status vv_reach_as_host(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			   bool eager, vv_error *err);

/* One more kind of suppliers, from a room above this one: what begins with scheme ("vault:"), and how it is
 * called ("the vault"; NULL: by its URL). Told once for each, when the program begins. open gives at most max, which
 * name, number and close themselves; url NULL: those that take part although nobody named them, perhaps none. */
typedef vv_status (*vv_suppliers_open_fn)(vv_transfer *t, vv_supplier *out, size_t max,
					  size_t *count, const char *url, vv_error *err);
void vv_reach_add_kind(const char *scheme, const char *called, vv_suppliers_open_fn open);
/* How a remote's name, a URL or one of that kind is called in messages; borrowed. */
const char *vv_reach_shown(const char *name);

/* Another URL (of a further kind, too) as a supplier of blocks, which keeps url as its name. */
vv_status vv_reach_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);
void vv_reach_supplier_clear(vv_supplier *s);
/* Who names a source: the settings; the user, now; or a stranger, whose URL must be a peer's, and may ask nobody for a
 * secret. */
typedef enum vv_named_by { VV_BY_SETTINGS, VV_BY_USER, VV_BY_STRANGER } vv_named_by;
/* The same of a URL of the further kind, too, which may be several; at most max (at least one). later: those of
 * another kind are connected when they are asked for blocks, by the thread that does so. */
vv_status vv_reach_suppliers(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err);
vv_status vv_reach_suppliers_later(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				   const char *url, vv_named_by by, vv_error *err);
/* A peer that is no remote: it is called name, and connected when it is asked, by the thread that asks. url: what is
 * remembered of it. */
typedef vv_status (*vv_reach_connect_fn)(vv_peer **out, vv_transfer *t, const vv_connect_options *o,
					 vv_error *err);
vv_status vv_reach_peer_later(vv_transfer *t, vv_supplier *out, const char *name, const char *url,
			      vv_reach_connect_fn connect, vv_error *err);
/* Those that take part although nobody named them. None is not a failure, and neither is any trouble with
 * them; it may be why blocks are missing later: *untold, VV_OK where there is none. */
void vv_reach_unasked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
		      vv_error *untold);
/* When blocks are missing: warns of that trouble, once. */
void vv_reach_tell(const vv_transfer *t, vv_error *untold);

/* The block peers of a Git host, at most max, as suppliers that the caller clears and that are connected when they
 * are asked. */
vv_status vv_reach_block_peers(vv_transfer *t, vv_git_host *host, vv_supplier *out, size_t max,
			       size_t *count, vv_error *err);

#endif
