/*
 * host_refs: lists the refs of a Git host, in the form of a peer's hello (the first message of a
 * peer, transport/protocol/message.h).
 */
#ifndef VV_LIB_REMOTES_HOST_REFS_H
#define VV_LIB_REMOTES_HOST_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/remote_folder.h"
#include "repo/git/objects/send.h"
#include "repo/git/oid.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/host.h"
#include "transport/protocol/message.h"

/* One value = the refs of one host. */
typedef struct vv_host_refs {
	const char *url; /* for messages; borrowed */
	vv_hello hello;
	/* usual_tip: id of the host's ref refs/varve/blocks; branch_tip: id of the branch that may
	 * be used instead of it; null: the host does not have the ref */
	vv_oid usual_tip, branch_tip;
	vv_oid head; /* commit of HEAD; null: the host has no HEAD */
	/* HEAD of the host is the branch of blocks, so hello has another branch as HEAD */
	bool blocks_head;
	/* numbers of elements allocated in the lists of hello */
	size_t ref_cap, other_cap, head_cap;
	vv_arena arena; /* memory of hello */
} vv_host_refs;

/* Sets *x to the refs of the host, which are listed with git ls-remote. ask: has the folder in
 * which git runs. word: the host as an argument of git: a remote's name or a URL. folder: the host,
 * if it is a published folder: its refs were already read, so git is not run, and nothing can be
 * pushed to it; NULL: another host. Call vv_host_refs_clear on failure, too. VV_ENOSUPPORT: the
 * host is a plain web server, and folder is NULL. VV_ECORRUPT: the answer is invalid. */
vv_status vv_host_refs_read(vv_host_refs *x, const vv_git_call *ask, const char *url,
			    const char *word, const vv_remote_folder *folder, vv_error *err);
void vv_host_refs_clear(vv_host_refs *x);
VV_AUTO_CLEAR(vv_host_refs, vv_host_refs_clear)

/* Calls fn for each version in the history of the refs in h, the hello of a host or a peer, as far
 * as that history is in r. */
vv_status vv_hello_each_root(const vv_hello *h, vv_repository *r, vv_new_root_fn fn, void *payload,
			     vv_error *err);
/* Appends the roots of these versions to out, without those of linked versions. */
vv_status vv_hello_roots(vv_cids *out, const vv_hello *h, vv_repository *r, vv_error *err);
/* Sets *out to true if everything reachable from the refs in x is in r, and contains no versions.
 * Does not walk the history if the answer is cached. */
vv_status vv_host_refs_no_roots(const vv_host_refs *x, vv_repository *r, bool *out, vv_error *err);

#endif
