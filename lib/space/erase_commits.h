/*
 * erase_commits: lists the commits that 'varve erase' searches, with the kinds of refs that reach each.
 *
 * 	vv_erase_commits_add(&c, "refs/heads/main", &id, VV_REACH_BRANCH, err);   for each tip
 * 	vv_erase_commits_list(&c, repo, NULL, &shallow, err);
 * 	... c.nodes ...
 * 	vv_erase_commits_clear(&c);
 */
#ifndef VV_LIB_SPACE_ERASE_COMMITS_H
#define VV_LIB_SPACE_ERASE_COMMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "repo/git/history/revision.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Kinds of refs that reach a commit. */
typedef enum vv_erase_reach {
	VV_REACH_BRANCH, /* a branch, also of a remote, or a HEAD */
	VV_REACH_TAG,
	VV_REACH_STASH,
	VV_REACH_NOTES,
	VV_REACH_OTHER, /* another ref */
	VV_REACH_LOG,   /* only a reflog or another work tree's HEAD */
	VV_REACH_COUNT
} vv_erase_reach;

/* Returns the kind of the ref with this whole name. */
vv_erase_reach vv_erase_reach_of(const char *name);

/* A commit. */
typedef struct vv_erase_node {
	vv_oid id;
	size_t parent_from, parent_count; /* in the member parents of the list */
	unsigned reached;                 /* bits 1 << VV_REACH_... */
	const char *notes;                /* a ref of notes that reaches it, borrowed; or NULL */
	bool chosen;                      /* it is `from`, or descends from it; true without from */
} vv_erase_node;

/* A commit at which the list begins. */
typedef struct vv_erase_tip {
	const char *name; /* of a ref, borrowed; NULL: from a reflog */
	vv_oid commit;
	unsigned reach; /* a vv_erase_reach */
} vv_erase_tip;

/* A list of commits, each before its parents. Zero it first. */
typedef struct vv_erase_commits {
	vv_erase_node *nodes;
	size_t count, cap;
	vv_hash_index index; /* of nodes, by id */
	size_t *parents;     /* indexes of nodes; only those that are chosen */
	size_t parent_count, parent_cap;
	vv_erase_tip *tips;
	size_t tip_count, tip_cap;
	vv_range *ranges; /* one for each tip */
	size_t range_count, range_cap;
} vv_erase_commits;

void vv_erase_commits_clear(vv_erase_commits *c);

/* Adds a tip. name is borrowed; NULL: a commit of a reflog. */
vv_status vv_erase_commits_add(vv_erase_commits *c, const char *name, const vv_oid *commit,
			       unsigned reach, vv_error *err);
/* Lists the commits that the tips reach. from: chooses this commit and its descendants; NULL: all
 * are chosen. Sets *shallow to true if parents of a commit are missing here. VV_ENOTFOUND: no tip
 * reaches from. */
vv_status vv_erase_commits_list(vv_erase_commits *c, vv_repository *repo, const vv_oid *from,
				bool *shallow, vv_error *err);
/* Returns the node with this id, or NULL. */
vv_erase_node *vv_erase_commits_find(const vv_erase_commits *c, const vv_oid *id);
/* Returns the chosen parent of n with this number, from 0. */
const vv_erase_node *vv_erase_node_parent(const vv_erase_commits *c, const vv_erase_node *n,
					  size_t number);

#endif
