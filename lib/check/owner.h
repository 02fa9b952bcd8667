/*
 * owner: chooses the rules for checking a pull request. They are the rules of its target branch, so
 * that a request cannot weaken its own rules.
 *
 * The owner is the commit of the target branch. Its varve.json (rules, exclusions, accepted
 * findings), its varve.checks and the schemas of its data packages apply. The request's own
 * packages are used only for the format of its files, and for the fields that the owner's schema
 * lacks.
 */
#ifndef VV_LIB_CHECK_OWNER_H
#define VV_LIB_CHECK_OWNER_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"
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
 * apply, and each version is checked with its own packages. name: the commit's name in reports.
 * text: the text of a varve.json, used instead of the commit's varve.json and varve.checks; may be
 * NULL. VV_EINPUT: varve.json or varve.checks is invalid. Call vv_check_owner_clear also on
 * failure. */
vv_status vv_check_owner_read(vv_check_owner *out, vv_repository *r, const vv_oid *commit,
			      const char *name, const vv_buf *text, vv_error *err);
void vv_check_owner_clear(vv_check_owner *o);
VV_AUTO_CLEAR(vv_check_owner, vv_check_owner_clear)

/* Appends the text of a file of rules of look->side to *out, and sets *has to true. If the side
 * lacks the file, leaves *out unchanged, and sets *has to false. name: VV_RULES_NAME or
 * VV_CHECKS_NAME. has may be NULL. */
vv_status vv_check_rules_text(vv_buf *out, bool *has, const char *name,
			      const vv_check_input_options *look, vv_error *err);

/* Sets *out to the entry for path in the data packages of look->side, and *described to true. If no
 * entry exists, or it is invalid, empties *out, and sets *described to false. The caller clears
 * *out with vv_package_resource_clear. */
vv_status vv_check_described(vv_package_resource *out, bool *described, const char *path,
			     const vv_check_input_options *look, vv_error *err);

/* Combines *is, the package entry of a version for path, with the owner's entry. If the owner has a
 * schema for path, sets *held to true, is->package_path to that of the owner, and is->schema to the
 * owner's schema plus the fields that only the version has. Otherwise, or if o is NULL, leaves *is
 * unchanged, and sets *held to false. look: how the version is read; its side is ignored. Ignores
 * an invalid description in the owner's package. */
vv_status vv_check_owner_hold(const vv_check_owner *o, vv_package_resource *is, const char *path,
			      const vv_check_input_options *look, bool *held, vv_error *err);

/* Receives a line of text, without its end, about a setting that differs, such as "rule row-count:
 * {"min":10} -> none". */
typedef vv_status (*vv_check_change_fn)(void *payload, const char *line, vv_error *err);
/* Compares an old text of varve.json, `was`, with a new text, `is`, and calls fn for each setting
 * that differs. Either may be NULL: the file is absent. If a text is invalid, calls fn once, with the
 * error. */
vv_status vv_check_rules_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
/* Does the same for two texts of varve.checks, line by line. Calls fn for each line with a rule
 * that only one text has. */
vv_status vv_check_lines_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				 void *payload, vv_error *err);
/* Does what vv_check_rules_changes does, for two Table Schemas. */
vv_status vv_check_schema_changes(const vv_buf *was, const vv_buf *is, vv_check_change_fn fn,
				  void *payload, vv_error *err);

#endif
