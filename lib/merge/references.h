/*
 * references: finds the tables of a commit that refer to a table by a foreign key, or by a rule
 * `references` in varve.checks.
 */
#ifndef VV_LIB_MERGE_REFERENCES_H
#define VV_LIB_MERGE_REFERENCES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* A reference: the columns of the table `path` contain values of the columns `targets`. */
typedef struct vv_reference {
	const char *path;
	const char **columns, **targets; /* `count` names each */
	size_t count;
} vv_reference;

/* A list of references; zero: empty. */
typedef struct vv_references {
	vv_arena arena;
	vv_reference *list;
	size_t count, cap;
} vv_references;
void vv_references_clear(vv_references *r);
VV_AUTO_CLEAR(vv_references, vv_references_clear)

/* Adds the references to the table `to` that *commit declares. Descriptions that cannot be read are
 * skipped: `varve check` reports them. */
vv_status vv_references_add(vv_references *out, vv_repository *r, const vv_oid *commit,
			    const char *to, vv_error *err);

#endif
