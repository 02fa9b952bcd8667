/*
 * git_host: connects to a remote that is a Git host without varve. The program git exchanges refs
 * and history. The blocks are in a ref of the host or in a store, which transport/places/packs
 * reads and writes, or block peers have them (block_peers.h).
 *
 * A correct caller calls vv_git_host_open and vv_git_host_hello. For a fetch, it then calls
 * vv_git_host_history, and gets blocks as from any supplier; for a push, it calls vv_git_host_send,
 * then vv_git_host_push. Last, it calls vv_git_host_close.
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

/* ---- git_push: moves refs of a Git host, by the program git ---- */

/* One value = one ref to push, and its result. */
typedef struct vv_git_push {
	const char *to; /* the remote's ref */
	/* id: the new id, whose blocks the remote already has; null: delete the ref. old: if
	 * `force` is set, the id that the ref must have before the push; null: the remote must not
	 * have the ref */
	vv_oid id, old;
	bool force; /* overwrite the ref, if its id is `old` */
	/* result: the reason of a refusal, owned by the caller; NULL: the ref was moved */
	char *why;
	/* result: git did not send the ref, for example because it was moved on the host since */
	bool unsent;
	bool same; /* result: the remote already had this id */
	/* result: abbreviated id of the commit before the move; "": the ref is new */
	char was[VV_OID_TEXT + 1];
} vv_git_push;

/* Pushes the `count` refs in `refs` with `git push`, and with the user's hooks unless no_verify is
 * set. At most 24 refs are pushed at a time, atomically if the host supports it. to: folder in
 * which git runs, and URL of the host. word: the remote in git's arguments, a name or the URL. Sets
 * refs[].why if a ref was not moved. Appends to `said` the lines that the host sends for people. If
 * the push fails as a whole, err has git's message: VV_EREFUSED, VV_ENOTFOUND or VV_EIO. */
vv_status vv_git_push_run(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, vv_buf *said, vv_error *err);

/* One value = one open host. */
typedef struct vv_git_host vv_git_host;

/* Opens the remote m as *out, for pushing if `write` is set, and lists only its refs, or not even
 * these if t->unasked is set. Everything else is fetched on demand. t and m are borrowed until
 * vv_git_host_close. take_folder: the open folder if m is published as files, else NULL; owned by
 * *out, also after a failure. If t->repo is NULL, only vv_git_host_hello can be called. On failure,
 * err has git's message: VV_EREFUSED, VV_ENOTFOUND or VV_EIO. */
vv_status vv_git_host_open(vv_git_host **out, vv_transfer *t, const vv_remote *m,
			   vv_remote_folder *take_folder, bool write, vv_error *err);
void vv_git_host_close(vv_git_host *g); /* accepts NULL */
VV_AUTO_FREE(vv_git_host, vv_git_host_close)
/* Closes the stores, which were locked, so that another remote of this process can use them. They are
 * opened again when they are needed. */
void vv_git_host_let_go(vv_git_host *g);

/* Returns the host's refs, borrowed. */
const vv_hello *vv_git_host_hello(const vv_git_host *g);
/* Returns the value of vv_remote.kind for g, a constant: "folder" or "git". */
const char *vv_git_host_kind(const vv_git_host *g);
/* Returns true if the host's HEAD is the branch that has the blocks. The hello then has another
 * branch as HEAD, if there is one. */
bool vv_git_host_has_blocks_head(const vv_git_host *g);
/* Sets *out to true if the host stores blocks on a branch. */
vv_status vv_git_host_uses_branch(vv_git_host *g, bool *out, vv_error *err);
/* Sets *out to true if the host is empty and will store blocks on a branch. The first branch that
 * is pushed to a host becomes its default branch, so a branch of the user must be pushed first. */
vv_status vv_git_host_wants_branch_first(vv_git_host *g, bool *out, vv_error *err);
/* Returns the URL of the first source if it was skipped, when blocks were requested, because it is
 * not trusted; borrowed. NULL if it was not skipped. */
const char *vv_git_host_untrusted(const vv_git_host *g);
/* Returns a description of the place that pushes write blocks to, for messages; borrowed. */
const char *vv_git_host_blocks_place(const vv_git_host *g);
/* Returns the URL from which the host's blocks are received, borrowed: the URL of its store, or
 * else its own. */
const char *vv_git_host_blocks_url(const vv_git_host *g);

/* Removes refs that a killed fetch left in the repository, because their history may be
 * incomplete. */
vv_status vv_git_host_tidy(vv_git_host *g, vv_error *err);

/* Fetches the `count` refs with the full names `names`, and everything reachable from them, into
 * the repository. Refs below refs/varve/fetched/ keep the fetched objects until vv_git_host_close;
 * the caller makes other refs before that. Sets the elements of ids to the refs' ids on the
 * host. */
vv_status vv_git_host_history(vv_git_host *g, const char *const *names, size_t count, vv_oid *ids,
			      vv_error *err);

/* Fetches the packs with the roots of the versions in the commits `ids` that are not stored here.
 * Everything reachable from `haves` must be complete. */
vv_status vv_git_host_expect(vv_git_host *g, const vv_oids *ids, const vv_oids *haves,
			     vv_error *err);

/* Sets out to the host as a supplier of blocks, valid until vv_git_host_close. The supplier's name
 * is the remote's URL. take_m: the remote, on the heap, of which g becomes the owner; NULL: the
 * caller remains the owner. */
void vv_git_host_supplier(vv_git_host *g, vv_remote *take_m, vv_supplier *out);
/* Fetches the `count` blocks `cids` from the store that is the first source, and passes each block
 * to fn, as vv_peer_blocks does. VV_ENOSUPPORT: the first source is not a store, or it does not
 * answer, and there are others. */
vv_status vv_git_host_some(vv_git_host *g, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err);
/* Returns the host of the supplier s, borrowed; NULL if the supplier is not a Git host. */
vv_git_host *vv_git_host_of(const vv_supplier *s);

/* One value = the options of one call of vv_git_host_send. */
typedef struct vv_git_sending {
	const vv_blocks_ref *refs; /* the refs whose blocks are sent */
	size_t count;
	bool dry_run; /* send nothing, and only set *out */
	/* send only versions that are complete in this repository; ignored for block peers */
	bool complete;
	bool verify; /* first fetch and hash the host's packs, and replace damaged packs */
} vv_git_sending;
/* Sends the blocks of what->refs to the block peers; if the host has none, to its store or its ref
 * of blocks. Sets *out to the amount of data. VV_EREFUSED: the store, or every block peer, is not
 * trusted. */
vv_status vv_git_host_send(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
			   vv_error *err);

/* Sets *out to the sources of the host's blocks; borrowed until the next call. It is determined
 * which block peers are trusted, and, unless g is open for pushing, which are a store. */
vv_status vv_git_host_sources(vv_git_host *g, const vv_blocks_sources **out, vv_error *err);
/* Sets *out to the source i, whose host is open unless it is a block peer; to NULL if there are not
 * as many. Source 0 is the one that pushes write to, unless it is a mirror, and the only one whose
 * answer is a proof.
 * Warns if the ref of blocks was overwritten since the last time. VV_EREFUSED: the source is not
 * trusted. */
vv_status vv_git_host_place(vv_git_host *g, size_t i, const vv_blocks_source **out, vv_error *err);
/* Returns the number of bytes received so far, without the bytes of history. */
uint64_t vv_git_host_bytes(const vv_git_host *g);
/* Sets *out to true if the host has a ref of blocks, or if a setting or .varveconfig has a store
 * for its blocks; else to false. */
vv_status vv_git_host_has_blocks(vv_git_host *g, bool *out, vv_error *err);

/* Makes g also warn if the ref of blocks is missing and versions lack blocks; for callers that only
 * read blocks. */
void vv_git_host_reading(vv_git_host *g);
/* Notes that the host has all versions in the history of the count commits
 * ids, which were just fetched from it, if its lists, as far as they were read, have them. */
vv_status vv_git_host_note(vv_git_host *g, const vv_oid *ids, size_t count, vv_error *err);
/* Warns if the ref of blocks was removed or overwritten, so that versions of the host's refs lack
 * blocks. If this cannot be determined, warns of the reason. Fails only if out of memory. */
vv_status vv_git_host_watch(vv_git_host *g, vv_error *err);

/* One value = the lost versions of one host: those of its refs that it does not store
 * completely. */
typedef struct vv_host_lost {
	/* number of lost versions; only refs whose commits are in this repository count */
	uint64_t versions;
	uint64_t here; /* number of these versions that are complete in this repository */
	/* description of the part that one of them lacks, as in vv_host_keeps */
	char lacks[96];
} vv_host_lost;
/* Sets *out to the lost versions of source 0 of g, found with vv_host_keeps_each. All counts are 0
 * if block peers store the blocks. */
vv_status vv_git_host_lost(vv_git_host *g, vv_host_lost *out, vv_error *err);

/* The value of the parameter fetch_bytes (a limit in bytes) for callers that do not remove data
 * because of the result. */
#define VV_KEEPS_FETCH_BYTES ((uint64_t)64 << 20)
/* Sets *out, owned by the caller, to the versions that are reachable from the host's refs; a gc of
 * the store may remove other versions. Sets *out to NULL if the host never removes versions, if block
 * peers store them, or if the call fails. */
vv_status vv_git_host_promises(vv_git_host *g, vv_cid_map **out, vv_error *err);

/* Warns of blocks that a source lists but could not deliver. */
void vv_git_host_tell_damage(const vv_git_host *g);

/* Makes g use the store with this name and url, a store in the work tree's .varveconfig, for the
 * blocks, or a ref of the host if url is NULL. This overrides settings. url must be absolute; name is
 * borrowed, and url is copied. Call this before blocks are requested. */
vv_status vv_git_host_choose(vv_git_host *g, const char *name, const char *url, vv_error *err);
/* Determines where the host's blocks are, unless it is known. Sets *out to that store or ref,
 * borrowed, and *is_store to true for a store, to false for a ref of the host. First does what
 * vv_git_host_tidy does. */
vv_status vv_git_host_keeper(vv_git_host *g, vv_host **out, bool *is_store, vv_error *err);
/* Fetches all refs of the host, including those of open and closed pull requests, as
 * vv_fetched_get_all (fetched.h) does, and appends their commits to tips. */
vv_status vv_git_host_fetch_all(vv_git_host *g, vv_oids *tips, vv_error *err);

/* Asks the host for objects, as vv_host_objects_ask does. */
vv_status vv_git_host_objects(vv_git_host *g, const vv_oid *ids, size_t count, uint64_t ms,
			      vv_host_objects *out, vv_error *err);

/* Moves `refs` of the host with vv_git_push_run. */
vv_status vv_git_host_push(vv_git_host *g, vv_git_push *refs, size_t count, bool no_verify,
			   vv_buf *said, vv_error *err);

#endif
