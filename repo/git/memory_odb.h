/*
 * memory_odb: Git objects in memory, as a libgit2 object backend: added to the repository's object database before
 * the others, it takes every object that is written and gives it back to every reader of that database.
 */
#ifndef VV_REPO_GIT_MEMORY_ODB_H
#define VV_REPO_GIT_MEMORY_ODB_H

#include <stddef.h>

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include "base/error.h"
#include "base/hash_index.h"

#define VV_MEMORY_ODB_PRIORITY 100 /* before loose objects (1) and packs (2) */

typedef struct vv_memory_object {
	git_oid id;
	git_object_t type;
	size_t len;
	void *bytes;
} vv_memory_object;

typedef struct vv_memory_odb {
	git_odb_backend backend; /* first: libgit2 knows it by this */
	vv_memory_object *items; /* as they were written */
	size_t count, cap, bytes;
	vv_hash_index places; /* in items, by id */
} vv_memory_odb;

/* Puts a new one into odb, which owns it from then on. */
vv_status vv_memory_odb_open(vv_memory_odb **out, git_odb *odb, vv_error *err);

/* Forgets all objects. */
void vv_memory_odb_empty(vv_memory_odb *m);

#endif
