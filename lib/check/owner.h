/*
 * owner: chooses the rules for checking a pull request: those of its target branch, so that a
 * request cannot weaken its own rules.
 *
 * The owner is the commit of the target branch. Its varve.json (rules, exclusions, accepted
 * findings) and the schemas of its data packages are used. The request's own packages are used only
 * for the format of its files, and for the fields that the owner's schema lacks.
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

/* The rules of an owner. Must be zeroed before vv_check_owner_read. */
typedef struct vv_check_owner {
	vv_buf text;          /* text of varve.json; empty if it does not exist */
	vv_buf checks;        /* text of varve.checks; empty if it does not exist */
	vv_rules_file *rules; /* the rules of both files; NULL: the default rules */
	bool has_side;        /* side is set */
	vv_diff_side side;    /* the commit whose data packages apply */
} vv_check_owner;

/* Reads the rules of the owner `commit` into *out. commit may be NULL: only the rules in text
 * apply, and the packages are those of each version. name: the commit's name in reports. text:
 * replaces varve.json of the commit; may be NULL. VV_EINPUT: varve.json is invalid. */
vv_status vv_check_owner_read(vv_check_owner *out, vv_repository *r, const vv_oid *commit,
			      const char *name, const vv_buf *text, vv_error *err);
void vv_check_owner_clear(vv_check_owner *o);
VV_AUTO_CLEAR(vv_check_owner, vv_check_owner_clear)

/* Sets *out to the text of a file of rules of look->side, and *has to true if the side has the
 * file; else *out is empty. name: VV_RULES_NAME or VV_CHECKS_NAME. has may be NULL. */
vv_status vv_check_rules_text(vv_buf *out, bool *has, const char *name,
			      const vv_check_input_options *look, vv_error *err);

/* Sets *out to the entry for path in the data packages of look->side, and *described to true. If no
 * entry exists, or it is invalid, *out is empty, and *described is false. */
vv_status vv_check_described(vv_package_resource *out, bool *described, const char *path,
			     const vv_check_input_options *look, vv_error *err);

/* Combines *is, the package entry of a version for path, with the owner's entry. If the owner has a
 * schema for path, sets is->schema to the owner's schema plus the fields that only the version has,
 * is->package_path to the owner's path, and *held to true; otherwise, leaves *is unchanged, and
 * sets *held to false. look: the version. Ignores an invalid description in the owner's package. */
vv_status vv_check_owner_hold(const vv_check_owner *o, vv_package_resource *is, const char *path,
			      const vv_check_input_options *look, bool *held, vv_error *err);

/* Receives a line of text about a setting that differs, such as: rule row-count: {"min":10} ->
 * none. */
typedef vv_status (*vv_check_change_fn)(void *payload, const char *line, vv_error *err);
/* Compares an old text of varve.json, `was`, with a new text, `is`, and calls fn for each setting
 * that differs. Either text may be empty. An invalid text counts as one difference. */
vv_status vv_check_rules_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
/* Does what vv_check_rules_changes does, for the lines of two texts of varve.checks. */
vv_status vv_check_lines_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
/* Does what vv_check_rules_changes does, for two schemas. */
vv_status vv_check_schema_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				  void *payload, vv_error *err);

#endif
