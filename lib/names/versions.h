/*
 * versions: the versions of a table that a walk through its history compares, opened when they
 * are requested; those used last stay open.
 */
#ifndef VV_LIB_NAMES_VERSIONS_H
#define VV_LIB_NAMES_VERSIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/names/table_at.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

typedef struct vv_version {
	vv_table_at at;
	struct vv_version *like; /* whose row groups it has where both have them; NULL: of none */
	size_t now, ever;        /* versions that are open, and all, that it was that for */
	vv_oid blob;
	const char *path;
	uint64_t used;
} vv_version;

typedef struct vv_versions {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_version **items;
	size_t count, cap;
	uint64_t clock;
	vv_version *like; /* for the next ones; NULL: none yet */
} vv_versions;            /* begins with repo, reader and zeroes */

/* The table of a file, open until the next trim; *out NULL: not a table, which is noted if it
 * should be one. */
vv_status vv_versions_get(vv_versions *v, const vv_lineage_file *file, vv_table **out,
			  vv_error *err);
/* Closes all but the few that were used last. */
void vv_versions_trim(vv_versions *v);
void vv_versions_close(vv_versions *v);
VV_AUTO_CLEAR(vv_versions, vv_versions_close)

#endif
