/*
 * root: knows how a version is written as a block; root_decode.c reads it.
 */
#include "dataset/table/root.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root_internal.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/store.h"

const char *const root_key_sources[ROOT_KEY_SOURCES] = {"none", "inferred", "declared", "package"};

void vv_root_init(vv_root *r)
{
	memset(r, 0, sizeof *r);
	r->format = VV_FORMAT_GENERATION;
	vv_dialect_init(&r->dialect);
}

static void free_names(char **names, size_t count)
{
	for (size_t i = 0; names && i < count; i++) {
		vv_free(names[i]);
	}
	vv_free(names);
}

void vv_root_clear(vv_root *r)
{
	vv_free(r->schema.data);
	free_names(r->key, r->key_count);
	free_names(r->cut_columns, r->cut_column_count);
	vv_dialect_clear(&r->dialect);
	vv_buf_clear(&r->data);
	vv_buf_clear(&r->layout);
	vv_root_init(r);
}

static void put_text(vv_buf *b, const char *s)
{
	vv_cbor_put_text(b, s, strlen(s));
}

static void put_names(vv_buf *b, char *const *names, size_t count)
{
	vv_cbor_put_array(b, count);
	for (size_t i = 0; i < count; i++) {
		put_text(b, names[i]);
	}
}

static void put_hash(vv_buf *b, const vv_root *r)
{
	uint8_t hash[16];

	vv_put_le64(hash, r->hash.lo);
	vv_put_le64(hash + 8, r->hash.hi);
	vv_cbor_put_key(b, "hash");
	vv_cbor_put_bytes(b, hash, sizeof hash);
}

static void put_file(vv_buf *b, const vv_root *r)
{
	vv_cbor_put_map(b, 6);
	vv_cbor_put_key(b, "v");
	put_text(b, "root");
	vv_cbor_put_key(b, "data");
	vv_buf_put(b, r->data.data, r->data.len);
	put_hash(b, r);
	vv_cbor_put_key(b, "kind");
	put_text(b, "file");
	vv_cbor_put_key(b, "bytes");
	vv_cbor_put_uint(b, r->bytes);
	vv_cbor_put_key(b, "format");
	vv_cbor_put_uint(b, r->format);
}

static void put_table(vv_buf *b, const vv_root *r)
{
	vv_cbor_put_map(b, 14);
	vv_cbor_put_key(b, "v");
	put_text(b, "root");
	vv_cbor_put_key(b, "cut");
	vv_cbor_put_map(b, 2);
	vv_cbor_put_key(b, "rows");
	vv_cbor_put_uint(b, r->cut_rows);
	vv_cbor_put_key(b, "columns");
	put_names(b, r->cut_columns, r->cut_column_count);
	vv_cbor_put_key(b, "key");
	put_names(b, r->key, r->key_count);
	vv_cbor_put_key(b, "data");
	vv_buf_put(b, r->data.data, r->data.len);
	put_hash(b, r);
	vv_cbor_put_key(b, "kind");
	put_text(b, "table");
	vv_cbor_put_key(b, "rows");
	vv_cbor_put_uint(b, r->rows);
	vv_cbor_put_key(b, "bytes");
	vv_cbor_put_uint(b, r->bytes);
	vv_cbor_put_key(b, "order");
	put_text(b, "file");
	vv_cbor_put_key(b, "format");
	vv_cbor_put_uint(b, r->format);
	vv_cbor_put_key(b, "layout");
	vv_buf_put(b, r->layout.data, r->layout.len);
	vv_cbor_put_key(b, "schema");
	vv_cbor_put_text(b, r->schema.len ? r->schema.data : "", r->schema.len);
	vv_cbor_put_key(b, "dialect");
	vv_dialect_put(b, &r->dialect);
	vv_cbor_put_key(b, "keySource");
	put_text(b, root_key_sources[r->key_source]);
}

static bool names_valid(char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!vv_utf8_valid(names[i], strlen(names[i]))) {
			return false;
		}
	}
	return true;
}

vv_status vv_root_encode(vv_buf *out, const vv_root *r, vv_error *err)
{
	vv_status rc;

	if (r->schema.len > VV_HEADER_MAX || r->dialect.prologue.len > VV_HEADER_MAX) {
		vv_fail(err, VV_EREFUSED, "the %s takes more than %s",
			r->schema.len > VV_HEADER_MAX ? "schema" : "header",
			vv_text_bytes(VV_HEADER_MAX));
		return vv_hint(err, "'--as file' keeps the file as bytes");
	}
	if (!names_valid(r->key, r->key_count) ||
	    !names_valid(r->cut_columns, r->cut_column_count) ||
	    (r->schema.len && !vv_utf8_valid(r->schema.data, r->schema.len))) {
		return vv_fail(err, VV_EINPUT, "the schema or a column's name is not valid UTF-8");
	}
	vv_buf_reset(out);
	if (r->kind == VV_KIND_FILE) {
		put_file(out, r);
	} else {
		put_table(out, r);
	}
	if ((rc = vv_buf_ok(out, err)) < 0) {
		return rc;
	}
	if (out->len > VV_BLOCK_MAX) {
		vv_fail(err, VV_EREFUSED, "schema and header together take more than %s",
			vv_text_bytes(VV_BLOCK_MAX));
		return vv_hint(err, "'--as file' keeps the file as bytes");
	}
	return VV_OK;
}

vv_status vv_root_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err)
{
	vv_pointer p;
	vv_schema schema;
	size_t before = out->len;
	vv_status rc = VV_OK;

	memset(&p, 0, sizeof p);
	vv_schema_init(&schema);
	p.kind = r->kind == VV_KIND_FILE ? "file" : "table";
	p.root = *cid;
	p.rows = r->rows;
	p.bytes = r->bytes;
	if (r->kind == VV_KIND_TABLE) {
		if ((rc = vv_schema_read(&schema, r->schema.len ? r->schema.data : "",
					 r->schema.len, "the schema", err)) < 0) {
			goto done;
		}
		p.columns = vv_calloc(schema.count, sizeof *p.columns);
		if (!p.columns) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		for (size_t i = 0; i < schema.count; i++) {
			p.columns[i].name = schema.fields[i].name;
			p.columns[i].name_len = schema.fields[i].name_len;
			p.columns[i].type = vv_type_name(schema.fields[i].type);
		}
		p.column_count = schema.count;
		p.key = (const char **)(void *)r->key;
		p.key_count = r->key_count;
	}
	vv_pointer_put(out, &p);
	if ((rc = vv_buf_ok(out, err)) >= 0 && out->len - before > VV_POINTER_MAX) {
		out->len = before;
		rc = vv_fail(err, VV_EREFUSED, "a pointer for %zu columns takes more than %s",
			     p.column_count, vv_text_bytes(VV_POINTER_MAX));
	}
done:
	vv_free(p.columns);
	vv_schema_clear(&schema);
	return rc;
}
