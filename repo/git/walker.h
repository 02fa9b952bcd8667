/*
 * walker: has the commit graph in memory. Each commit is read once, and linked to its parents.
 * Internal to repo.
 *
 * A walk that ends within one function call uses the repository's walker (vv_walker_get). A longer
 * walk takes a walker of its own (vv_walker_take); the repository reuses it for later walks, with
 * the commits it has read. A node is valid as long as its walker. The commits at which a shallow
 * clone ends have no parents. Each walk begins with vv_walker_begin.
 */
#ifndef VV_REPO_GIT_WALKER_H
#define VV_REPO_GIT_WALKER_H

#include "base/auto.h"
#include "repo/git/repository_internal.h"

/* A commit of the graph. */
typedef struct vv_node {
	git_oid id, tree; /* tree: valid if parsed */
	int64_t time;     /* the committer's time, in seconds since 1970 */
	struct vv_node **parents;
	uint32_t parent_count;
	uint32_t flags;   /* valid only in the walk `round`; use vv_node_flags */
	uint64_t round;   /* the number of the walk in which flags and note were set */
	uint32_t pending; /* for sorting: the number of children not returned yet */
	bool parsed;      /* the commit was read; if false, only id is valid */
	bool cut_off;     /* the commit has parents, but they are missing in this shallow clone */
	void *note;       /* the caller's pointer; valid like flags; use vv_node_note */
} vv_node;

/* Sets *out to the repository's walker, borrowed until r is closed. */
vv_status vv_walker_get(vv_repository *r, vv_walker **out, vv_error *err);
vv_walker *vv_walker_new(vv_repository *r); /* NULL when out of memory */
void vv_walker_free(vv_walker *w);          /* accepts NULL */
VV_AUTO_FREE(vv_walker, vv_walker_free)

/* Returns a walker for a longer walk, after calling vv_walker_begin. The caller gives the walker
 * back with vv_walker_give. NULL: out of memory. */
vv_walker *vv_walker_take(vv_repository *r);
/* Gives w, a walker of vv_walker_take, back to its repository, which must still be open. Its nodes
 * must not be used any longer. w may be NULL. */
void vv_walker_give(vv_walker *w);

/* Returns the node of the commit id, which may not be parsed yet. NULL: out of memory. */
vv_node *vv_walker_node(vv_walker *w, const git_oid *id);
/* Reads the commit of the node n, unless n is already parsed. VV_ENOTFOUND: no such object.
 * VV_EUSAGE: the object is not a commit. VV_ECORRUPT: the commit is damaged. */
vv_status vv_node_parse(vv_walker *w, vv_node *n, vv_error *err);

/* Sets *out to the parsed node of the commit id, or to NULL if the object is missing or is not a
 * commit. A partial clone does not fetch the commit. */
vv_status vv_walker_commit(vv_node **out, vv_walker *w, const vv_oid *id, vv_error *err);
/* Sets *out to the id of the tree of n's first parent, borrowed from w, or to NULL if n has no
 * parent or the parent is missing. n must be parsed. */
vv_status vv_node_parent_tree(const git_oid **out, vv_walker *w, vv_node *n, vv_error *err);

/* Begins a walk: sets all flags to 0, and all notes to NULL. */
void vv_walker_begin(vv_walker *w);
/* Returns the address of the flags of a node in the current walk. */
uint32_t *vv_node_flags(vv_walker *w, vv_node *n);
/* Returns the address of the note of a node in the current walk. */
void **vv_node_note(vv_walker *w, vv_node *n);

/* A priority queue of nodes: the newest is first; of nodes with the same time, the one pushed first. */
typedef struct vv_queue {
	struct vv_queue_item *items;
	size_t count, cap;
	uint64_t pushed; /* number of vv_queue_push calls */
} vv_queue;
#define VV_QUEUE_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0, 0                                                                      \
	}
/* Adds n, which must be parsed, to the queue. */
vv_status vv_queue_push(vv_queue *q, vv_node *n, vv_error *err);
/* Removes the first node of q, and returns it; NULL: q is empty. */
vv_node *vv_queue_pop(vv_queue *q);
/* a node, for i from 0 to count - 1, in no particular order */
vv_node *vv_queue_at(const vv_queue *q, size_t i);
void vv_queue_clear(vv_queue *q);
VV_AUTO_CLEAR(vv_queue, vv_queue_clear)

/* A list of nodes, which are borrowed from their walker. */
typedef struct vv_nodes {
	vv_node **items;
	size_t count, cap;
} vv_nodes;
#define VV_NODES_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}
/* A comparison function for qsort of the items: newest first, nodes with the same time by id. */
int vv_nodes_newest_first(const void *a, const void *b);
/* Adds n at the end of list. */
vv_status vv_nodes_add(vv_nodes *list, vv_node *n, vv_error *err);
void vv_nodes_clear(vv_nodes *list);
VV_AUTO_CLEAR(vv_nodes, vv_nodes_clear)

/* The unread header lines of a commit. varve parses the bytes of commits itself, since libgit2 1.7
 * and later omit the parents of the commits at which a shallow clone ends. */
typedef struct vv_header_lines {
	const char *p, *end;
} vv_header_lines;
/* Returns the header lines of a commit, borrowed from `commit`. */
vv_header_lines vv_header_lines_of(git_odb_object *commit);
/* If the next line is "<key> <id>", where id is 40 hex digits in lower or upper case, moves past
 * the line, sets *out to the id, and returns true. Otherwise, returns false, and moves nowhere. */
bool vv_header_take_id(vv_header_lines *in, const char *key, git_oid *out);

#endif
