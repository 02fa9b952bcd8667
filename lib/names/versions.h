/*
 * versions: opens the versions of a table during a walk through its history. A version is opened
 * when it is requested; vv_versions_trim closes all but the few that were used last.
 */
#ifndef VV_LIB_NAMES_VERSIONS_H
#define VV_LIB_NAMES_VERSIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/names/gaps.h"
#include "lib/names/table_at.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

/* One value = one version that is open or was open. */
typedef struct vv_version {
	vv_table_at at; /* the opened version */
	/* the version whose row groups this one shares; NULL: it shares no row groups */
	struct vv_version *like;
	size_t now,       /* number of open versions that share row groups of this version */
		ever;     /* the same, with versions that were closed */
	size_t asked;     /* vv_versions_widen: number of columns that it was opened with; else 0 */
	vv_oid blob;      /* its blob */
	const char *path; /* its path; borrowed */
	uint64_t used;    /* value of vv_versions.clock at the last use */
} vv_version;

/* One value = all versions of one walk. */
typedef struct vv_versions {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	vv_version **items;
	size_t count, cap;
	uint64_t clock; /* number of requests so far */
	/* the version whose row groups new versions share; NULL: the next version that is plain
	 * text becomes it */
	vv_version *like;
	vv_gaps gaps; /* the versions whose rows are not here */
} vv_versions;        /* set repo and reader; all other members must be zero */

/* Sets *out to the table of *file, which remains open at least until vv_versions_trim; file->path
 * is borrowed as long. Sets *out to NULL if the version has no table at this path, or if its text
 * or pointer is invalid; in the second case, sends a note. Sets *out to NULL, too, and *gap to true,
 * if the rows of the version are not here, which v->gaps counts; the caller calls vv_gaps_end for
 * v->gaps at the end of the walk. Other failures are returned. */
vv_status vv_versions_get(vv_versions *v, const vv_lineage_file *file, vv_table **out, bool *gap,
			  vv_error *err);
/* tables: those that vv_versions_get set for `files`, a version and its parents; a table may be NULL. If one has rows longer
 * than its header (long_rows.h), replaces the others by tables with as many columns, and with at least `least` columns, so
 * that rows which lost or got further cells are changed rows. A stored version has no such table: if it is the first,
 * parents with such rows are set to NULL, else it is; a note reports it. */
vv_status vv_versions_widen(vv_versions *v, const vv_lineage_file *const *files, vv_table **tables,
			    size_t count, size_t least, vv_error *err);
/* Closes all versions but the two that were used last and those whose row groups open versions
 * share. */
void vv_versions_trim(vv_versions *v);
void vv_versions_close(vv_versions *v);
VV_AUTO_CLEAR(vv_versions, vv_versions_close)

#endif
