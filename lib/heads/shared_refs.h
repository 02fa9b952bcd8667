/*
 * shared_refs: the branches and tags that a folder has and a head names.
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

typedef struct vv_shared_refs {
	vv_ref *items; /* sorted by name, each once */
	size_t count, cap;
	/* the branch that clones begin with; borrowed from items, or NULL */
	const char *head;
} vv_shared_refs;

/* Words name branches and tags; without them HEAD's branch and the tags that it reaches, or all. */
typedef struct vv_refs_choice {
	char *const *words;
	int word_count;
	bool all;
} vv_refs_choice;

/* Lists the refs that the choice names. VV_ENOTFOUND: a word does not name a branch or tag. */
vv_status vv_shared_refs_choose(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *choice,
				vv_error *err);
/* The refs of a head's list, with the new ids of those that moved (null: removed). Moved refs other than branches and tags
 * are left out. */
vv_status vv_shared_refs_move(vv_shared_refs *out, const char *list, const vv_push_ref *moved,
			      size_t count, vv_error *err);
/* Inserts a ref at its place in the order of names. */
vv_status vv_shared_refs_add(vv_shared_refs *l, const char *name, const vv_oid *id, vv_error *err);
/* The commit of head; borrowed. */
const vv_oid *vv_shared_refs_head(const vv_shared_refs *l);
/* Appends lines "<id> <name>". */
void vv_shared_refs_put(vv_buf *out, const vv_shared_refs *l);
void vv_shared_refs_clear(vv_shared_refs *l);
VV_AUTO_CLEAR(vv_shared_refs, vv_shared_refs_clear)

#endif
