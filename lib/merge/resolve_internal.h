/*
 * resolve_internal: functions that the sources of resolve share.
 */
#ifndef VV_LIB_MERGE_RESOLVE_INTERNAL_H
#define VV_LIB_MERGE_RESOLVE_INTERNAL_H

#include "lib/merge/conflict_solve.h"
#include "lib/merge/references.h"
#include "lib/merge/resolve.h"
#include "lib/tables/dataset_writer.h"

/* Stages the work tree's file, as a version of the merged table. */
vv_status vv_resolve_stage(vv_resolving *r, const vv_conflict_path *p, vv_dataset_found *out,
			   vv_error *err);
/* Writes the version *blob to the work tree. */
vv_status vv_resolve_write(vv_resolving *r, const vv_conflict_path *p, const vv_oid *blob,
			   vv_error *err);

/* If two rows have one key, a side's choice leaves only one, and base's none. Sets p->removed to the chosen rows
 * that then go. */
vv_status vv_resolve_note_removed(const vv_resolving *r, vv_conflict_path *p, const bool *chosen,
				  vv_error *err);
/* Adds the row to p->renumbered; payload is p. A vv_solution.renumbered. */
vv_status vv_resolve_note_key(void *payload, const vv_renumbered *row, vv_error *err);

/* Adds the references to the table p to *out: those of HEAD, and of the commit that is merged. */
vv_status vv_resolve_references(vv_references *out, vv_resolving *r, const vv_conflict_path *p,
				vv_error *err);
/* Before the chosen rows of theirs in the table p get other keys: rows of other tables that theirs
 * added or changed to refer to them follow. root: the version of p in the work tree. VV_ENOSUPPORT:
 * this is not possible, and nothing was changed. */
vv_status vv_resolve_follow(vv_resolving *r, vv_conflict_path *p, const bool *chosen,
			    const vv_cid *root, vv_error *err);

/* Before r->side of p is taken as a whole: sets *settled to true if it then need not be brought into the form of the
 * merged table: it is a table, and the attributes want one, or it is not a file. VV_EINPUT: it is text,
 * and not the table that it should be. */
vv_status vv_resolve_check_form(const vv_resolving *r, const vv_conflict_path *p, bool *settled,
				vv_error *err);

#endif
