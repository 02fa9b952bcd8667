/*
 * import_twice: reads a file a second time when the first reading casts doubt on facts of the version before.
 */
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/import_state.h"

/* The bytes of a version whose blocks are present, from the beginning each time. */
typedef struct version_bytes {
	vv_table of;
	vv_table_source *bytes;
} version_bytes;

vv_status import_read_columns(vv_table *t, const char *name, vv_error *err)
{
	vv_status rc = vv_schema_read(&t->schema, t->root.schema.data, t->root.schema.len, name,
				      err);

	t->columns = t->schema.count;
	return rc;
}

static ssize_t read_version(void *payload, void *buf, size_t len, vv_error *err)
{
	version_bytes *v = payload;

	return vv_table_source_read(v->bytes, buf, len, err);
}

static vv_status begin_version(void *payload, vv_error *err)
{
	version_bytes *v = payload;

	vv_table_source_close(v->bytes);
	v->bytes = NULL;
	return vv_table_source_open(&v->bytes, &v->of, err);
}

vv_status import_twice(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		       const vv_import_options *opts, vv_error *err)
{
	vv_import_options o = *opts;
	version_bytes made = {.of = {.source = *sink}};
	vv_source again = *source;
	vv_status rc = import_text(out, source, sink, opts, err);

	if (rc < 0 || (!out->types_doubtful && out->key_lost.len == 0) ||
	    (!source->again && (!sink->put || out->in_file))) {
		return rc;
	}
	vv_auto(vv_buf) lost = out->key_lost;
	made.of.root = out->root;
	out->key_lost = (vv_buf)VV_BUF_INIT;
	vv_root_init(&out->root);
	vv_import_result_clear(out);
	o.cache = NULL;
	o.find_types = true;
	o.key_lost = lost.len > 0 ? vv_buf_cstr(&lost) : NULL;
	if (!source->again) {
		again = (vv_source){.read = read_version,
				    .again = begin_version,
				    .payload = &made,
				    .size = made.of.root.bytes,
				    .name = source->name};
		o.is_text = true;
		o.hints.encoding = made.of.root.dialect.encoding[0] ? made.of.root.dialect.encoding
								    : NULL;
		rc = import_read_columns(&made.of, source->name, err);
	}
	if (rc == VV_OK && (rc = again.again(again.payload, err)) == VV_OK) {
		rc = import_text(out, &again, sink, &o, err);
	}
	vv_table_source_close(made.bytes);
	vv_table_close(&made.of);
	return rc;
}
