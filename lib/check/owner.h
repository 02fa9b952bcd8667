/*
 * owner: chooses the rules for a request: those of its target branch, so that a request cannot loosen its own rules.
 *
 * The owner's commit determines varve.json (rules, exclusions, accepted findings) and the schemas of its data packages;
 * the request determines how its files are written. Fields that only the request has are judged by its own description.
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
	vv_buf text;          /* of varve.json; empty: there is none */
	vv_buf checks;        /* of varve.checks; the same */
	vv_rules_file *rules; /* both, read; NULL: the default ones */
	bool has_side;
	vv_diff_side side; /* the commit whose data packages apply */
} vv_check_owner;          /* all zero before it is read */

/* commit NULL: each version's own packages apply. name: of the commit, for reports. text: in place of the commit's varve.json;
 * or NULL. VV_EINPUT: varve.json is not valid. */
vv_status vv_check_owner_read(vv_check_owner *out, vv_repository *r, const vv_oid *commit,
			      const char *name, const vv_buf *text, vv_error *err);
void vv_check_owner_clear(vv_check_owner *o);
VV_AUTO_CLEAR(vv_check_owner, vv_check_owner_clear)

/* The text of a side's varve.json, or varve.checks (name); empty if it has none, and then *has (may be NULL) is
 * false. */
vv_status vv_check_rules_text(vv_buf *out, bool *has, const char *name,
			      const vv_check_input_options *look, vv_error *err);

/* A commit's package entry for a path: empty, and *described false, if it is missing or not valid. */
vv_status vv_check_described(vv_package_resource *out, bool *described, const char *path,
			     const vv_check_input_options *look, vv_error *err);

/* `is`: the version's package entry for path. Replaces its schema by the owner's with the fields that only the
 * version has, and its package by the owner's; *held: the owner has one. look: for the version. Never VV_EINPUT: an
 * invalid description of the owner does not apply. */
vv_status vv_check_owner_hold(const vv_check_owner *o, vv_package_resource *is, const char *path,
			      const vv_check_input_options *look, bool *held, vv_error *err);

/* The differences of two texts of varve.json, or two schemas: a line of text for each setting, such as
 * "rule row-count: {"min":10} -> gone". Either may be empty. Text that is not JSON is one
 * difference. */
typedef vv_status (*vv_check_change_fn)(void *payload, const char *line, vv_error *err);
vv_status vv_check_rules_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
/* The same of two texts of varve.checks, by their lines. */
vv_status vv_check_lines_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
vv_status vv_check_schema_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				  void *payload, vv_error *err);

#endif
