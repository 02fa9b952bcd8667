/*
 * walker: commits as a graph in memory: read once, parents linked. Internal.
 *
 * The repository has one walker for questions that are answered within one call;
 * a longer walk takes another one, which keeps what earlier walks have read.
 * Nodes live as long as their walker.
 * Shallow commits have no parents here. A walk begins with vv_walker_begin, which
 * makes all flags 0 again.
 */
#ifndef VV_REPO_GIT_WALKER_H
#define VV_REPO_GIT_WALKER_H

#include "base/auto.h"
#include "repo/git/repository_internal.h"

typedef struct vv_node {
	git_oid id, tree;
	int64_t time; /* of the committer */
	struct vv_node **parents;
	uint32_t parent_count;
	uint32_t flags; /* valid when round is the walker's */
	uint64_t round;
	uint32_t pending; /* for sorting: children not yet given */
	bool parsed;
	bool cut_off; /* it has parents, which this shallow clone lacks */
	void *note;   /* of the current round, as flags */
} vv_node;

vv_status vv_walker_get(vv_repository *r, vv_walker **out,
			vv_error *err);     /* the repository's; borrowed */
vv_walker *vv_walker_new(vv_repository *r); /* NULL when out of memory */
void vv_walker_free(vv_walker *w);          /* accepts NULL */
VV_AUTO_FREE(vv_walker, vv_walker_free)

/* A walker for a longer walk, begun: it is not reused until it is returned. NULL when out of memory. */
vv_walker *vv_walker_take(vv_repository *r);
void vv_walker_give(vv_walker *w); /* its nodes are no longer the caller's; accepts NULL */

/* The node of a commit, not yet parsed. NULL when out of memory. */
vv_node *vv_walker_node(vv_walker *w, const git_oid *id);
/* Reads the commit into its node, once. VV_ENOTFOUND, VV_EUSAGE (no commit). */
vv_status vv_node_parse(vv_walker *w, vv_node *n, vv_error *err);

/* The parsed node of an object; NULL if it is missing here, or is not a commit. */
vv_status vv_walker_commit(vv_node **out, vv_walker *w, const vv_oid *id, vv_error *err);
/* The tree of the first parent; NULL if there is none, or it is missing here. */
vv_status vv_node_parent_tree(const git_oid **out, vv_walker *w, vv_node *n, vv_error *err);

void vv_walker_begin(vv_walker *w);
uint32_t *vv_node_flags(vv_walker *w, vv_node *n);
void **vv_node_note(vv_walker *w, vv_node *n);

/* A queue of nodes, the newest first; of equal times the one pushed first. */
typedef struct vv_queue {
	struct vv_queue_item *items;
	size_t count, cap;
	uint64_t pushed;
} vv_queue;
#define VV_QUEUE_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0, 0                                                                      \
	}
vv_status vv_queue_push(vv_queue *q, vv_node *n, vv_error *err);
vv_node *vv_queue_pop(vv_queue *q);                /* NULL when empty */
vv_node *vv_queue_at(const vv_queue *q, size_t i); /* in no order */
void vv_queue_clear(vv_queue *q);
VV_AUTO_CLEAR(vv_queue, vv_queue_clear)

/* A growing list of nodes. */
typedef struct vv_nodes {
	vv_node **items;
	size_t count, cap;
} vv_nodes;
#define VV_NODES_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}
/* For qsort of its items: by time, those of one time by id. */
int vv_nodes_newest_first(const void *a, const void *b);
vv_status vv_nodes_add(vv_nodes *list, vv_node *n, vv_error *err);
void vv_nodes_clear(vv_nodes *list);
VV_AUTO_CLEAR(vv_nodes, vv_nodes_clear)

/* The headers of a commit, as its bytes have them: libgit2 1.7 and later give the commits at which a shallow clone ends no
 * parents. Takes a line "<key> <40 hex>", in upper case, too, as git does; false, and nothing is taken: the next line is
 * another one. */
typedef struct vv_header_lines {
	const char *p, *end;
} vv_header_lines;
vv_header_lines vv_header_lines_of(git_odb_object *commit);
bool vv_header_take_id(vv_header_lines *in, const char *key, git_oid *out);

#endif
