/*
 * owner: chooses the rules for checking a pull request: those of its target branch, so that a
 * request cannot weaken its own rules.
 *
 * The target branch's commit (the owner) provides varve.json (rules, exclusions, accepted findings)
 * and the schemas of its data packages. The request provides the format of its own files, and
 * descriptions of the fields that the owner's schema lacks.
 */
#ifndef VV_LIB_CHECK_OWNER_H
#define VV_LIB_CHECK_OWNER_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"
#include "dataset/schema/package.h"
#include "lib/check/input.h"
#include "lib/status/sides.h"

typedef struct vv_check_owner {
	vv_buf text;          /* text of varve.json; empty if it does not exist */
	vv_buf checks;        /* text of varve.checks; empty if it does not exist */
	vv_rules_file *rules; /* the rules of both files; NULL: the default rules */
	bool has_side;
	vv_diff_side side; /* the commit whose data packages apply, if has_side is set */
} vv_check_owner;          /* must be zeroed before vv_check_owner_read */

/* Reads the owner's rules. commit NULL: there is no owner, and each version's own packages apply.
 * name: the commit's name in reports. text: replaces varve.json of the commit; may be NULL.
 * VV_EINPUT: varve.json is not valid. */
vv_status vv_check_owner_read(vv_check_owner *out, vv_repository *r, const vv_oid *commit,
			      const char *name, const vv_buf *text, vv_error *err);
void vv_check_owner_clear(vv_check_owner *o);
VV_AUTO_CLEAR(vv_check_owner, vv_check_owner_clear)

/* Reads a file of rules of a side; name: VV_RULES_NAME or VV_CHECKS_NAME. If the side does not have
 * the file, *out is empty and *has is false. has may be NULL. */
vv_status vv_check_rules_text(vv_buf *out, bool *has, const char *name,
			      const vv_check_input_options *look, vv_error *err);

/* Finds the entry for path in the data packages of a commit. If no entry exists, or it is not
 * valid, *out is empty and *described is false. */
vv_status vv_check_described(vv_package_resource *out, bool *described, const char *path,
			     const vv_check_input_options *look, vv_error *err);

/* Combines a version's package entry (*is) for path with the owner's. If the owner has a schema for
 * path, sets `is->schema` to the owner's schema plus the fields that only the version has,
 * `is->package_path` to the owner's path, and *held to true; otherwise leaves `*is` unchanged.
 * look: the version. An invalid description in the owner's package is ignored, so VV_EINPUT is not
 * returned. */
vv_status vv_check_owner_hold(const vv_check_owner *o, vv_package_resource *is, const char *path,
			      const vv_check_input_options *look, bool *held, vv_error *err);

/* Compare an old text, `was`, with a new one, `is`, and call fn with a line of text for each
 * setting that differs. Either text may be empty. Example of a line: rule row-count: {"min":10} ->
 * none. An invalid text counts as one difference. vv_check_rules_changes compares texts of
 * varve.json, vv_check_lines_changes the lines of varve.checks, and vv_check_schema_changes
 * schemas. */
typedef vv_status (*vv_check_change_fn)(void *payload, const char *line, vv_error *err);
vv_status vv_check_rules_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
vv_status vv_check_lines_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
vv_status vv_check_schema_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				  void *payload, vv_error *err);

#endif
