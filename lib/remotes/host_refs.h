/*
 * host_refs: the refs of a Git host, as the hello of a peer would have them.
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

typedef struct vv_host_refs {
	const char *url; /* for messages; borrowed */
	vv_hello hello;
	vv_oid usual_tip,
		branch_tip; /* of the two refs that the blocks' may be without a word; null: it is not there */
	vv_oid head;      /* the commit of HEAD; null: it shows none */
	bool blocks_head; /* HEAD names the branch of blocks: hello has another */
	size_t ref_cap, other_cap, head_cap;
	vv_arena arena;
} vv_host_refs;

/* word is git's argument: a remote's name, or a URL. ask has the folder to run git in. folder: a published one, which accepts
 * no push, and whose refs are not read again; or NULL. Clear it on failure, too. VV_ENOSUPPORT: a plain web server, if folder
 * is NULL. VV_ECORRUPT: an invalid answer. */
vv_status vv_host_refs_read(vv_host_refs *x, const vv_git_call *ask, const char *url,
			    const char *word, const vv_remote_folder *folder, vv_error *err);
void vv_host_refs_clear(vv_host_refs *x);
VV_AUTO_CLEAR(vv_host_refs, vv_host_refs_clear)

/* The versions in the local part of the history of a host's or a peer's refs. */
vv_status vv_hello_each_root(const vv_hello *h, vv_repository *r, vv_new_root_fn fn, void *payload,
			     vv_error *err);
/* Is it known that they have no versions, with all named objects here? Without a walk if the answer is cached. */
vv_status vv_host_refs_no_roots(const vv_host_refs *x, vv_repository *r, bool *out, vv_error *err);

#endif
