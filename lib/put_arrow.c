/*
 * put_arrow: writes Arrow rows over a version of a path, or as a new table.
 */
#include <string.h>

#include "base/text.h"
#include "dataset/schema/splice.h"
#include "lib/arrow/in/rewrite.h"
#include "lib/commit/txn.h"
#include "lib/handles.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/history/revision.h"

/* Compares the path with the version that the caller read. */
static vv_status check_expected(varve_txn *t, const vv_subject *now, const char *path,
				const char *expect, vv_error *err)
{
	const bool exists = now->path != NULL;
	vv_auto(vv_subject) then = {.text = NULL};
	vv_cid cid;
	vv_oid id;
	bool same;
	vv_status rc;

	if (vv_cid_parse(&cid, expect, strlen(expect), VV_IGNORED) == VV_OK) {
		same = exists && now->is_dataset && vv_cid_equal(&cid, &now->root);
	} else {
		if ((rc = vv_rev_commit(t->repo, expect, &id, err)) < 0) return rc;
		rc = vv_subject_find(&then, t->repo, now->reader,
				     &(vv_version_name){.path = path, .commit = &id}, err);
		same = rc == VV_OK ? exists && vv_oid_equal(&then.blob, &now->blob) : !exists;
		if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	}
	if (same) return VV_OK;
	return vv_fail(err, VV_ECONFLICT,
		       "'%s' differs from %s\nread the newer version, and apply the changes to it",
		       vv_text_shows(path), vv_text_shows(expect));
}

/* Adds the default format to strings without one, so that the next version keeps them. */
static vv_status declare_strings(vv_splice *s, const char *schema, vv_error *err)
{
	vv_status rc = vv_splice_open(s, schema, strlen(schema), "schema", err);

	for (size_t i = 0; rc == VV_OK; i++) {
		size_t at = 0;
		const vv_json *field = vv_json_find(vv_json_get(s->root, "fields"), f, at++ == i);
		const char *type = vv_json_get_string(field, "type");

		if (!field) return VV_OK;
		if (type && strcmp(type, "string") == 0 && !vv_json_get(field, "format")) {
			rc = vv_splice_set(s, field, "format", "\"default\"", err);
		}
	}
	return rc;
}

static vv_status put_bytes(varve_txn *t, const char *path, rewrite *w, bool exists,
			   const varve_put_arrow_options *o, vv_error *err)
{
	vv_auto(vv_splice) declared = {.file = NULL};
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	const vv_source source = {.read = rewrite_read, .payload = w, .name = path};
	vv_sniff_hints form = VV_SNIFF_HINTS_INIT;
	vv_txn_put_options how = {.import = &import};
	const char *schema = o->schema ? o->schema : rewrite_schema(w);
	vv_status rc;

	if (schema && (rc = declare_strings(&declared, schema, err)) < 0) return rc;
	import.key = o->key;
	import.key_with_columns = true; /* a frame without rows has them */
	import.schema = schema ? vv_buf_cstr(&declared.text) : NULL;
	import.added_schema = rewrite_added_schema(w);
	rewrite_form(&form, w);
	if (!exists) {
		import.hints = form;
	}
	import.hints.encoding = form.encoding;
	how.described = !exists || o->key || o->schema;
	if (how.described) {
		import.has_kind = true;
		import.kind = VV_KIND_TABLE;
	}
	how.replace = (o->flags & VARVE_PUT_REPLACE) != 0;
	how.rebased = o->expect || o->mode >= VARVE_ARROW_UPSERT;
	return vv_txn_put(t->txn, path, &source, &how, err);
}

static void warn_of_lines(const varve_txn *t, const char *path, const char *lines)
{
	for (vv_line l = {.rest = lines}; vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(t->repo), "%s: %.*s", vv_text_shows(path),
			      (int)l.len, l.text);
	}
}

static vv_status put_stream(varve_arrow_changes *changes, varve_txn *t, const char *path,
			    struct ArrowArrayStream *stream, const varve_put_arrow_options *o,
			    vv_error *err)
{
	const rewrite_options how = {.mode = o->mode,
				     .columns = o->columns,
				     .order = o->order,
				     .match = o->match,
				     .match_names = o->match_columns,
				     .key = o->key};
	vv_auto(vv_subject) old = {0};
	vv_auto(vv_table) table = {0};
	vv_auto(rewrite) *w = NULL;
	vv_oid blob;
	vv_status rc = vv_txn_blob(&blob, t->txn, path, err);
	const bool exists = rc == VV_OK;

	old.reader = vv_txn_reader(t->txn);
	rc = exists ? vv_subject_find(&old, t->repo, old.reader,
				      &(vv_version_name){.path = path, .blob = &blob}, err)
		    : vv_missing_ok(rc, err);
	if (rc == VV_OK && o->expect) {
		rc = check_expected(t, &old, path, o->expect, err);
	}
	if (rc == VV_OK && exists) {
		rc = vv_subject_open(&old, &table,
				     &(vv_subject_options){.find_key = true, .writes = true}, err);
	}
	if (rc < 0 ||
	    (rc = rewrite_open(&w, stream, exists ? &table : NULL, path, &how, err)) < 0 ||
	    (rc = put_bytes(t, path, w, exists, o, err)) < 0) {
		return rc;
	}
	warn_of_lines(t, path, rewrite_warnings(w));
	if (changes) {
		*changes = *rewrite_changes(w);
	}
	return VV_OK;
}

vv_status vv_put_arrow_take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			    vv_error *err)
{
	vv_status rc = vv_take_options(o, sizeof(*o), given, err);

	if (rc < 0 || (rc = vv_take_flags(o->flags, VARVE_PUT_REPLACE, err)) < 0 ||
	    (rc = vv_take_flags(o->reserved, 0, err)) < 0) {
		return rc;
	}
	return o->mode < 0 || o->mode > VARVE_ARROW_DELETE || o->columns < 0 ||
			       o->columns > VARVE_ARROW_COLUMNS_DROP || o->match < 0 ||
			       o->match > VARVE_ARROW_MATCH_PLACE || o->order < 0 ||
			       o->order > VARVE_ARROW_ORDER_VERSION
		       ? vv_fail(err, VV_ENOSUPPORT, "an option of the rows has an unknown value")
		       : VV_OK;
}

int varve_txn_put_arrow(varve_arrow_changes *changes, varve_txn *txn, const char *path,
			struct ArrowArrayStream *stream, const varve_put_arrow_options *options,
			varve_error *err)
{
	varve_put_arrow_options o;
	vv_error why = {0};
	vv_status rc = vv_put_arrow_take(&o, options, &why);

	if (changes) {
		memset(changes, 0, sizeof(*changes));
	}
	if (rc == VV_OK) {
		rc = put_stream(changes, txn, path, stream, &o, &why);
	}
	if (stream->release) {
		stream->release(stream);
	}
	return vv_give(err, rc, &why);
}
