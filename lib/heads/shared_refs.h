/*
 * shared_refs: selects the branches and tags for a published folder and for a signed head.
 */
#ifndef VV_LIB_HEADS_SHARED_REFS_H
#define VV_LIB_HEADS_SHARED_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/history/refs.h"
#include "repo/git/repository.h"
#include "transport/protocol/message.h"

/* One value = one list of refs. */
typedef struct vv_shared_refs {
	vv_ref *items; /* sorted by name, without duplicates */
	size_t count, cap;
	/* name of the branch that a clone checks out: HEAD's branch, or else the first branch;
	 * borrowed from items; NULL: no branch exists */
	const char *head;
} vv_shared_refs;

/* One value = one selection of refs: the word_count branches and tags in `words`, and, if `all` is
 * set, all branches and tags. With neither: HEAD's branch and the tags reachable from it. */
typedef struct vv_refs_choice {
	char *const *words;
	int word_count;
	bool all;
} vv_refs_choice;

/* Sets *out to the refs of r that *choice selects. VV_ENOTFOUND: a word is not the name of a branch
 * or tag. */
vv_status vv_shared_refs_choose(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *choice,
				vv_error *err);
/* Sets *out to the refs in `list`, a head's list of refs, as a push changes them that moved the
 * `count` refs in `moved`. These get their new ids, or are left out if the new id is null. Ignores
 * moved refs that are neither branches nor tags. Sets only the names and ids of the items. */
vv_status vv_shared_refs_move(vv_shared_refs *out, const char *list, const vv_push_ref *moved,
			      size_t count, vv_error *err);
/* Inserts the ref `name` with the id *id, a commit, into l, by name. Does nothing if l has the
 * ref. */
vv_status vv_shared_refs_add(vv_shared_refs *l, const char *name, const vv_oid *id, vv_error *err);
/* Returns the commit of the ref l->head, which must not be NULL; borrowed from l. l must not be a
 * result of vv_shared_refs_move. */
const vv_oid *vv_shared_refs_head(const vv_shared_refs *l);
/* Appends to out a line "<id> <name>" for each ref of l. */
void vv_shared_refs_put(vv_buf *out, const vv_shared_refs *l);
void vv_shared_refs_clear(vv_shared_refs *l);
VV_AUTO_CLEAR(vv_shared_refs, vv_shared_refs_clear)

#endif
