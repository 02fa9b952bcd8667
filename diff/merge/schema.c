/*
 * schema: merges three schemas: member by member of every descriptor, names in keys followed
 * through renames; and the result's key and cut. Also merges three dialects, habit by habit: one
 * side's change is taken; if both changed, the greater bytes, so that the result does not depend on
 * which side merges. The header is a version's own if it names the result's columns, otherwise
 * written again.
 */
#include "base/array.h"
#include "diff/merge/steps.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/header_rows.h"
#include "dataset/rows/line_edit.h"
#include "dataset/schema/header.h"
#include "dataset/schema/schema.h"
#include "dataset/table/column_infer.h"
#include "diff/merge/around.h"
#include "diff/merge/state.h"

/* A value as compact JSON, in the arena; NULL: not there. */
typedef struct value {
	const char *text;
	size_t len;
} value;

/* One schema being written. Where both sides changed something differently it has what ours has,
 * or, neutral, what base (without one: x) has. whole: nothing is put together from two versions. */
typedef struct maker {
	merge *m;
	bool neutral, whole;
	bool report;
	vv_buf out;
} maker;

static bool value_equal(const value *a, const value *b)
{
	return (a->text == NULL) == (b->text == NULL) && a->len == b->len &&
	       (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

/* --- keys: names of columns inside the schema ----------------------------------- */

/* The result's name for a version's column. NULL: the result does not have it. */
static const merge_column *renamed_column(const merge *m, int version, const char *name, size_t len)
{
	long at = vv_schema_find(&m->side[version].table->schema, name, len);
	const long *list = m->column_of[version];
	at = at >= 0 ? list[at] : -1;
	return at >= 0 ? &m->columns[at] : NULL;
}

/* A name or an array of names; false when one is gone. */
static bool put_names(vv_buf *out, const merge *m, int version, const vv_json *node)
{
	bool list = node->type == VV_JSON_ARRAY;
	bool all = true;
	vv_buf_puts(out, list ? "[" : "");
	for (const vv_json *n = list ? node->first : node; n; n = list ? n->next : NULL) {
		const merge_column *c = renamed_column(m, version, n->text, n->text_len);
		vv_buf_puts(out, n != node->first && list ? "," : "");
		if (c) {
			vv_json_put_string(out, c->name, c->name_len);
		}
		all = all && c;
	}
	vv_buf_puts(out, list ? "]" : "");
	return all;
}

/* An object with names in its member "fields"; reference: the place of another object with more
 * names, if it refers to this very table. */
static bool put_with_fields(vv_buf *out, const merge *m, int version, const vv_json *object,
			    const vv_json *reference)
{
	bool all = true;
	vv_buf_putc(out, '{');
	for (const vv_json *n = object->first; n; n = n->next) {
		vv_buf_puts(out, n != object->first ? "," : "");
		vv_json_put_string(out, n->name, n->name_len);
		vv_buf_putc(out, ':');
		if (strcmp(n->name, "fields") == 0) {
			all = put_names(out, m, version, n) && all;
		} else if (n == reference) {
			all = put_with_fields(out, m, version, n, NULL) && all;
		} else {
			vv_json_put_node(out, n);
		}
	}
	vv_buf_putc(out, '}');
	return all;
}

static bool put_foreign_key(vv_buf *out, const merge *m, int version, const vv_json *key)
{
	const vv_json *reference = vv_json_get(key, "reference");
	const char *resource = reference ? vv_json_get_string(reference, "resource") : NULL;
	return put_with_fields(out, m, version, key,
			       resource && resource[0] != '\0' ? NULL : reference);
}

/* Writes the keys of an array that are still valid; false: none. */
static bool put_keys(vv_buf *out, const merge *m, int version, const vv_json *keys, bool foreign)
{
	bool any = false;
	vv_buf_putc(out, '[');
	for (const vv_json *n = keys->first; n; n = n->next) {
		size_t at = out->len;
		vv_buf_puts(out, any ? "," : "");
		if (foreign ? put_foreign_key(out, m, version, n) : put_names(out, m, version, n)) {
			any = true;
		} else if (!out->failed) {
			out->len = at;
		}
	}
	vv_buf_putc(out, ']');
	return any;
}

/* --- members --------------------------------------------------------------------- */

static vv_status render_member(merge *m, int version, const vv_json *node, bool top, value *out,
			       vv_error *err)
{
	vv_buf *b = &m->text;
	bool there = node != NULL;
	*out = (value){NULL, 0};
	vv_buf_reset(b);
	if (there && top && strcmp(node->name, "primaryKey") == 0) {
		there = put_names(b, m, version, node);
	} else if (there && top &&
		   (strcmp(node->name, "uniqueKeys") == 0 ||
		    strcmp(node->name, "foreignKeys") == 0)) {
		there = put_keys(b, m, version, node, node->name[0] == 'f');
	} else if (there) {
		vv_json_put_node(b, node);
	}
	vv_status rc = vv_buf_ok(b, err);
	if (rc == VV_OK && there) {
		out->len = b->len;
		out->text = vv_arena_strndup(&m->arena, vv_buf_cstr(b), b->len);
		rc = out->text ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* Puts a side's value, for people; long ones are not shown. */
static void put_had(vv_buf *out, const char *who, const value *v)
{
	vv_buf_printf(out, "%s %s", who,
		      !v->text      ? "has none"
		      : v->len > 80 ? "has a long one"
				    : vv_text_show(v->text, v->len));
}

static vv_status conflict_member(maker *k, const merge_column *c, const char *member,
				 const value v[3], vv_error *err)
{
	char what[64];
	vv_auto(vv_buf) text = VV_BUF_INIT;
	if (!k->report) return VV_OK;
	snprintf(what, sizeof(what), "%s", vv_text_shows(member));
	vv_buf_printf(&text, "both changed '%s' of %s", what, c ? "column '" : "the schema");
	if (c) {
		vv_buf_printf(&text, "%s'", vv_text_name(c->name, c->name_len));
	}
	put_had(&text, ": ours", &v[k->m->ours]);
	put_had(&text, ", theirs", &v[1 - k->m->ours]);
	return merge_conflict_text(k->m, VV_CONFLICT_COLUMN, c ? c->name : NULL, &text, err);
}

static bool is_kind(const char *member)
{
	return strcmp(member, "type") == 0 || strcmp(member, "format") == 0;
}

/* The decision for the definition of a column, by any of its names; c NULL: for the schema's own
 * members. */
static int decided_for(const merge *m, const merge_column *c)
{
	int version = merge_decided(m, VV_CONFLICT_COLUMN, c ? c->name : NULL, c ? c->name_len : 0);
	for (int v = 0; c && v < 2 && version < 0; v++) {
		const vv_field *f = c->side[v] >= 0 ? &m->side[v].table->schema.fields[c->side[v]]
						    : NULL;
		version = f ? merge_decided(m, VV_CONFLICT_COLUMN, f->name, f->name_len) : -1;
	}
	return version;
}

static bool says_nothing(const value *type)
{
	return !type->text || strcmp(type->text, "\"any\"") == 0;
}

/* Returns true if the column's type is the one that its values have: no other type is declared. */
static vv_status is_type_of_values(bool *out, const merge *m, const merge_column *c, int version,
				   vv_error *err)
{
	vv_table *t = m->side[version].table;
	const size_t at = (size_t)c->side[version];
	const vv_field *f = &t->schema.fields[at];
	vv_type type;

	*out = false;
	if (!vv_field_is_found(f)) return VV_OK;
	const vv_status rc = vv_column_type(&type, t, at, f, err);

	*out = rc == VV_OK && type == f->type;
	return rc;
}

/* The version with the type that all values of both sides have: -1: none, or a type is declared. */
static vv_status find_wider_type(int *out, const merge *m, const merge_column *c, vv_error *err)
{
	const vv_field *f[3];
	bool found = true;
	vv_status rc;

	*out = -1;
	for (int v = 0; v < 3; v++) {
		f[v] = &m->side[v].table->schema.fields[c->side[v]];
	}
	for (int v = 0; v < 2 && found; v++) {
		if ((rc = is_type_of_values(&found, m, c, v, err)) < 0) return rc;
	}
	if (!found || !vv_field_is_found(f[MERGE_BASE])) return VV_OK;
	for (int v = 0; v < 2; v++) {
		if (f[v]->type == VV_TYPE_STRING ||
		    (f[v]->type == VV_TYPE_NUMBER && f[1 - v]->type == VV_TYPE_INTEGER)) {
			*out = v;
			return VV_OK;
		}
	}
	if (f[MERGE_BASE]->type == VV_TYPE_STRING || f[MERGE_BASE]->type == VV_TYPE_ANY) {
		*out = MERGE_BASE;
	}
	return VV_OK;
}

/* Chooses the version whose member is taken; nodes: objects of x, y and base, or NULL. A column's
 * type and format go together. */
static vv_status choose_member(maker *k, const vv_json *const nodes[3], merge_column *c,
			       const char *member, int *out, vv_error *err)
{
	value v[3], second[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	bool kind = c && is_kind(member);
	int ours = (int)k->m->ours;
	vv_status rc = VV_OK;
	for (int i = 0; i < 3 && rc == VV_OK; i++) {
		rc = render_member(k->m, i,
				   nodes[i] ? vv_json_get(nodes[i], kind ? "type" : member) : NULL,
				   !c, &v[i], err);
		if (rc == VV_OK && kind) {
			rc = render_member(k->m, i,
					   nodes[i] ? vv_json_get(nodes[i], "format") : NULL, false,
					   &second[i], err);
		}
	}
	if (rc < 0) return rc;
	bool xy = value_equal(&v[0], &v[1]) && value_equal(&second[0], &second[1]);
	bool xb = value_equal(&v[0], &v[2]) && value_equal(&second[0], &second[2]),
	     yb = value_equal(&v[1], &v[2]) && value_equal(&second[1], &second[2]);
	if (c && c->takes >= 0 && nodes[c->takes]) {
		*out = c->takes;
		return VV_OK;
	}
	if (!nodes[0]) {
		*out = 1;
	} else if (!nodes[1]) {
		*out = 0;
	} else {
		*out = merge_pick(xy, xb, yb);
	}
	if (kind && nodes[0] && nodes[1] && !xy && (says_nothing(&v[0]) || says_nothing(&v[1]))) {
		*out = says_nothing(&v[0]) ? 1 : 0; /* a column that has no values yet there */
	}
	if (*out < 0 && kind && nodes[2] && decided_for(k->m, c) < 0 &&
	    (rc = find_wider_type(out, k->m, c, err)) < 0) {
		return rc;
	}
	if (*out >= 0 && k->whole && nodes[0] && nodes[1] && !xy) {
		*out = -1;
	}
	if (*out >= 0) return VV_OK;
	int decided = decided_for(k->m, c);
	decided = decided == 2 && !nodes[2] ? ours : decided;
	if (decided >= 0) {
		*out = decided;
	} else if (!k->neutral) {
		*out = ours;
	} else if (nodes[2]) {
		*out = 2;
	} else {
		*out = 0;
	}
	if (c && kind && !nodes[2]) {
		c->type = NULL; /* two columns of one name: the cells of one of them are taken */
		c->done = true;
		c->takes = decided;
	}
	if (decided >= 0) return VV_OK;
	/* of type and format only the first that is there is reported */
	bool again = kind && strcmp(member, "format") == 0 && (v[0].text || v[1].text || v[2].text);
	return again ? VV_OK : conflict_member(k, c, member, v, err);
}

static vv_status put_member(maker *k, const vv_json *const nodes[3], merge_column *c,
			    const char *member, size_t len, bool *any, vv_error *err)
{
	value v;
	int version = 0;
	vv_status rc = choose_member(k, nodes, c, member, &version, err);
	const vv_json *node = rc == VV_OK && nodes[version] ? vv_json_get(nodes[version], member)
							    : NULL;
	if (rc < 0 || !node || (rc = render_member(k->m, version, node, !c, &v, err)) < 0 ||
	    !v.text) {
		return rc;
	}
	vv_buf_puts(&k->out, *any ? "," : "");
	vv_json_put_string(&k->out, member, len);
	vv_buf_putc(&k->out, ':');
	vv_buf_put(&k->out, v.text, v.len);
	*any = true;
	return VV_OK;
}

static vv_status put_fields(maker *k, vv_error *err);

/* The union of the members, in base's order, then x's, then y's. c NULL: the schema. */
static vv_status put_object(maker *k, const vv_json *const nodes[3], merge_column *c, vv_error *err)
{
	static const int turns[3] = {2, 0, 1};
	const char *special = c ? "name" : "fields";
	bool any = false, put = false;
	vv_status rc = VV_OK;
	vv_buf_putc(&k->out, '{');
	for (int t = 0; t < 3; t++) {
		const vv_json *object = nodes[turns[t]];
		for (const vv_json *n = object ? object->first : NULL; n && rc == VV_OK;
		     n = n->next) {
			bool before = false;
			for (int u = 0; u < t; u++) {
				before |= nodes[turns[u]] &&
					  vv_json_get(nodes[turns[u]], n->name) != NULL;
			}
			if (before || (put && strcmp(n->name, special) == 0)) {
				continue;
			}
			if (strcmp(n->name, special) != 0) {
				rc = put_member(k, nodes, c, n->name, n->name_len, &any, err);
				continue;
			}
			vv_buf_printf(&k->out, "%s\"%s\":", any ? "," : "", special);
			any = put = true;
			if (c) {
				vv_json_put_string(&k->out, c->name, c->name_len);
			} else {
				rc = put_fields(k, err);
			}
		}
	}
	vv_buf_putc(&k->out, '}');
	return rc < 0 ? rc : vv_buf_ok(&k->out, err);
}

static vv_status put_fields(maker *k, vv_error *err)
{
	merge *m = k->m;
	vv_status rc = VV_OK;
	vv_buf_putc(&k->out, '[');
	for (size_t i = 0; i < m->column_count; i++) {
		merge_column *c = &m->columns[i];
		const vv_json *nodes[3] = {NULL, NULL, NULL};
		for (int v = 0; v < 3; v++) {
			long place = c->side[v];
			nodes[v] = place >= 0 ? m->side[v].table->schema.fields[place].json : NULL;
		}
		vv_buf_puts(&k->out, i > 0 ? "," : "");
		if ((rc = put_object(k, nodes, c, err)) < 0) {
			break;
		}
	}
	vv_buf_putc(&k->out, ']');
	return rc;
}

static vv_status make_schema(maker *k, vv_error *err)
{
	merge *m = k->m;
	const vv_json *nodes[3] = {m->side[0].table->schema.json, m->side[1].table->schema.json,
				   merge_base(m) ? merge_base(m)->schema.json : NULL};
	vv_buf_reset(&k->out);
	return put_object(k, nodes, NULL, err);
}

/* Both schemas: the result's into m->as, the neutral one into m->compare. VV_EINPUT if the result
 * is not a valid schema. */
static vv_status make_both(merge *m, bool whole, bool report, vv_error *err)
{
	maker k = {.m = m, .whole = whole, .report = report, .out = VV_BUF_INIT};
	vv_auto(vv_schema) s = {0};
	vv_status rc = make_schema(&k, err);
	if (rc < 0 ||
	    (rc = vv_schema_read(&s, k.out.data, k.out.len, "the merged schema", err)) < 0 ||
	    (rc = vv_bytes_set(&m->as.schema, k.out.data, k.out.len, err)) < 0) {
		goto done;
	}
	k.neutral = true;
	k.report = false;
	vv_schema_clear(&m->compare);
	if ((rc = make_schema(&k, err)) == VV_OK) {
		rc = vv_schema_read(&m->compare, k.out.data, k.out.len, "the merged schema", err);
	}
done:
	vv_buf_clear(&k.out);
	return rc;
}

static vv_status choose_schema(merge *m, vv_error *err)
{
	vv_error why = {0};
	vv_array_each(m->columns, m->column_count, column) {
		column->done = false; /* set where two added columns have different types */
	}
	vv_status rc = make_both(m, false, true, &why);
	if (rc == VV_EINPUT) {
		merge_report r = {
			.kind = VV_CONFLICT_COLUMN, .row = MERGE_NONE, .detail = why.message};
		if (decided_for(m, NULL) < 0 && (rc = merge_conflict(m, &r, err)) < 0) return rc;
		rc = make_both(m, true, false, err);
	} else if (rc < 0 && err) {
		*err = why;
	}
	for (size_t i = 0; i < m->column_count && rc == VV_OK; i++) {
		m->columns[i].type = m->columns[i].done ? NULL : &m->compare.fields[i];
	}
	return rc;
}

/* --- key and cut ------------------------------------------------------------------- */

/* A version's key as columns of the result; false when one of them is gone. */
static bool key_columns(const merge *m, int version, long *out, size_t *count)
{
	const vv_root *r = &m->side[version].table->root;
	bool all = true;
	*count = r->key_count < VV_KEY_COLUMNS_MAX ? r->key_count : VV_KEY_COLUMNS_MAX;
	for (size_t i = 0; i < *count; i++) {
		const merge_column *c = renamed_column(m, version, r->key[i], strlen(r->key[i]));
		out[i] = c ? (long)(c - m->columns) : -1;
		all = all && c;
	}
	return all && r->key_count == *count;
}

/* The names in the result of a version's columns; none where one of them is gone. *out and its names
 * are the caller's. */
static vv_status take_names(const merge *m, int version, char *const *names, size_t count,
			    char ***out, size_t *out_count, bool *all, vv_error *err)
{
	*all = true;
	*out = vv_calloc(count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		*all = *all && renamed_column(m, version, names[i], strlen(names[i]));
	}
	for (size_t i = 0; *all && i < count; i++) {
		const merge_column *c = renamed_column(m, version, names[i], strlen(names[i]));
		if (!((*out)[i] = vv_strndup(c->name, c->name_len))) return vv_fail_nomem(err);
		++*out_count;
	}
	return VV_OK;
}

static vv_status set_key(merge *m, int version, vv_error *err)
{
	const vv_root *r = &m->side[version].table->root;
	bool all;
	vv_status rc = take_names(m, version, r->key, r->key_count, &m->as.key, &m->as.key_count,
				  &all, err);
	m->as.key_source = all ? r->key_source : VV_KEY_NONE;
	return rc;
}

static bool same_lists(const long *a, size_t a_count, const long *b, size_t b_count)
{
	return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof(*a)) == 0);
}

/* A version's key for people. */
static void put_key(vv_buf *out, const char *who, const vv_table *t)
{
	vv_buf_printf(out, "%s %s", who, t->root.key_count > 0 ? "has " : "has none");
	vv_text_put_names(out, t->root.key, t->root.key_count);
}

static vv_status choose_key(merge *m, vv_error *err)
{
	long k[3][VV_KEY_COLUMNS_MAX];
	size_t n[3] = {0, 0, 0};
	vv_key_source source[3] = {m->side[0].table->root.key_source,
				   m->side[1].table->root.key_source,
				   merge_base(m) ? merge_base(m)->root.key_source : VV_KEY_NONE};
	for (int v = 0; v < (merge_base(m) ? 3 : 2); v++) {
		key_columns(m, v, k[v], &n[v]);
	}
	bool xy = same_lists(k[0], n[0], k[1], n[1]);
	int side = merge_pick(xy, same_lists(k[0], n[0], k[2], n[2]),
			      same_lists(k[1], n[1], k[2], n[2]));
	int decided = merge_decided(m, VV_CONFLICT_KEY, NULL, 0);
	side = side < 0 && (decided < 2 || merge_base(m)) ? decided : side;
	vv_status rc = set_key(m, side < 0 ? (int)m->ours : side, err);
	if (rc == VV_OK && xy && m->as.key_count > 0) {
		int s = merge_pick(source[0] == source[1], source[0] == source[2],
				   source[1] == source[2]);
		if (s >= 0) {
			m->as.key_source = source[s];
		} else if (source[0] > source[1]) {
			m->as.key_source = source[0];
		} else {
			m->as.key_source = source[1];
		}
	}
	if (rc < 0 || side >= 0) return rc;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_buf_puts(&text, "both changed the key of the table");
	put_key(&text, ": ours", m->side[m->ours].table);
	put_key(&text, "; theirs", m->side[1 - m->ours].table);
	return merge_conflict_text(m, VV_CONFLICT_KEY, NULL, &text, err);
}

/* The cut of the common version, so that it does not depend on the side. */
static vv_status choose_cut(merge *m, vv_error *err)
{
	int version = merge_base(m) ? 2 : 0;
	const vv_root *r = &m->side[version].table->root;
	bool all;
	vv_status rc = take_names(m, version, r->cut_columns, r->cut_column_count,
				  &m->as.cut_columns, &m->as.cut_column_count, &all, err);
	m->as.cut_rows = all ? r->cut_rows : 0; /* 0: chosen again, by the rows */
	return rc;
}

/* Both sides in the same order, or one that changed it. */
static bool same_order(const vv_root *a, const vv_root *b)
{
	return a->file_order_declared == b->file_order_declared &&
	       vv_root_names_equal(a->sorted_by, a->sorted_by_count, b->sorted_by,
				   b->sorted_by_count);
}

/* The order that a side changed, otherwise that of both; if both changed it differently, the first
 * side's. A column that is not in the result leaves the file's order. */
static vv_status choose_order(merge *m, vv_error *err)
{
	const vv_root *x = &m->side[0].table->root, *y = &m->side[1].table->root;
	const vv_root *base = merge_base(m) ? &merge_base(m)->root : NULL;
	bool from_y = merge_pick(same_order(x, y), base && same_order(x, base),
				 base && same_order(y, base)) == 1;
	const vv_root *r = from_y ? y : x;
	bool all;

	m->as.file_order_declared = r->file_order_declared;
	return take_names(m, from_y ? 1 : 0, r->sorted_by, r->sorted_by_count, &m->as.sorted_by,
			  &m->as.sorted_by_count, &all, err);
}

vv_status merge_schema(merge *m, vv_error *err)
{
	vv_status rc;
	if ((rc = choose_schema(m, err)) < 0 || (rc = choose_key(m, err)) < 0) return rc;
	return (rc = choose_cut(m, err)) < 0 ? rc : choose_order(m, err);
}

/* --- the dialect ---------------------------------------------------------------- */

static const vv_dialect *dialect_of(const merge *m, int version)
{
	return &m->side[version].table->root.dialect;
}

static void put_run(vv_buf *out, const vv_bytes *b)
{
	vv_buf_put_varint(out, b->len);
	vv_buf_put(out, b->data, b->len);
}

/* The settings for reading bytes as cells, which all come from one version. */
static void put_characters(vv_buf *out, const vv_dialect *d)
{
	vv_buf_printf(out, "%u %u %u %u %u %u ", (unsigned)d->form, d->delimiter, d->quote,
		      d->escape, (unsigned)d->header, (unsigned)d->ascii);
	if (!vv_form_is_typed(d->form)) {
		vv_buf_printf(out, "%u %d %u %u %zu %s ", d->comment, vv_dialect_full_are_rows(d),
			      (unsigned)d->spaces, d->header_more,
			      d->header_more > 0 ? strlen(d->header_join) : 0,
			      d->header_more > 0 ? d->header_join : "");
	}
	put_run(out, &d->open);
	put_run(out, &d->colon);
	put_run(out, &d->comma);
	put_run(out, &d->close);
	put_run(out, &d->row_end);
	if (vv_form_is_document(d->form) && d->lead > 0) return; /* choose_around */
	if (vv_form_is_typed(d->form)) {
		put_run(out, &d->epilogue);
		put_run(out, &d->prologue);
	}
}

static vv_status choose_characters(merge *m, int *version, vv_error *err)
{
	vv_buf text[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	vv_status rc = VV_OK;
	for (int v = 0; v < (merge_base(m) ? 3 : 2); v++) {
		put_characters(&text[v], dialect_of(m, v));
		if ((rc = vv_buf_ok(&text[v], err)) < 0) {
			break;
		}
	}
	*version = merge_pick(vv_buf_equal(&text[0], &text[1]),
			      merge_base(m) && vv_buf_equal(&text[0], &text[2]),
			      merge_base(m) && vv_buf_equal(&text[1], &text[2]));
	if (*version < 0) {
		*version = vv_fact_text_order(vv_buf_cstr(&text[0]), text[0].len,
					      vv_buf_cstr(&text[1]), text[1].len) > 0
				   ? 0
				   : 1;
	}
	for (int v = 0; v < 3; v++) {
		vv_buf_clear(&text[v]);
	}
	return rc;
}

/* A habit as a number: taken from who changed it, else the greater one. */
static unsigned choose_number(const merge *m, unsigned x, unsigned y, unsigned b)
{
	int side = merge_pick(x == y, merge_base(m) && x == b, merge_base(m) && y == b);
	if (side == 0) return x;
	if (side == 1) return y;
	if (x > y) return x;
	return y;
}

static unsigned quoting_habit(const merge *m, int version, long column)
{
	const vv_dialect *d = dialect_of(m, version);
	return column >= 0 ? vv_dialect_quoting(d, (size_t)column) : VV_QUOTE_MINIMAL;
}

static vv_status choose_quoting(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	d->quoting_count = 0;
	vv_free(d->quoting);
	d->quoting = NULL;
	if (vv_form_is_typed(d->form) || m->column_count == 0) return VV_OK;
	d->quoting = vv_calloc(m->column_count, 1);
	if (!d->quoting) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		long x = c->side[0], y = c->side[1];
		unsigned q = x < 0 ? quoting_habit(m, 1, y) : quoting_habit(m, 0, x);
		if (x >= 0 && y >= 0) {
			q = choose_number(m, quoting_habit(m, 0, x), quoting_habit(m, 1, y),
					  merge_base(m) ? quoting_habit(m, 2, c->side[MERGE_BASE])
							: 0);
		}
		d->quoting[i] = (uint8_t)q;
		if (q != VV_QUOTE_MINIMAL) {
			d->quoting_count = i + 1;
		}
	}
	return VV_OK;
}

/* Are the result's columns, but for single ones of the other side, exactly the version's, in its order? */
static bool has_columns(const merge *m, int version, bool names)
{
	const vv_table *t = m->side[version].table;
	size_t at = 0;
	bool all = t != NULL;
	for (size_t i = 0; all && i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const long place = c->side[version];
		if (c->single && place < 0) {
			continue;
		}
		all = place == (long)at++;
		if (all && names) {
			const vv_field *f = &t->schema.fields[place];
			all = f->name_len == c->name_len &&
			      memcmp(f->name, c->name, c->name_len) == 0;
		}
	}
	return all && at == t->columns;
}

/* Do rows of the version mean and look the same in the result? any_form: they may look different. */
static bool rows_fit(const merge *m, int version, bool any_form)
{
	const vv_table *t = m->side[version].table;
	const vv_dialect *d = &m->as.dialect;
	return t && has_columns(m, version, vv_form_is_typed(d->form)) &&
	       (any_form || vv_dialect_same_rows(d, &t->root.dialect));
}

/* Can cells be changed in lines of each version? */
static bool lines_fit(const merge *m)
{
	const vv_dialect *d = &m->as.dialect;
	if (vv_form_is_typed(d->form)) {
		return m->side[MERGE_BASE].copies && rows_fit(m, 0, false) && rows_fit(m, 1, false);
	}
	return merge_base(m) && vv_dialect_same_cells(d, dialect_of(m, 0)) &&
	       vv_dialect_same_cells(d, dialect_of(m, 1)) &&
	       vv_dialect_same_cells(d, dialect_of(m, 2));
}

static bool is_respelled(const merge *m, int side)
{
	const merge_side *s = &m->side[side];
	const size_t columns = s->table->columns;
	return merge_base(m) &&
	       (dialect_of(m, side)->newline != dialect_of(m, 2)->newline ||
		vv_find_place(i, columns,
			      s->to_base[i] >= 0 && quoting_habit(m, side, (long)i) !=
							    quoting_habit(m, 2, s->to_base[i])) <
			columns);
}

/* Does the version's header name the result's columns under its characters? */
static bool header_fits(const merge *m, int version)
{
	return m->side[version].table && has_columns(m, version, m->as.dialect.header) &&
	       vv_dialect_same_cells(&m->as.dialect, dialect_of(m, version));
}

/* The names of the result's columns, in the bytes of a version that has them, and with its quotes. */
static vv_status find_labels(const merge *m, vv_cell *cells, uint8_t *quoting, vv_arena *arena,
			     vv_error *err)
{
	vv_auto(vv_line_parts) parts = {0};
	for (size_t i = 0; i < m->column_count; i++) {
		cells[i] = (vv_cell){.text = m->columns[i].name,
				     .len = (uint32_t)m->columns[i].name_len};
	}
	for (int version = 2; version >= 0; version--) {
		const vv_table *t = m->side[version].table;
		const vv_dialect *d = t ? &t->root.dialect : NULL;
		const vv_cell *labels;
		size_t len;
		if (!t) {
			continue;
		}
		const char *line = vv_dialect_header(d, &len);
		vv_status rc = vv_header_labels(&labels, arena, d, &t->schema, err);
		if (rc < 0 ||
		    (rc = vv_line_parts_read(&parts, d, &t->schema, line, len, err)) < 0) {
			return rc;
		}
		for (size_t i = 0; i < m->column_count; i++) {
			const merge_column *c = &m->columns[i];
			long at = c->side[version];
			const vv_field *f = at >= 0 ? &t->schema.fields[at] : NULL;

			if (f && f->name_len == c->name_len &&
			    memcmp(f->name, c->name, c->name_len) == 0) {
				const vv_line_part *p = vv_line_part_of(&parts, (size_t)at);
				cells[i] = labels[at];
				/* a column at the place that its made-up name has needs no name */
				if (p && vv_is_blank(line + p->from, p->to - p->from) &&
				    vv_schema_is_blank_label(c->name, c->name_len, i)) {
					cells[i].text = line + p->from;
					cells[i].len = (uint32_t)(p->to - p->from);
				}
				quoting[i] = p && p->from < p->to && d->quote &&
							     line[p->from] == (char)d->quote
						     ? VV_QUOTE_ALWAYS
						     : VV_QUOTE_MINIMAL;
			}
		}
	}
	return VV_OK;
}

static vv_status write_header(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	vv_auto(vv_row_writer) *w = NULL;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_cell *cells = vv_arena_calloc(&arena, m->column_count + 1, sizeof(*cells));
	vv_dialect of_header = *d; /* borrowed, but for the quoting */
	of_header.quoting = vv_arena_calloc(&arena, m->column_count + 1, 1);
	of_header.quoting_count = m->column_count;
	if (!cells || !of_header.quoting) return vv_fail_nomem(err);
	vv_status rc = find_labels(m, cells, of_header.quoting, &arena, err);
	if (rc < 0 ||
	    (rc = vv_row_writer_new(&w, &of_header, m->column_count, NULL, NULL, err)) < 0) {
		return rc;
	}
	if (m->column_count > 0) {
		vv_row_write(w, &line, cells, m->column_count);
		size_t len;
		const char *end = vv_dialect_row_end(d, &len);
		vv_buf_put(&line, end, len);
	}
	if ((rc = vv_buf_ok(&line, err)) == VV_OK) {
		rc = vv_dialect_set_header(d, line.data, line.len, err);
	}
	return rc;
}

/* Chooses one of two sides' headers, with the base's in b (NULL: none): if both changed it, the one that sorts last. */
static int pick_header(const vv_bytes *x, const vv_bytes *y, const vv_bytes *b)
{
	int side = merge_pick(vv_bytes_equal(x, y), b && vv_bytes_equal(x, b),
			      b && vv_bytes_equal(y, b));

	if (side >= 0) return side;
	return vv_fact_text_order(x->data, x->len, y->data, y->len) > 0 ? 0 : 1;
}

/* The header alone: merge_around handles the lines around it. */
static vv_status choose_header(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	bool fits[3] = {header_fits(m, 0), header_fits(m, 1), header_fits(m, 2)};
	vv_bytes header[3];
	vv_header_parts parts;
	vv_auto(vv_buf) x = VV_BUF_INIT, y = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_buf *lines[3] = {&x, &y, &b};
	vv_status rc;

	if (vv_form_is_typed(d->form)) {
		return VV_OK; /* came with the characters */
	}
	if (!fits[0] && !fits[1] && d->header_more > 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"the columns of the merged table differ from those of both sides, and its "
			"header has %u lines\nmerge the columns by hand",
			d->header_more + 1u);
	}
	if (!fits[0] && !fits[1]) {
		return d->header ? write_header(m, err) : vv_dialect_set_header(d, NULL, 0, err);
	}
	for (int v = 0; v < 3; v++) {
		rc = fits[v] ? vv_header_rows_split(&parts, dialect_of(m, v), err) : VV_OK;
		if (rc < 0) return rc;
		if (fits[v]) {
			merge_put_header(m, v, &parts.header, lines[v]);
			header[v] = (vv_bytes){(char *)(uintptr_t)vv_buf_cstr(lines[v]),
					       lines[v]->len};
		}
		if ((rc = vv_buf_ok(lines[v], err)) < 0) return rc;
	}
	int side;

	if (!fits[0]) {
		side = 1;
	} else if (!fits[1]) {
		side = 0;
	} else {
		side = pick_header(&header[0], &header[1], fits[2] ? &header[2] : NULL);
	}
	return vv_dialect_set_header(d, header[side].data, header[side].len, err);
}

/* The side that changed it has it; where both did, UTF-8 has all characters. */
static const char *choose_encoding(const char *x, const char *y, const char *base)
{
	return strcmp(x, base) == 0 || (strcmp(y, base) != 0 && *y == '\0') ? y : x;
}

/* A byte order mark that one side added cannot be written in an encoding of bytes that the other side
 * chose: there, the mark is as in that side. */
static bool choose_bom(merge *m, const vv_dialect *x, const vv_dialect *y, const vv_dialect *b)
{
	const char *encoding = m->as.dialect.encoding;

	if (*encoding && strncmp(encoding, "UTF-16", 6) != 0) {
		return strcmp(x->encoding, encoding) == 0 ? x->bom : y->bom;
	}
	return choose_number(m, x->bom, y->bom, b->bom) != 0;
}

vv_status merge_form(merge *m, vv_error *err)
{
	const vv_dialect *x = dialect_of(m, 0), *y = dialect_of(m, 1),
			 *b = merge_base(m) ? dialect_of(m, 2) : x;
	vv_dialect *d = &m->as.dialect;
	int version = 0;
	vv_status rc = choose_characters(m, &version, err);
	if (rc < 0) return rc;
	vv_dialect_clear(d);
	if ((rc = vv_dialect_dup(d, dialect_of(m, version), err)) < 0) {
		vv_dialect_init(d);
		return rc;
	}
	memcpy(d->encoding, choose_encoding(x->encoding, y->encoding, b->encoding),
	       sizeof(d->encoding));
	d->bom = choose_bom(m, x, y, b);
	if (!vv_form_is_document(d->form)) {
		d->newline = (vv_newline)choose_number(m, (unsigned)x->newline,
						       (unsigned)y->newline, (unsigned)b->newline);
		d->final_newline = choose_number(m, x->final_newline, y->final_newline,
						 b->final_newline) != 0;
	}
	if ((rc = choose_quoting(m, err)) < 0 || (rc = choose_header(m, err)) < 0 ||
	    (rc = merge_around(m, err)) < 0) {
		return rc;
	}
	m->mixed = vv_form_is_typed(x->form) != vv_form_is_typed(y->form) ||
		   vv_form_is_typed(x->form) != vv_form_is_typed(b->form);
	m->side[MERGE_BASE].copies = merge_base(m) && rows_fit(m, 2, false) &&
				     !vv_array_find(m->columns, m->column_count, it, it->single);
	m->edits = lines_fit(m);
	for (int i = 0; i < 2; i++) {
		m->side[i].copies = rows_fit(m, i, m->edits);
		m->side[i].respelled = m->edits && is_respelled(m, i);
	}
	return VV_OK;
}
