/*
 * versions: the versions of a table that a walk through its history compares. They are opened when
 * they are requested, and those used last stay open.
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
	/* the version whose row groups this one shares; NULL: it shares no row groups */
	struct vv_version *like;
	size_t now,   /* number of open versions that share row groups of this version */
		ever; /* the same, with versions that were closed */
	vv_oid blob;
	const char *path;
	uint64_t used; /* value of clock at the last use */
} vv_version;

typedef struct vv_versions {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_version **items;
	size_t count, cap;
	uint64_t clock;
	/* version whose row groups new versions share; NULL: no version was opened yet */
	vv_version *like;
} vv_versions; /* set repo and reader; all other members must be zero */

/* Sets *out to the table of a file, which stays open until vv_versions_trim; NULL: the version does
 * not have a table there, or the table cannot be read, which is reported. */
vv_status vv_versions_get(vv_versions *v, const vv_lineage_file *file, vv_table **out,
			  vv_error *err);
/* Closes all versions but the few that were used last. */
void vv_versions_trim(vv_versions *v);
void vv_versions_close(vv_versions *v);
VV_AUTO_CLEAR(vv_versions, vv_versions_close)

#endif
