/*
 * import_any: vv_import: which reading a source gets, what follows where one fails, and the block of the root.
 */
#include "dataset/table/import.h"

#include <string.h>

#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/gone_members.h"
#include "dataset/table/almost.h"
#include "dataset/table/import_state.h"

void vv_import_tell_as_file(vv_import_result *out, const vv_error *why, const char *name)
{
	out->only_bytes = true;
	vv_buf_printf(&out->warnings, "%s: kept as bytes\n",
		      import_without_name(why->message, name));
}

/* A table with a row that is too long, again from its beginning. */
static vv_status import_as_file(vv_import_result *out, const vv_source *source, const vv_error *why,
				const vv_sink *sink, const vv_import_options *opts, vv_error *err)
{
	vv_import_options o = *opts;
	vv_status rc;

	o.kind = VV_KIND_FILE;
	if ((rc = source->again(source->payload, err)) == VV_OK &&
	    (rc = import_run(out, source, sink, &o, NULL, err)) == VV_OK) {
		vv_import_tell_as_file(out, why, source->name);
		rc = vv_buf_ok(&out->warnings, err);
	}
	return rc;
}

static vv_status put_root(vv_import_result *out, const vv_sink *sink, const vv_import_options *opts,
			  vv_error *err)
{
	vv_cid base = {0};
	vv_status rc;
	if ((rc = vv_root_encode(&out->root_block, &out->root, err)) < 0 ||
	    (rc = vv_cid_of(&out->cid, VV_CODEC_DAG_CBOR, out->root_block.data, out->root_block.len,
			    err)) < 0) {
		return rc;
	}
	bool based = opts->parent && vv_root_is_stored(opts->parent);
	if (based) {
		vv_auto(vv_buf) b = VV_BUF_INIT;
		rc = vv_root_encode(&b, opts->parent, err);
		rc = rc < 0 ? rc : vv_cid_of(&base, VV_CODEC_DAG_CBOR, b.data, b.len, err);
	}
	if (rc == VV_OK && sink->put) {
		rc = sink->put(sink->payload, &out->cid, out->root_block.data, out->root_block.len,
			       based ? &base : NULL, err);
	}
	if (rc == VV_OK && out->cache) {
		out->cache->root = out->cid;
	}
	return rc;
}

/* JSON after JSON: columns of which no object has the member are left out. */
static vv_status import_members(vv_import_result *out, const vv_source *source, const vv_sink *sink,
				const vv_import_options *opts, vv_error *err)
{
	vv_import_options o = *opts;
	vv_source restarted = *source;
	vv_auto_free member_name *names = NULL;
	vv_auto(gone_members) g = {.kept.fd = -1};
	vv_auto(vv_schema) before = {0};
	vv_status rc;

	if ((rc = vv_schema_read(&before, opts->parent->schema.data, opts->parent->schema.len,
				 "the previous version", err)) < 0) {
		return rc;
	}
	if (!(names = vv_calloc(before.count + 1, sizeof(*names)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < before.count; i++) {
		names[i] = (member_name){before.fields[i].name, before.fields[i].name_len};
	}
	if ((rc = gone_members_find(&g, &restarted, names, before.count, opts->temp_dir, err)) <
	    0) {
		return rc;
	}
	o.gone = g.gone;
	return import_ordered(out, &restarted, sink, &o, err);
}

static bool may_lose_members(const vv_import_options *opts)
{
	return opts->kind == VV_KIND_TABLE && opts->parent && !opts->as && !opts->groups &&
	       opts->parent->kind == VV_KIND_TABLE && vv_form_is_typed(opts->parent->dialect.form);
}

static vv_status import_any(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			    const vv_import_options *opts, vv_error *err)
{
	return may_lose_members(opts) ? import_members(out, source, sink, opts, err)
				      : import_ordered(out, source, sink, opts, err);
}

/* A table in another encoding as its text. */
vv_status import_text(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		      const vv_import_options *opts, vv_error *err)
{
	vv_import_options o = *opts;
	vv_auto(vv_file_text) *t = NULL;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_root_init(&out->root);
	if ((rc = import_encoded_open(&t, source, opts, err)) < 0 || !t) {
		return rc < 0 ? rc : import_any(out, source, sink, opts, err);
	}
	if (vv_file_text_encoding(t)[0]) {
		o.encoding = vv_file_text_encoding(t);
		o.in_file = false; /* the file has other bytes */
	}
	rc = import_any(out, vv_file_text_source(t), sink, &o, err);
	if (rc == VV_OK && (rc = import_encoded_settle(out, t, opts, err)) < 0) {
		vv_import_result_clear(out);
	}
	return rc;
}

typedef struct warned {
	vv_table of;
	vv_buf *warnings; /* about it */
} warned;

static vv_status put_warning(void *payload, size_t column, const char *what, vv_error *err)
{
	const warned *w = payload;
	const vv_field *f = column == SIZE_MAX ? NULL : &w->of.schema.fields[column];

	vv_buf_printf(w->warnings, "%s%s%s\n", f ? vv_text_name(f->name, f->name_len) : "",
		      f ? ": " : "", what);
	return vv_buf_ok(w->warnings, err);
}

/* For a new table without declared columns. */
static vv_status tell_almost(vv_import_result *out, const char *name, const vv_sink *sink,
			     const vv_import_options *opts, vv_error *err)
{
	warned made = {.of = {.source = *sink, .root = out->root}, .warnings = &out->warnings};

	if (out->root.kind != VV_KIND_TABLE || opts->parent || opts->schema || opts->as ||
	    !sink->put || sink->passing || out->in_file) {
		return VV_OK;
	}
	vv_status rc = import_read_columns(&made.of, name, err);
	rc = rc < 0 ? rc : vv_table_almost(&made.of, out->breaks, put_warning, &made, err);
	vv_schema_clear(&made.of.schema);
	return rc;
}

vv_status vv_import(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		    const vv_import_options *opts, vv_error *err)
{
	vv_error why = {0};

	memset(out, 0, sizeof(*out));
	vv_root_init(&out->root);
	if (opts->kind != VV_KIND_TABLE && opts->order == VV_ORDER_KEY) {
		return vv_fail(err, VV_EUSAGE,
			       "%s is kept as a file, and only tables can be stored in key "
			       "order\n'--as table' makes a table of it",
			       source->name);
	}
	vv_status rc = import_twice(out, source, sink, opts, &why);
	if (rc < 0 && out->only_bytes && opts->or_as_file && source->again) {
		rc = import_as_file(out, source, &why, sink, opts, err);
	} else if (rc < 0) {
		(void)vv_error_copy(err, &why);
	}
	if (rc == VV_OK && ((rc = tell_almost(out, source->name, sink, opts, err)) < 0 ||
			    (rc = put_root(out, sink, opts, err)) < 0)) {
		vv_import_result_clear(out);
	}
	return rc;
}
