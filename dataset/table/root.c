/*
 * root: how a version is written as a block, and what one must be like to be believed.
 */
#include "dataset/table/root.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/list_internal.h"
#include "dataset/schema/schema.h"
#include "repo/blocks/cbor.h"

#define ROOT_KEY_SOURCES 4

enum { FILE_MEMBERS = 6, TABLE_MEMBERS = 15, SORTED_MEMBERS = 17 };

enum { FILE_ORDER, KEY_ORDER, FILE_ORDER_DECLARED, ROOT_ORDERS };
static const char *const root_orders[ROOT_ORDERS] = {"file", "key", "file-declared"};

/* ROOT_ORDERS: none of them. */
static int order_of(const char *text, size_t len)
{
	int i = 0;

	while (i < ROOT_ORDERS &&
	       (strlen(root_orders[i]) != len || memcmp(root_orders[i], text, len) != 0)) {
		i++;
	}
	return i;
}

/* By vv_key_source. */
static const char *const root_key_sources[ROOT_KEY_SOURCES] = {"none", "inferred", "declared",
							       "package"};

void vv_root_init(vv_root *r)
{
	memset(r, 0, sizeof *r);
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
	vv_buf_clear_all(&r->data, &r->layout, &r->facts);
	free_names(r->sorted_by, r->sorted_by_count);
	vv_buf_clear(&r->places);
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

static void put_hash(vv_buf *b, vv_hash128 h)
{
	uint8_t hash[16];

	vv_put_le64(hash, h.lo);
	vv_put_le64(hash + 8, h.hi);
	vv_cbor_put_bytes(b, hash, sizeof hash);
}

/* Of the file, where the rest is of its text. */
static void put_encoded(vv_buf *b, const vv_root *r)
{
	if (vv_root_is_encoded(r)) {
		vv_cbor_put_key(b, "file");
		vv_cbor_put_array(b, 2);
		vv_cbor_put_uint(b, r->file_bytes);
		put_hash(b, r->file_hash);
	}
}

static void put_file(vv_buf *b, const vv_root *r)
{
	vv_cbor_put_map(b, FILE_MEMBERS);
	vv_cbor_put_key(b, "v");
	put_text(b, "root");
	vv_cbor_put_key(b, "data");
	vv_buf_put(b, r->data.data, r->data.len);
	vv_cbor_put_key(b, "hash");
	put_hash(b, r->hash);
	vv_cbor_put_key(b, "kind");
	put_text(b, "file");
	vv_cbor_add_uint(b, "bytes", r->bytes);
	vv_cbor_add_uint(b, "format", VV_FORMAT);
}

/* Where there are none nothing is stored, and the bytes give a name only. */
static void put_facts(vv_buf *b, const vv_root *r)
{
	vv_cbor_put_key(b, "facts");
	if (r->facts.len > 0) {
		vv_buf_put(b, r->facts.data, r->facts.len);
	} else {
		vv_cbor_put_null(b);
	}
}

static void put_table(vv_buf *b, const vv_root *r)
{
	bool sorted = vv_root_is_sorted(r), declared = !sorted && r->file_order_declared;

	vv_cbor_put_map(b, (size_t)(sorted ? SORTED_MEMBERS : TABLE_MEMBERS) +
				   (vv_root_is_encoded(r) ? 1 : 0));
	vv_cbor_put_key(b, "v");
	put_text(b, "root");
	vv_cbor_put_key(b, "cut");
	vv_cbor_put_map(b, 2);
	vv_cbor_add_uint(b, "rows", r->cut_rows);
	vv_cbor_put_key(b, "columns");
	put_names(b, r->cut_columns, r->cut_column_count);
	vv_cbor_put_key(b, "key");
	put_names(b, r->key, r->key_count);
	vv_cbor_put_key(b, "data");
	vv_buf_put(b, r->data.data, r->data.len);
	put_encoded(b, r);
	vv_cbor_put_key(b, "hash");
	put_hash(b, r->hash);
	vv_cbor_put_key(b, "kind");
	put_text(b, "table");
	vv_cbor_add_uint(b, "rows", r->rows);
	vv_cbor_add_uint(b, "bytes", r->bytes);
	put_facts(b, r);
	vv_cbor_put_key(b, "order");
	put_text(b, root_orders[sorted ? KEY_ORDER : declared ? FILE_ORDER_DECLARED : FILE_ORDER]);
	vv_cbor_add_uint(b, "format", VV_FORMAT);
	vv_cbor_put_key(b, "layout");
	vv_buf_put(b, r->layout.data, r->layout.len);
	if (sorted) {
		vv_cbor_put_key(b, "places");
		vv_buf_put(b, r->places.data, r->places.len);
	}
	vv_cbor_put_key(b, "schema");
	vv_cbor_put_text(b, r->schema.len ? r->schema.data : "", r->schema.len);
	vv_cbor_put_key(b, "dialect");
	vv_dialect_put(b, &r->dialect);
	if (sorted) {
		vv_cbor_put_key(b, "sortedBy");
		put_names(b, r->sorted_by, r->sorted_by_count);
	}
	vv_cbor_put_key(b, "keySource");
	put_text(b, root_key_sources[r->key_source]);
}

static bool names_valid(char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!vv_utf8_valid(names[i], strlen(names[i]))) return false;
	}
	return true;
}

vv_status vv_root_encode(vv_buf *out, const vv_root *r, vv_error *err)
{
	vv_status rc;

	if (r->schema.len > VV_HEADER_MAX || r->dialect.prologue.len > VV_HEADER_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "the %s takes more than %s\n"
			       "'--as file' keeps the file as bytes",
			       r->schema.len > VV_HEADER_MAX ? "schema" : "header",
			       vv_text_bytes(VV_HEADER_MAX));
	}
	if (vv_root_is_sorted(r) && !vv_root_has_places(r)) {
		return vv_fail(err, VV_EUSAGE,
			       "a version in key order cannot be written without its places");
	}
	if (!names_valid(r->key, r->key_count) ||
	    !names_valid(r->cut_columns, r->cut_column_count) ||
	    !names_valid(r->sorted_by, r->sorted_by_count) ||
	    (r->schema.len && !vv_utf8_valid(r->schema.data, r->schema.len))) {
		return vv_fail(err, VV_EINPUT, "the schema or a column's name is not valid UTF-8");
	}
	vv_buf_reset(out);
	if (r->kind == VV_KIND_FILE) {
		put_file(out, r);
	} else {
		put_table(out, r);
	}
	if ((rc = vv_buf_ok(out, err)) < 0) return rc;
	if (out->len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "schema and header together take more than %s\n"
			       "'--as file' keeps the file as bytes",
			       vv_text_bytes(VV_BLOCK_MAX));
	}
	return VV_OK;
}

vv_status vv_root_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err)
{
	vv_pointer p = {0};
	vv_auto(vv_schema) schema = {0};
	size_t before = out->len;
	vv_status rc = VV_OK;

	p.kind = r->kind == VV_KIND_FILE ? "file" : "table";
	p.root = *cid;
	p.rows = r->rows;
	p.bytes = vv_root_file_bytes(r);
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
	return rc;
}

/*
 * Knows what a root must be like to be believed.
 */

#define CUT_ROWS_MAX (1u << 20)

static vv_status bad(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "root: %s", what);
}

/* key, and after it exactly this text. */
static vv_status expect(vv_cbor *c, const char *key, const char *text, vv_error *err)
{
	const char *found;
	size_t len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, key, err)) < 0 ||
	    (rc = vv_cbor_get_text(c, &found, &len, err)) < 0) {
		return rc;
	}
	if (len != strlen(text) || memcmp(found, text, len) != 0) {
		return vv_fail(err, VV_ECORRUPT, "root: '%s' is not '%s'", key, text);
	}
	return VV_OK;
}

static vv_status get_names(vv_cbor *c, const char *key, char ***names, size_t *count, vv_error *err)
{
	const char *text;
	size_t n, len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, key, err)) < 0 || (rc = vv_cbor_get_array(c, &n, err)) < 0) {
		return rc;
	}
	if (n > VV_COLUMNS_MAX) return bad("too many column names", err);
	*names = vv_calloc(n + 1, sizeof **names);
	if (!*names) return vv_fail_nomem(err);
	for (*count = 0; *count < n; (*count)++) {
		if ((rc = vv_cbor_get_text(c, &text, &len, err)) < 0) return rc;
		if (memchr(text, '\0', len)) return bad("a NUL in a column's name", err);
		(*names)[*count] = vv_strndup(text, len);
		if (!(*names)[*count]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* An embedded list, after its key; its sums come back. */
static vv_status get_top(vv_cbor *c, vv_list_kind kind, vv_buf *out, uint64_t *count,
			 uint64_t *weight, vv_error *err)
{
	const uint8_t *start = c->p;
	list_node top;
	vv_status rc;

	if ((rc = list_top_read(&top, kind, c, err)) < 0) return rc;
	*count = top.items;
	*weight = top.weight;
	list_node_clear(&top);
	vv_buf_put(out, start, (size_t)(c->p - start));
	return vv_buf_ok(out, err);
}

static vv_status get_list(vv_cbor *c, const char *key, vv_list_kind kind, vv_buf *out,
			  uint64_t *count, uint64_t *weight, vv_error *err)
{
	vv_status rc = vv_cbor_get_key(c, key, err);

	return rc < 0 ? rc : get_top(c, kind, out, count, weight, err);
}

static vv_status get_hash(vv_hash128 *out, vv_cbor *c, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);

	if (rc < 0) return rc;
	if (len != 16) return bad("the hash is not 16 bytes long", err);
	out->lo = vv_get_le64(p);
	out->hi = vv_get_le64(p + 8);
	return VV_OK;
}

static vv_status get_key_hash(vv_root *r, vv_cbor *c, vv_error *err)
{
	vv_status rc = vv_cbor_get_key(c, "hash", err);

	return rc < 0 ? rc : get_hash(&r->hash, c, err);
}

static vv_status get_encoded(vv_root *r, vv_cbor *c, bool *has, vv_error *err)
{
	size_t n;
	vv_status rc;

	*has = vv_cbor_try_key(c, "file");
	if (!*has) return VV_OK;
	if ((rc = vv_cbor_get_array(c, &n, err)) < 0) return rc;
	if (n != 2) return bad("'file' is not a length and a hash", err);
	if ((rc = vv_cbor_get_uint(c, &r->file_bytes, err)) < 0) return rc;
	return get_hash(&r->file_hash, c, err);
}

static vv_status get_number(vv_cbor *c, const char *key, uint64_t *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_key(c, key, err);

	return rc < 0 ? rc : vv_cbor_get_uint(c, out, err);
}

static vv_status get_format(vv_cbor *c, vv_error *err)
{
	uint64_t format;
	vv_status rc = get_number(c, "format", &format, err);

	return rc < 0 || format == VV_FORMAT ? rc : bad("unknown format generation", err);
}

static vv_status get_cut(vv_root *r, vv_cbor *c, vv_error *err)
{
	uint64_t rows;
	size_t pairs;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, "cut", err)) < 0 ||
	    (rc = vv_cbor_get_map(c, &pairs, err)) < 0) {
		return rc;
	}
	if (pairs != 2) return bad("cut has other members than rows and columns", err);
	if ((rc = get_number(c, "rows", &rows, err)) < 0) return rc;
	if (rows == 0 || rows > CUT_ROWS_MAX || (rows & (rows - 1)) != 0) {
		return bad("the cut's rows are not a power of two up to 2^20", err);
	}
	r->cut_rows = (uint32_t)rows;
	return get_names(c, "columns", &r->cut_columns, &r->cut_column_count, err);
}

static vv_status get_schema(vv_root *r, vv_cbor *c, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, "schema", err)) < 0 ||
	    (rc = vv_cbor_get_text(c, &text, &len, err)) < 0) {
		return rc;
	}
	if (len > VV_HEADER_MAX) return bad("the schema is too long", err);
	return vv_bytes_set(&r->schema, text, len, err);
}

static vv_status get_key_source(vv_root *r, vv_cbor *c, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, "keySource", err)) < 0 ||
	    (rc = vv_cbor_get_text(c, &text, &len, err)) < 0) {
		return rc;
	}
	for (int i = 0; i < ROOT_KEY_SOURCES; i++) {
		if (strlen(root_key_sources[i]) == len &&
		    memcmp(root_key_sources[i], text, len) == 0) {
			r->key_source = (vv_key_source)i;
			return r->key_source == VV_KEY_NONE && r->key_count > 0
				       ? bad("a key from nowhere", err)
				       : VV_OK;
		}
	}
	return bad("an unknown source of the key", err);
}

static vv_status get_order(vv_root *r, vv_cbor *c, bool *sorted, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, "order", err)) < 0 ||
	    (rc = vv_cbor_get_text(c, &text, &len, err)) < 0) {
		return rc;
	}
	int order = order_of(text, len);
	*sorted = order == KEY_ORDER;
	r->file_order_declared = order == FILE_ORDER_DECLARED;
	return order < ROOT_ORDERS ? VV_OK : bad("'order' is neither 'file' nor 'key'", err);
}

static vv_status get_sorted_by(vv_root *r, vv_cbor *c, vv_error *err)
{
	const vv_status rc = get_names(c, "sortedBy", &r->sorted_by, &r->sorted_by_count, err);

	return rc < 0 ? rc
	       : r->sorted_by_count == 0 || r->sorted_by_count > VV_SORTED_BY_MAX
		       ? bad("a wrong number of columns for the order", err)
		       : VV_OK;
}

static vv_status get_table(vv_root *r, vv_cbor *c, vv_error *err)
{
	uint64_t groups, rows, forms, raw, blocks, facts, weight, placed = 0;
	bool sorted, encoded;
	vv_status rc;

	r->kind = VV_KIND_TABLE;
	if ((rc = get_cut(r, c, err)) < 0 ||
	    (rc = get_names(c, "key", &r->key, &r->key_count, err)) < 0 ||
	    (rc = get_list(c, "data", VV_LIST_DATA, &r->data, &groups, &rows, err)) < 0 ||
	    (rc = get_encoded(r, c, &encoded, err)) < 0 || (rc = get_key_hash(r, c, err)) < 0 ||
	    (rc = expect(c, "kind", "table", err)) < 0 ||
	    (rc = get_number(c, "rows", &r->rows, err)) < 0 ||
	    (rc = get_number(c, "bytes", &r->bytes, err)) < 0 ||
	    (rc = get_list(c, "facts", VV_LIST_FACTS, &r->facts, &facts, &weight, err)) < 0 ||
	    (rc = get_order(r, c, &sorted, err)) < 0 || (rc = get_format(c, err)) < 0 ||
	    (rc = get_list(c, "layout", VV_LIST_LAYOUT, &r->layout, &forms, &raw, err)) < 0 ||
	    (sorted &&
	     (rc = get_list(c, "places", VV_LIST_PLACES, &r->places, &blocks, &placed, err)) < 0) ||
	    (rc = get_schema(r, c, err)) < 0) {
		return rc;
	}
	if ((rc = vv_cbor_get_key(c, "dialect", err)) < 0 ||
	    (rc = vv_dialect_get(&r->dialect, c, err)) < 0 ||
	    (sorted && (rc = get_sorted_by(r, c, err)) < 0) ||
	    (rc = get_key_source(r, c, err)) < 0) {
		return rc;
	}
	if (encoded != vv_root_is_encoded(r)) {
		return bad("an encoding without the file's hash, or a hash without one", err);
	}
	if (rows != r->rows || (sorted && placed != rows) || groups != forms || raw > r->bytes ||
	    facts != groups) {
		return bad("its sums contradict each other", err);
	}
	return VV_OK;
}

static vv_status get_file(vv_root *r, vv_cbor *c, vv_error *err)
{
	uint64_t chunks, bytes;
	vv_status rc;

	r->kind = VV_KIND_FILE;
	if ((rc = get_list(c, "data", VV_LIST_CHUNKS, &r->data, &chunks, &bytes, err)) < 0 ||
	    (rc = get_key_hash(r, c, err)) < 0 || (rc = expect(c, "kind", "file", err)) < 0 ||
	    (rc = get_number(c, "bytes", &r->bytes, err)) < 0 || (rc = get_format(c, err)) < 0) {
		return rc;
	}
	return bytes == r->bytes ? VV_OK : bad("its sums contradict each other", err);
}

static bool is_known(const char *key, size_t len)
{
	static const char *const keys[] = {"cut",      "key",      "data",   "file",   "hash",
					   "kind",     "rows",     "bytes",  "facts",  "order",
					   "format",   "layout",   "places", "schema", "dialect",
					   "sortedBy", "keySource"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0) return true;
	}
	return false;
}

/* A later generation, and what a varve of later may put into a root of this one, is recognised
 * before anything else is judged. */
static vv_status check_generation(const vv_cbor *map, size_t pairs, vv_error *err)
{
	vv_cbor c = *map;
	uint64_t format = 0;
	const char *key, *text, *odd = NULL;
	size_t key_len, len, odd_len = 0;
	vv_cbor_type type;
	vv_status rc;

	for (size_t i = 0; i < pairs; i++) {
		if ((rc = vv_cbor_get_text(&c, &key, &key_len, err)) < 0 ||
		    (rc = vv_cbor_peek(&c, &type, err)) < 0) {
			return rc;
		}
		vv_cbor value = c;
		if (!is_known(key, key_len)) {
			odd = key;
			odd_len = key_len;
		} else if (key_len == 6 && memcmp(key, "format", 6) == 0) {
			if ((rc = vv_cbor_get_uint(&value, &format, err)) < 0) return rc;
		} else if (type == VV_CBOR_TEXT && key_len == 5 && memcmp(key, "order", 5) == 0) {
			if ((rc = vv_cbor_get_text(&value, &text, &len, err)) < 0) return rc;
			if (order_of(text, len) == ROOT_ORDERS) {
				odd = "order";
				odd_len = 5;
			}
		}
		if ((rc = vv_cbor_skip(&c, err)) < 0) return rc;
	}
	if (format > VV_FORMAT) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this version has format generation %llu, this program supports %u\n"
			       "a newer varve can read it",
			       (unsigned long long)format, VV_FORMAT);
	}
	if (format == VV_FORMAT && odd) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this version has a '%s' that this program does not support\n"
			       "a newer varve can read it",
			       vv_text_show(odd, odd_len));
	}
	return VV_OK;
}

vv_status vv_root_decode(vv_root *out, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	size_t pairs;
	vv_status rc;

	vv_root_clear(out);
	if ((rc = vv_cbor_check(bytes, len, err)) < 0) return rc;
	vv_cbor_init(&c, bytes, len);
	if ((rc = vv_cbor_get_map(&c, &pairs, err)) < 0 ||
	    (rc = expect(&c, "v", "root", err)) < 0 ||
	    (rc = check_generation(&c, pairs - 1, err)) < 0) {
		return rc;
	}
	if (pairs != TABLE_MEMBERS && pairs != TABLE_MEMBERS + 1 && pairs != SORTED_MEMBERS &&
	    pairs != SORTED_MEMBERS + 1 && pairs != FILE_MEMBERS) {
		return bad("it has neither the members of a table nor those of a file", err);
	}
	rc = pairs == FILE_MEMBERS ? get_file(out, &c, err) : get_table(out, &c, err);
	if (rc >= 0) {
		rc = vv_cbor_end(&c, err);
	}
	if (rc < 0) {
		vv_root_clear(out);
	}
	return rc;
}

vv_status vv_root_load(vv_root *out, vv_store *store, const vv_cid *cid, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc = vv_store_get(store, cid, &block, err);

	return rc < 0 ? rc : vv_root_decode(out, block.data, block.len, err);
}

vv_status vv_root_pointer_is(bool *out, const void *text, size_t len, const vv_cid *cid,
			     const vv_root *r, vv_error *err)
{
	vv_auto(vv_buf) made = VV_BUF_INIT;

	*out = false;
	vv_status rc = vv_root_pointer(&made, cid, r, err);
	*out = rc == VV_OK && vv_pointer_is_text(&made, text, len);
	return rc;
}

vv_status vv_root_pointer_holds(bool *out, vv_store *store, const void *text, size_t len,
				const vv_cid *cid, vv_error *err)
{
	vv_auto(vv_root) root = {0};
	vv_status rc;

	*out = false;
	vv_root_init(&root);
	if ((rc = vv_root_load(&root, store, cid, err)) == VV_OK) {
		rc = vv_root_pointer_is(out, text, len, cid, &root, err);
	}
	return rc;
}
