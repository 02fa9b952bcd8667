/*
 * root: how a version is written as a block, and what one must be like to be believed.
 */
#include "dataset/table/root.h"

#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/list_internal.h"
#include "dataset/schema/schema.h"
#include "repo/blocks/cbor_members.h"

#define CUT_ROWS_MAX (1u << 20)

enum { FILE_ORDER, KEY_ORDER, FILE_ORDER_DECLARED, ROOT_ORDERS };
static const char *const root_word[] = {"root"};
static const char *const kinds[] = {"table", "file"}; /* by vv_kind */
static const char *const orders[ROOT_ORDERS] = {"file", "key", "file-declared"};
static const char *const key_sources[] = {"none", "inferred", "declared",
					  "package"}; /* by vv_key_source */

/* The sums of a list. */
typedef struct sums {
	uint64_t items, weight;
} sums;

/* A root, and beside it what its map has in another form. */
typedef struct record {
	vv_root root;
	uint64_t is_root, kind, order, key_source, cut_rows, format;
	sums data, layout, facts, places;
} record;

/* Which versions have a member; WHOLE: all. */
enum { OF_FILE = 1, OF_TABLE = 2, SORTED = 4, ENCODED = 8, WHOLE = OF_FILE | OF_TABLE };

static vv_status root_fail(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT,
		       "the description of a table (its root block) is damaged: "
		       "%s",
		       what);
}

/* --- members with a form of their own ------------------------------------------------------------ */

static void put_text(vv_buf *b, const vv_member *f, const void *from)
{
	const vv_bytes *text = (const void *)((const char *)from + f->at);

	vv_cbor_put_text(b, text->len ? text->data : "", text->len);
}

static vv_status get_text(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(&in->c, &text, &len, err);

	if (rc < 0) return rc;
	return len > VV_HEADER_MAX ? root_fail("the schema is too long", err)
				   : vv_bytes_set((void *)((char *)out + f->at), text, len, err);
}

static void put_names(vv_buf *b, const vv_member *f, const void *from)
{
	char *const *names = *(char *const *const *)(const void *)((const char *)from + f->at);
	const size_t count = *(const size_t *)(const void *)((const char *)from + f->more);

	vv_cbor_put_array(b, count);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_text(b, names[i], strlen(names[i]));
	}
}

static vv_status get_names(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	char ***names = (void *)((char *)out + f->at);
	size_t *count = (void *)((char *)out + f->more), n, len;
	const char *text;
	vv_status rc = vv_cbor_get_array(&in->c, &n, err);

	if (rc < 0) return rc;
	if (n > VV_COLUMNS_MAX) return root_fail("too many column names", err);
	*names = vv_calloc(n + 1, sizeof **names);
	if (!*names) return vv_fail_nomem(err);
	for (*count = 0; *count < n; (*count)++) {
		if ((rc = vv_cbor_get_text(&in->c, &text, &len, err)) < 0) return rc;
		if (memchr(text, '\0', len)) return root_fail("a NUL in a column's name", err);
		(*names)[*count] = vv_strndup(text, len);
		if (!(*names)[*count]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static void put_hash(vv_buf *b, const vv_member *f, const void *from)
{
	const vv_hash128 *h = (const void *)((const char *)from + f->at);
	uint8_t hash[16];

	vv_put_le64(hash, h->lo);
	vv_put_le64(hash + 8, h->hi);
	vv_cbor_put_bytes(b, hash, sizeof hash);
}

static vv_status get_hash(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	vv_hash128 *h = (void *)((char *)out + f->at);
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(&in->c, &p, &len, err);

	if (rc < 0) return rc;
	if (len != 16) return root_fail("the hash is not 16 bytes long", err);
	h->lo = vv_get_le64(p);
	h->hi = vv_get_le64(p + 8);
	return VV_OK;
}

/* Without facts nothing is stored, and the bytes only determine a name. */
static void put_top(vv_buf *b, const vv_member *f, const void *from)
{
	const vv_buf *top = (const void *)((const char *)from + f->at);

	if (top->len > 0) {
		vv_buf_put(b, top->data, top->len);
	} else {
		vv_cbor_put_null(b);
	}
}

/* An embedded list of the kind `max`; its sums are at `more`. */
static vv_status get_top(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	vv_buf *bytes = (void *)((char *)out + f->at);
	const uint8_t *start = in->c.p;
	vv_auto(list_node) top = {0};
	vv_status rc;

	if ((rc = list_top_read(&top, (vv_list_kind)f->max, &in->c, err)) < 0) return rc;
	*(sums *)(void *)((char *)out + f->more) = (sums){top.items, top.weight};
	vv_buf_put(bytes, start, (size_t)(in->c.p - start));
	return vv_buf_ok(bytes, err);
}

static void put_dialect(vv_buf *b, const vv_member *f, const void *from)
{
	vv_dialect_put(b, (const void *)((const char *)from + f->at));
}

static vv_status get_dialect(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	return vv_dialect_get((void *)((char *)out + f->at), &in->c, err);
}

/* --- the map ------------------------------------------------------------------------------------- */

#define AT(name) offsetof(record, name)
#define ROOT(name) offsetof(record, root.name)
#define OWN(how) VV_MEMBER_OWN, .put = put_##how, .get = get_##how
#define NAMED(name) OWN(names), .at = ROOT(name), .more = ROOT(name##_count)
#define LISTED(name, kind) OWN(top), .at = ROOT(name), .more = AT(name), .max = VV_LIST_##kind
#define WORDS(name, list)                                                                          \
	VV_MEMBER_WORD, .at = AT(name), .max = sizeof(list) / sizeof((list)[0]), .words = (list)
#define NUMBER(place) VV_MEMBER_UINT, .at = (place)

static const vv_member cut[] = {
	{"rows", NUMBER(AT(cut_rows))},
	{"columns", OWN(names), .at = ROOT(cut_columns), .more = ROOT(cut_column_count)}};
static const vv_member encoded[] = {{NULL, NUMBER(ROOT(file_bytes))},
				    {NULL, OWN(hash), .at = ROOT(file_hash)}};

/* In DAG-CBOR's order, shorter keys first. */
static const struct {
	unsigned of;
	vv_member member;
} members[] = {
	{WHOLE, {"v", WORDS(is_root, root_word)}},
	{OF_TABLE, {"cut", VV_MEMBER_MAP, .item = cut, .item_count = 2}},
	{OF_TABLE, {"key", NAMED(key)}},
	{OF_TABLE, {"data", LISTED(data, DATA)}},
	{OF_FILE, {"data", LISTED(data, CHUNKS)}},
	{ENCODED, {"file", VV_MEMBER_TUPLE, .item = encoded, .item_count = 2}},
	{WHOLE, {"hash", OWN(hash), .at = ROOT(hash)}},
	{WHOLE, {"kind", WORDS(kind, kinds)}},
	{OF_TABLE, {"rows", NUMBER(ROOT(rows))}},
	{WHOLE, {"bytes", NUMBER(ROOT(bytes))}},
	{OF_TABLE, {"facts", LISTED(facts, FACTS)}},
	{OF_TABLE, {"order", WORDS(order, orders)}},
	{WHOLE, {"format", NUMBER(AT(format))}},
	{OF_TABLE, {"layout", LISTED(layout, LAYOUT)}},
	{SORTED, {"places", LISTED(places, PLACES)}},
	{OF_TABLE, {"schema", OWN(text), .at = ROOT(schema)}},
	{OF_TABLE, {"dialect", OWN(dialect), .at = ROOT(dialect)}},
	{SORTED, {"sortedBy", NAMED(sorted_by)}},
	{OF_TABLE, {"keySource", WORDS(key_source, key_sources)}},
};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

/* Which of them such a root has. */
static unsigned parts_of(const vv_root *r)
{
	if (r->kind == VV_KIND_FILE) return OF_FILE;
	return OF_TABLE | (vv_root_is_sorted(r) ? SORTED : 0) |
	       (vv_root_is_encoded(r) ? ENCODED : 0);
}

/* The members of its map; how many. */
static size_t choose_members(vv_member out[MEMBERS], unsigned parts)
{
	size_t n = 0;

	vv_array_each(members, MEMBERS, member) {
		if (member->of & parts) {
			out[n++] = member->member;
		}
	}
	return n;
}

void vv_root_init(vv_root *r)
{
	memset(r, 0, sizeof *r);
	vv_dialect_init(&r->dialect);
}

void vv_root_clear(vv_root *r)
{
	vv_free(r->schema.data);
	vv_names_free(r->key, r->key_count);
	vv_names_free(r->cut_columns, r->cut_column_count);
	vv_dialect_clear(&r->dialect);
	vv_buf_clear_all(&r->data, &r->layout, &r->facts);
	vv_names_free(r->sorted_by, r->sorted_by_count);
	vv_buf_clear(&r->places);
	vv_root_init(r);
}

bool vv_root_names_equal(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
	return a_count == b_count && !vv_array_find(a, a_count, it, strcmp(*it, b[it - a]) != 0);
}

static void put_record(vv_buf *b, const vv_root *r)
{
	const unsigned parts = parts_of(r);
	const record from = {.root = *r,
			     .kind = r->kind,
			     .order = parts & SORTED           ? KEY_ORDER
				      : r->file_order_declared ? FILE_ORDER_DECLARED
							       : FILE_ORDER,
			     .key_source = r->key_source,
			     .cut_rows = r->cut_rows,
			     .format = VV_FORMAT};

	vv_member chosen[MEMBERS];
	const size_t count = choose_members(chosen, parts);

	vv_cbor_put_map(b, count);
	vv_members_put(b, chosen, count, &from);
}

static bool names_valid(char *const *names, size_t count)
{
	return !vv_array_find(names, count, name, !vv_utf8_valid(*name, strlen(*name)));
}

vv_status vv_root_same_columns(bool *same, const vv_root *a, const vv_root *b, vv_error *err)
{
	vv_auto(vv_schema) x = {0}, y = {0};
	vv_status rc;

	*same = vv_bytes_equal(&a->schema, &b->schema);
	if (*same || a->schema.len == 0 || b->schema.len == 0) return VV_OK;
	if ((rc = vv_schema_read(&x, a->schema.data, a->schema.len, "schema", err)) < 0 ||
	    (rc = vv_schema_read(&y, b->schema.data, b->schema.len, "schema", err)) < 0) {
		return rc;
	}
	*same = x.count == y.count;
	for (size_t i = 0; *same && i < x.count; i++) {
		*same = x.fields[i].name_len == y.fields[i].name_len &&
			memcmp(x.fields[i].name, y.fields[i].name, x.fields[i].name_len) == 0;
	}
	return VV_OK;
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
			       "a version in key order requires the positions of its rows");
	}
	if (!names_valid(r->key, r->key_count) ||
	    !names_valid(r->cut_columns, r->cut_column_count) ||
	    !names_valid(r->sorted_by, r->sorted_by_count) ||
	    (r->schema.len && !vv_utf8_valid(r->schema.data, r->schema.len))) {
		return vv_fail(err, VV_EINPUT, "the schema or a column's name is not valid UTF-8");
	}
	vv_buf_reset(out);
	put_record(out, r);
	if ((rc = vv_buf_ok(out, err)) < 0) return rc;
	if (out->len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "the schema and the text around the rows take more than %s\n"
			       "'--as file' keeps the file as bytes",
			       vv_text_bytes(VV_BLOCK_MAX));
	}
	return VV_OK;
}

static vv_status put_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err)
{
	vv_pointer p = {.kind = r->kind == VV_KIND_FILE ? "file" : "table",
			.root = *cid,
			.rows = r->rows,
			.bytes = vv_root_file_bytes(r)};
	vv_auto(vv_schema) schema = {0};
	vv_auto_free vv_pointer_column *columns = NULL;
	size_t before = out->len;
	vv_status rc = VV_OK;

	if (r->kind == VV_KIND_TABLE) {
		if ((rc = vv_schema_read(&schema, r->schema.len ? r->schema.data : "",
					 r->schema.len, "the schema", err)) < 0) {
			return rc;
		}
		p.columns = columns = vv_calloc(schema.count, sizeof *columns);
		if (!p.columns) return vv_fail_nomem(err);
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
	return rc;
}

vv_status vv_root_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err)
{
	return vv_root_file_bytes(r) == 0 ? VV_OK : put_pointer(out, cid, r, err);
}

/* Checks the conditions for a valid root. */
static vv_status check_record(const record *x, unsigned parts, vv_error *err)
{
	const vv_root *r = &x->root;

	if (x->kind != (parts & OF_FILE ? VV_KIND_FILE : VV_KIND_TABLE)) {
		return root_fail("it has neither the members of a table nor those of a file", err);
	}
	if (x->format != VV_FORMAT) return root_fail("unknown format", err);
	if (parts & OF_FILE) {
		return x->data.weight == r->bytes
			       ? VV_OK
			       : root_fail("its sums contradict each other", err);
	}
	if (x->cut_rows == 0 || x->cut_rows > CUT_ROWS_MAX ||
	    (x->cut_rows & (x->cut_rows - 1)) != 0) {
		return root_fail("the rows of a row group are not a power of two up to 2^20", err);
	}
	if (x->key_source == VV_KEY_NONE && r->key_count > 0) {
		return root_fail("the origin of the key is unknown", err);
	}
	if ((x->order == KEY_ORDER) != ((parts & SORTED) != 0)) {
		return root_fail("its row order contradicts its members", err);
	}
	if ((parts & SORTED) &&
	    (r->sorted_by_count == 0 || r->sorted_by_count > VV_SORTED_BY_MAX)) {
		return root_fail("the row order has a wrong number of columns", err);
	}
	if (((parts & ENCODED) != 0) != vv_root_is_encoded(r)) {
		return root_fail("an encoding requires the file's hash, and a hash an encoding",
				 err);
	}
	if (x->data.weight != r->rows || ((parts & SORTED) && x->places.weight != r->rows) ||
	    x->data.items != x->layout.items || x->layout.weight > r->bytes ||
	    x->facts.items != x->data.items) {
		return root_fail("its sums contradict each other", err);
	}
	return VV_OK;
}

static bool is_known(const char *key, size_t len)
{
	return vv_array_find(members, MEMBERS, it,
			     strlen(it->member.key) == len &&
				     memcmp(it->member.key, key, len) == 0) != NULL;
}

/* First recognizes a later generation, and members that a later varve may add to a root of this
 * one. */
static vv_status check_generation(const vv_cbor *map, size_t pairs, vv_error *err)
{
	vv_cbor c = *map;
	uint64_t format = 0;
	const char *key, *odd = NULL;
	size_t key_len, at, odd_len = 0;
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
		} else if (type == VV_CBOR_TEXT && key_len == 5 && memcmp(key, "order", 5) == 0 &&
			   vv_cbor_get_word(&value, orders, &at, VV_IGNORED) == VV_ENOSUPPORT) {
			odd = "order";
			odd_len = 5;
		}
		if ((rc = vv_cbor_skip(&c, err)) < 0) return rc;
	}
	if (format > VV_FORMAT) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"the stored version has format %llu, and this varve reads only format "
			"%u\nupgrade varve to read it",
			(unsigned long long)format, VV_FORMAT);
	}
	if (format == VV_FORMAT && odd) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this version has a '%s' that this varve does not support\n"
			       "upgrade varve to read it",
			       vv_text_show(odd, odd_len));
	}
	return VV_OK;
}

static vv_status get_record(record *x, vv_members_in *in, vv_error *err)
{
	vv_member chosen[MEMBERS];
	const size_t file = choose_members(chosen, OF_FILE),
		     table = choose_members(chosen, OF_TABLE);
	unsigned parts = OF_FILE;
	size_t pairs;
	vv_status rc;

	if ((rc = vv_cbor_get_map(&in->c, &pairs, err)) < 0 ||
	    (rc = vv_members_get(in, chosen, 1, x, err)) < 0 ||
	    (rc = check_generation(&in->c, pairs - 1, err)) < 0) {
		return rc;
	}
	if (pairs != file) { /* one more with an encoding, two with an order */
		if (pairs < table || pairs > table + 3) {
			return root_fail(
				"it has neither the members of a table nor those of a file", err);
		}
		parts = OF_TABLE | ((pairs - table) & 1 ? ENCODED : 0) |
			((pairs - table) & 2 ? SORTED : 0);
	}
	const size_t count = choose_members(chosen, parts);
	if ((rc = vv_members_get(in, chosen + 1, count - 1, x, err)) < 0 ||
	    (rc = check_record(x, parts, err)) < 0) {
		return rc;
	}
	return vv_cbor_end(&in->c, err);
}

vv_status vv_root_decode(vv_root *out, const void *bytes, size_t len, vv_error *err)
{
	record x = {.format = 0};
	vv_members_in in = {.arena = NULL};
	vv_status rc;

	vv_root_clear(out);
	if ((rc = vv_cbor_check(bytes, len, err)) < 0) return rc;
	in.c = vv_cbor_of(bytes, len);
	vv_root_init(&x.root);
	if ((rc = get_record(&x, &in, err)) < 0) {
		vv_root_clear(&x.root);
		return rc;
	}
	*out = x.root;
	out->kind = (vv_kind)x.kind;
	out->key_source = (vv_key_source)x.key_source;
	out->cut_rows = (uint32_t)x.cut_rows;
	out->file_order_declared = x.order == FILE_ORDER_DECLARED;
	return VV_OK;
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
	vv_status rc = put_pointer(&made, cid, r, err);
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
	return (rc = vv_root_load(&root, store, cid, err)) < 0
		       ? rc
		       : vv_root_pointer_is(out, text, len, cid, &root, err);
}
