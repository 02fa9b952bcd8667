/*
 * push_refs: from the words of a push to the refs that it moves on the other side.
 */
#ifndef VV_LIB_SYNC_PUSH_REFS_H
#define VV_LIB_SYNC_PUSH_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/message.h"

/* BLOCKS: the ref is there already, but lacks blocks, which go. */
typedef enum vv_push_state {
	VV_PUSH_GOES,
	VV_PUSH_SAME,
	VV_PUSH_BLOCKS,
	VV_PUSH_REFUSED
} vv_push_state;

typedef struct vv_push_item {
	const char *from; /* the ref here; NULL for a deletion, or a commit without a ref */
	const char *word; /* what is shown on the left: "main" */
	const char *to;   /* the ref there */
	vv_oid id, old;   /* id null: delete; old null: it is not there */
	bool force;
	bool short_to; /* "v1" was given, to be deleted: to is a guess until the refs there are known */
	vv_push_state state;
	const char *why; /* when refused */
	vv_hint_id hint; /* and what to do; VV_HINT_NONE */
	bool done;       /* it moved there */
} vv_push_item;

typedef struct vv_push_plan {
	vv_arena arena;
	vv_push_item *items;
	size_t count, cap;
} vv_push_plan;
void vv_push_plan_init(vv_push_plan *p);
void vv_push_plan_clear(vv_push_plan *p);
VV_AUTO_CLEAR(vv_push_plan, vv_push_plan_clear)

typedef struct vv_push_plan_options {
	char **words;
	int count;
	bool all, tags, force, remove, upstream;
	const char *lease; /* "" for all; NULL: none */
} vv_push_plan_options;

/* Before the other side is asked. Without words: the branch at hand to the one that it follows,
 * as push.default "simple" means it. VV_ENOTFOUND, VV_EUSAGE. */
vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Sets old and state by what the other side has. */
vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
bool vv_push_plan_refused(const vv_push_plan *p);
bool vv_push_plan_goes(const vv_push_plan *p); /* is there something to do? */
/* A note for each ref, as git push has them. */
void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run);

#endif
