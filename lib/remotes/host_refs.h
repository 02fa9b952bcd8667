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
 * if it is a published folder, to which nothing can be pushed; if its refs could be read, git is
 * not run. NULL: another host. The caller calls vv_host_refs_clear, also after a failure.
 * VV_ENOSUPPORT: the host is a plain web server, and folder is NULL. VV_ECORRUPT: the answer is
 * invalid. VV_EREFUSED: the host has too many refs, or refuses. */
vv_status vv_host_refs_read(vv_host_refs *x, const vv_git_call *ask, const char *url,
			    const char *word, const vv_remote_folder *folder, vv_error *err);
void vv_host_refs_clear(vv_host_refs *x);
VV_AUTO_CLEAR(vv_host_refs, vv_host_refs_clear)

/* Calls fn for each version in the history of those refs in h, the hello of a host or a peer, whose
 * commits are in r. */
vv_status vv_hello_each_root(const vv_hello *h, vv_repository *r, vv_new_root_fn fn, void *payload,
			     vv_error *err);
/* Appends to out the roots of the versions that vv_hello_each_root finds, without those of linked
 * versions. */
vv_status vv_hello_roots(vv_cids *out, const vv_hello *h, vv_repository *r, vv_error *err);
/* Sets *out to true if the history of those refs in x whose commits are in r contains no versions,
 * as far as that is known without reading it: r has no blocks, knows of no versions elsewhere, and
 * nothing is missing in that history. Else sets *out to false. */
vv_status vv_host_refs_no_roots(const vv_host_refs *x, vv_repository *r, bool *out, vv_error *err);

#endif
