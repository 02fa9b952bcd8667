/*
 * quarantine_memory: staged objects in memory, as a libgit2 object backend. Internal.
 *
 * Added to the repository's object database in front of the others, it takes every
 * object that is written and gives it back to every reader of that database.
 */
#ifndef VV_REPO_GIT_QUARANTINE_MEMORY_H
#define VV_REPO_GIT_QUARANTINE_MEMORY_H

#include "repo/git/repository_internal.h"

typedef struct vv_memory vv_memory;

/* Puts a new memory backend into odb, which owns it from then on. */
vv_status vv_memory_open(vv_memory **out, git_odb *odb, vv_error *err);

size_t vv_memory_count(const vv_memory *m);
size_t vv_memory_bytes(const vv_memory *m);
/* The i-th object, in the order written; borrowed until vv_memory_empty. */
void vv_memory_at(const vv_memory *m, size_t i, git_oid *id, git_object_t *type, const void **bytes,
		  size_t *len);
void vv_memory_empty(vv_memory *m); /* forgets all objects */

#endif
