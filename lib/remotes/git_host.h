/*
 * git_host: a remote that is a Git host without varve. Refs and history are exchanged by the
 * program git; blocks are in the place that transport/places/packs uses.
 *
 * A correct caller: open; hello; to fetch: history, then blocks as from any supplier; to push:
 * send, then push; close.
 */
#ifndef VV_LIB_REMOTES_GIT_HOST_H
#define VV_LIB_REMOTES_GIT_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/remote_folder.h"
#include "lib/remotes/transfer.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/host.h"
#include "transport/protocol/gather.h"
#include "transport/protocol/message.h"

/* ---- git_push: moves refs of a Git host by the program git ---- */

typedef struct vv_git_push {
	const char *to;
	vv_oid id,
		/* the new and the old id; id null: delete the ref. The remote has the blocks of
		 * id, but not those of later commits of its branch */
		old;
	bool force; /* overwrite the ref, but only if its value is still old */
	char *why;  /* set: the reason of a refusal, owned by the caller; NULL: the ref moved */
	bool same;  /* set: the remote had this id already */
	char was[VV_OID_TEXT +
		 1]; /* set: the abbreviated id of the commit before the move; "": the ref is new */
} vv_git_push;

/* Runs `git push`, with the user's hooks unless no_verify; some refs at a time, atomically if
 * the host supports it. to: how to run git, with the URL; word: git's argument for the remote, a
 * name or the URL. refs[].why gets the reason if a ref did not move. said: lines of the far
 * side, for people. If the push fails as a whole, err has git's message: VV_EREFUSED,
 * VV_ENOTFOUND, VV_EIO. */
vv_status vv_git_push_run(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, vv_buf *said, vv_error *err);

/*
 * edited_pointers: warns of pointers that were edited by hand, before they are pushed to a host
 * that does not check them.
 */

/* Checks the pointer of each version that is in wants and not in haves against its root. Warns r's listener
 * of mismatches, naming only a few. A missing root is skipped. */
vv_status vv_edited_pointers_warn(vv_repository *r, const vv_oid *wants, size_t want_count,
				  const vv_oid *haves, size_t have_count, vv_error *err);

typedef struct vv_git_host vv_git_host;

/* Opens the host and fetches only its refs; everything else is fetched on demand. t and m are
 * borrowed until close. take_folder: the open folder if m is published as files, or NULL; owned
 * by the host, also after a failure. t->repo may be NULL: then only hello is available. On
 * failure, err has git's message: VV_EREFUSED, VV_ENOTFOUND, VV_EIO. */
vv_status vv_git_host_open(vv_git_host **out, vv_transfer *t, const vv_remote *m,
			   vv_remote_folder *take_folder, bool write, vv_error *err);
void vv_git_host_close(vv_git_host *g); /* accepts NULL */
VV_AUTO_FREE(vv_git_host, vv_git_host_close)

const vv_hello *vv_git_host_hello(const vv_git_host *g); /* borrowed */
const char *vv_git_host_kind(const vv_git_host *g);      /* vv_remote.kind: "folder" or "git" */
/* Does the host's HEAD name the branch of blocks? If so, the hello names another branch, if
 * there is one. */
bool vv_git_host_has_blocks_head(const vv_git_host *g);
/* Does the host store blocks on a branch? */
vv_status vv_git_host_uses_branch(vv_git_host *g, bool *out, vv_error *err);
/* Is the host empty, and will its blocks be stored on a branch? The first branch pushed to a
 * host becomes its default, so a branch of the user must be pushed first. */
vv_status vv_git_host_wants_branch_first(vv_git_host *g, bool *out, vv_error *err);
/* After blocks were requested, returns the URL of a store in .varveconfig that was left out as
 * untrusted; borrowed; NULL: no store was left out. */
const char *vv_git_host_untrusted(const vv_git_host *g);
/* Returns a description of the place of the blocks, for messages; borrowed. */
const char *vv_git_host_blocks_place(const vv_git_host *g);
/* Returns the URL that the host's blocks are received from: that of its store, else its own. */
const char *vv_git_host_blocks_url(const vv_git_host *g);

/* Removes refs left by a killed fetch: their history may be incomplete. */
vv_status vv_git_host_tidy(vv_git_host *g, vv_error *err);

/* Fetches refs (full names) and everything reachable from them into the repository, named only
 * by refs below refs/varve/fetched/, until close; ids gets the refs' ids on the host. */
vv_status vv_git_host_history(vv_git_host *g, const char *const *names, size_t count, vv_oid *ids,
			      vv_error *err);

/* Fetches the missing packs that the versions in the commits `ids` need. Everything below haves
 * is complete. */
vv_status vv_git_host_expect(vv_git_host *g, const vv_oids *ids, const vv_oids *haves,
			     vv_error *err);

/* Sets out to the host as a supplier of blocks, valid until close. Its name is the remote's URL. */
void vv_git_host_supplier(vv_git_host *g, vv_supplier *out);
/* Fetches single blocks from a store: fn gets each, as with vv_peer_blocks. VV_ENOSUPPORT: the
 * blocks are not in a store. */
vv_status vv_git_host_some(vv_git_host *g, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err);
/* Returns the host of a supplier; NULL: the supplier is not a Git host. */
vv_git_host *vv_git_host_of(const vv_supplier *s);
/* Passes ownership of m, which is on the heap, to the host. */
void vv_git_host_take_remote(vv_git_host *g, vv_remote *take_m);

typedef struct vv_git_sending {
	const vv_blocks_ref *refs;
	size_t count;
	bool dry_run;  /* only *out is set */
	bool complete; /* only versions that are complete here; ignored with block peers */
	bool verify;   /* first fetch and hash the host's packs, and replace damaged ones */
} vv_git_sending;
/* Sends blocks to the block peers, or, if none are named, to the host. */
vv_status vv_git_host_send(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
			   vv_error *err);

/* Sets *out to the host's trusted block peers; borrowed until the next call. */
vv_status vv_git_host_peers(vv_git_host *g, const vv_block_peers **out, vv_error *err);
/* Returns the number of bytes received so far, without history. */
uint64_t vv_git_host_bytes(const vv_git_host *g);
/* Does the host have a ref of blocks, or a store for reading that .varveconfig names? */
vv_status vv_git_host_has_blocks(vv_git_host *g, bool *out, vv_error *err);

/* Declares that blocks are only read: a note then reports a missing ref of blocks. */
void vv_git_host_reading(vv_git_host *g);
/* Warns if the blocks' ref was removed or overwritten, so that versions of the host's refs lack
 * blocks. Does not fail if that cannot be found out. */
vv_status vv_git_host_watch(vv_git_host *g, vv_error *err);

typedef struct vv_host_lost {
	/* number of versions of the host's refs that the host does not store completely; only
	 * refs whose commits are here count */
	uint64_t versions;
	uint64_t here;  /* number of these versions that are complete here */
	char lacks[96]; /* what one of them lacks, as in vv_host_keeps */
} vv_host_lost;
/* Counts the lost versions by vv_host_keeps_each; 0 if block peers store the blocks. */
vv_status vv_git_host_lost(vv_git_host *g, vv_host_lost *out, vv_error *err);

/* fetch_bytes for callers that free nothing on the answer */
#define VV_KEEPS_FETCH_BYTES ((uint64_t)64 << 20)
/* Calls vv_host_keeps_each; no version is complete if block peers store the blocks. */
vv_status vv_git_host_keeps_each(vv_git_host *g, const vv_cid *roots, size_t count,
				 uint64_t fetch_bytes, vv_host_keeps *out, vv_error *err);

/* Does the host list the block as stored? *out is false if block peers store the blocks. */
vv_status vv_git_host_has(vv_git_host *g, const vv_cid *cid, bool *out, vv_error *err);

/* Calls vv_host_show, but first warns if the ref was overwritten since it was seen last. */
vv_status vv_git_host_show(vv_git_host *g, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
			   void *payload, vv_error *err);
/* Sets *out, owned by the caller, to the versions that its refs reach: a gc of the store may
 * remove others. *out NULL: the host keeps everything, or the call failed. */
vv_status vv_git_host_promises(vv_git_host *g, vv_cid_map **out, vv_error *err);

/* Calls vv_host_verify; does nothing if block peers store the blocks. */
vv_status vv_git_host_verify(vv_git_host *g, vv_host_verifying *v, vv_error *err);

/* Warns of blocks that the host lists but could not deliver. */
void vv_git_host_tell_damage(const vv_git_host *g);

/* Sets the place of the host's blocks, regardless of other settings: a store named in the work
 * tree's .varveconfig (url absolute, both copied), or a ref of the host (url NULL). Call it
 * before other functions. */
vv_status vv_git_host_choose(vv_git_host *g, const char *name, const char *url, vv_error *err);
/* Reads the place of the host's blocks again: a store, or a ref of the host. *out is borrowed. */
vv_status vv_git_host_keeper(vv_git_host *g, vv_host **out, bool *is_store, vv_error *err);
/* Fetches every ref of the host, including those of open and closed pull requests, but not refs
 * of blocks; calls fn for each. */
vv_status vv_git_host_fetch_all(vv_git_host *g, vv_ref_fn fn, void *payload, vv_error *err);

/* Moves refs of the host by vv_git_push_run. */
vv_status vv_git_host_push(vv_git_host *g, vv_git_push *refs, size_t count, bool no_verify,
			   vv_buf *said, vv_error *err);

#endif
