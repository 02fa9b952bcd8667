/*
 * profile_write: knows how a profile is said: as constraints of Table Schema, and as rules of
 * varve.json.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "diff/check/profile_internal.h"

#define CODE_LEN 40u /* characters of what still is a code */

static const char marks[] = "-._/";

static int by_bytes(const void *a, const void *b)
{
	const profile_word *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = n ? memcmp(x->text, y->text, n) : 0;

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

static void put_enum(vv_json_out *w, const profile_column *c)
{
	profile_word sorted[PROFILE_WORDS];

	memcpy(sorted, c->words, sizeof(sorted));
	qsort(sorted, c->word_count, sizeof(sorted[0]), by_bytes);
	vv_json_name(w, "enum");
	vv_json_open_array(w);
	for (size_t i = 0; i < c->word_count; i++) {
		vv_json_string_len(w, sorted[i].text, sorted[i].len);
	}
	vv_json_close_array(w);
}

/* "[A-Z.]{1,5}": of what looks like codes: no spaces, and lower-case letters only where
 * all are as long. */
static bool is_code(const profile_column *c)
{
	return !c->other && c->values > 0 && c->least > 0 && c->most <= CODE_LEN &&
	       (!c->lower || c->least == c->most) && (c->lower || c->upper || c->digit);
}

static void put_pattern(vv_json_out *w, const profile_column *c)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "[");
	vv_buf_puts(&b, c->upper ? "A-Z" : "");
	vv_buf_puts(&b, c->lower ? "a-z" : "");
	vv_buf_puts(&b, c->digit ? "0-9" : "");
	for (size_t i = 1; i < sizeof(c->mark) / sizeof(c->mark[0]); i++) {
		if (c->mark[i]) {
			vv_buf_putc(&b, marks[i]);
		}
	}
	vv_buf_puts(&b, c->mark[0] ? "-]" : "]"); /* a '-' at the end stands for itself */
	if (c->least == c->most) {
		vv_buf_printf(&b, "{%llu}", (unsigned long long)c->most);
	} else {
		vv_buf_printf(&b, "{%llu,%llu}", (unsigned long long)c->least,
			      (unsigned long long)c->most);
	}
	vv_json_name(w, "pattern");
	if (b.failed) {
		w->buf->failed = true;
	}
	vv_json_string_len(w, vv_buf_cstr(&b), b.len);
	vv_buf_clear(&b);
}

static bool put_constraints(vv_json_out *w, const profile_column *c, const vv_field *f)
{
	vv_type type = profile_type(c, f);
	bool required = c->missing == 0 && !profile_has_strangers(c, f) && c->values > 0;
	bool plain = type == f->type && c->values > 0 && !c->strange;
	bool words = plain && type == VV_TYPE_STRING && strcmp(f->format, "default") == 0 &&
		     !c->literal;
	bool number = plain && (type == VV_TYPE_INTEGER || type == VV_TYPE_NUMBER) && !c->negative;

	if (!required && !(words && (profile_is_enum(c) || is_code(c))) && !number) {
		return false;
	}
	vv_json_name(w, "constraints");
	vv_json_open_object(w);
	if (required) {
		vv_json_name(w, "required");
		vv_json_bool(w, true);
	}
	if (words && profile_is_enum(c)) {
		put_enum(w, c);
	} else if (words && is_code(c)) {
		put_pattern(w, c);
	}
	if (number) {
		vv_json_name(w, "minimum");
		vv_json_u64(w, 0);
	}
	if (number && !c->above_one) {
		vv_json_name(w, "maximum");
		vv_json_u64(w, 1);
	}
	vv_json_close_object(w);
	return true;
}

static void put_node(vv_json_out *w, const vv_json *node)
{
	vv_buf b = VV_BUF_INIT;

	vv_json_put_node(&b, node);
	if (b.failed) {
		w->buf->failed = true;
	}
	vv_json_raw(w, vv_buf_cstr(&b), b.len);
	vv_buf_clear(&b);
}

/* The field's missing values, and the words that stand for them in this column. */
static void put_missing(vv_json_out *w, const profile_column *c, const vv_field *f)
{
	vv_json_name(w, "missingValues");
	vv_json_open_array(w);
	for (size_t i = 0; f->missing && f->missing[i]; i++) {
		vv_json_string(w, f->missing[i]);
	}
	for (size_t i = 0; i < c->stranger_count; i++) {
		vv_json_string_len(w, c->strangers[i].text, c->strangers[i].len);
	}
	vv_json_close_array(w);
}

static void put_field(vv_json_out *w, const profile_column *c, const vv_field *f)
{
	vv_type type = profile_type(c, f);
	bool constrained = false, own = profile_has_strangers(c, f);

	vv_json_open_object(w);
	for (const vv_json *m = f->json ? f->json->first : NULL; m; m = m->next) {
		if (strcmp(m->name, "type") == 0 && type != f->type) {
			continue;
		}
		if ((strcmp(m->name, "format") == 0 && (c->strange || type != f->type)) ||
		    (strcmp(m->name, "missingValues") == 0 && own)) {
			continue;
		}
		constrained = constrained || strcmp(m->name, "constraints") == 0;
		vv_json_name(w, m->name);
		put_node(w, m);
		if (strcmp(m->name, "name") == 0 && type != f->type) {
			vv_json_name(w, "type");
			vv_json_string(w, vv_type_name(type));
		}
	}
	if (own) {
		put_missing(w, c, f);
	}
	if (!constrained) {
		put_constraints(w, c, f);
	}
	vv_json_close_object(w);
}

static void put_key(vv_json_out *w, const vv_profile *p)
{
	if (p->key_count == 0) {
		return;
	}
	vv_json_name(w, "primaryKey");
	vv_json_open_array(w);
	for (size_t i = 0; i < p->key_count; i++) {
		vv_json_string(w, p->t->schema.fields[p->key[i]].name);
	}
	vv_json_close_array(w);
}

vv_status vv_profile_schema(vv_buf *out, const vv_profile *p, vv_error *err)
{
	const vv_json *schema = p->t->schema.json;
	vv_json_out w;
	bool own = false;

	for (size_t i = 0; i < p->t->columns; i++) {
		own = own || profile_has_strangers(&p->columns[i], &p->t->schema.fields[i]);
	}
	vv_json_out_init(&w, out, 0);
	vv_json_open_object(&w);
	if (own &&
	    !(schema &&
	      vv_json_get(schema, "$schema"))) { /* fields have missing values since version 2 */
		vv_json_name(&w, "$schema");
		vv_json_string(&w, "https://datapackage.org/profiles/2.0/tableschema.json");
	}
	vv_json_name(&w, "fields");
	vv_json_open_array(&w);
	for (size_t i = 0; i < p->t->columns; i++) {
		put_field(&w, &p->columns[i], &p->t->schema.fields[i]);
	}
	vv_json_close_array(&w);
	for (const vv_json *m = schema ? schema->first : NULL; m; m = m->next) {
		if (strcmp(m->name, "fields") == 0 || strcmp(m->name, "primaryKey") == 0) {
			continue;
		}
		vv_json_name(&w, m->name);
		put_node(&w, m);
	}
	put_key(&w, p);
	vv_json_close_object(&w);
	return vv_buf_ok(out, err);
}

static void put_rule(vv_json_out *w, const char *code, const char *severity)
{
	vv_json_name(w, code);
	vv_json_open_object(w);
	vv_json_name(w, "severity");
	vv_json_string(w, severity);
}

void vv_profile_rules(vv_json_out *w, const vv_profile *p, const char *path)
{
	bool any = false;

	vv_json_open_object(w);
	vv_json_name(w, "path");
	vv_json_string(w, path);
	vv_json_name(w, "rules");
	vv_json_open_object(w);
	vv_json_name(w, "row-count");
	vv_json_open_object(w);
	vv_json_name(w, "min");
	vv_json_u64(w, p->t->root.rows > 0 ? 1 : 0);
	vv_json_close_object(w);
	put_rule(w, p->key_count ? "key-lost" : "rows-removed", "warning");
	vv_json_name(w, "max");
	vv_json_string(w, "5%");
	vv_json_close_object(w);
	put_rule(w, "null-share", "warning");
	vv_json_name(w, "max");
	vv_json_string(w, "5%");
	vv_json_close_object(w);
	for (size_t i = 0; i < p->t->columns; i++) {
		any = any || (p->t->schema.fields[i].type == VV_TYPE_STRING &&
			      profile_is_enum(&p->columns[i]));
	}
	if (any) {
		put_rule(w, "new-category", "warning");
		vv_json_name(w, "columns");
		vv_json_open_array(w);
		for (size_t i = 0; i < p->t->columns; i++) {
			if (p->t->schema.fields[i].type == VV_TYPE_STRING &&
			    profile_is_enum(&p->columns[i])) {
				vv_json_string(w, p->t->schema.fields[i].name);
			}
		}
		vv_json_close_array(w);
		vv_json_close_object(w);
	}
	vv_json_close_object(w);
	vv_json_close_object(w);
}
