/*
 * profile: collects facts about values in one walk over a version, and writes them as constraints
 * of Table Schema.
 */
#include "check/past/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/schema/infer.h"
#include "dataset/table/walk.h"
#include "diff/rows/key_unique.h"

#define ENUM_TIMES 5u        /* each word of an enumeration is in this many rows on average */
#define CODE_LEN 40u         /* characters of the longest code */
#define PROFILE_WORDS 20u    /* of an enumeration at most */
#define PROFILE_WORD_LEN 80u /* bytes of each at most */
#define PROFILE_STRANGERS 3u /* words that contradict the type and are treated as missing */

typedef struct profile_word {
	const char *text; /* in the profile's arena */
	size_t len;
	uint64_t count;
} profile_word;

typedef struct profile_column {
	uint64_t missing, values;
	profile_word words[PROFILE_WORDS];
	size_t word_count;
	bool many_words; /* more different values than that, or long ones */
	profile_word strangers[PROFILE_STRANGERS];
	size_t stranger_count;
	bool strange;         /* values contradict the type, and more than a few words do */
	bool not_number;      /* one of them is not a number either */
	uint64_t least, most; /* characters of the shortest and the longest text */
	bool lower, upper, digit,
		other; /* letters and digits met; other: anything that no code has */
	bool mark[4];  /* - . _ / met */
	bool negative, above_one;
	int64_t low, high; /* no number is less, none is greater */
	bool unbounded;    /* some number is not that short */
	bool unique;
	bool literal;    /* a JSON literal was met */
	vv_infer narrow; /* strings: of the values that are not a word for "missing" */
	bool not_narrow; /* more such words than a few */
} profile_column;

struct vv_profile {
	vv_table *t;
	vv_arena arena;
	profile_column *columns;
	size_t *key;
	size_t key_count; /* 0: no valid key */
	bool loose;       /* vv_profile_loosen: */
	unsigned slack;
	bool failed; /* memory ended while values were noted */
};

static const char marks[] = "-._/";

static bool is_enum(const profile_column *c)
{
	return !c->many_words && c->word_count > 1 &&
	       c->values >= (uint64_t)c->word_count * ENUM_TIMES;
}

static bool same_word(const profile_word *w, const vv_cell *cell)
{
	return w->len == cell->len && (w->len == 0 || memcmp(w->text, cell->text, w->len) == 0);
}

/* Counts the word; false when max is reached or memory ended (p->failed). */
static bool note_word(vv_profile *p, profile_word *words, size_t *count, size_t max,
		      const vv_cell *cell)
{
	for (size_t i = 0; i < *count; i++) {
		if (same_word(&words[i], cell)) {
			words[i].count++;
			/* the frequent ones are found sooner */
			if (i > 0 && words[i].count > words[i - 1].count) {
				profile_word w = words[i];
				words[i] = words[i - 1];
				words[i - 1] = w;
			}
			return true;
		}
	}
	if (*count == max || cell->len > PROFILE_WORD_LEN ||
	    !vv_utf8_valid(cell->text ? cell->text : "", cell->len)) {
		return false;
	}
	char *text = vv_arena_strndup(&p->arena, cell->text ? cell->text : "", cell->len);
	if (!text) {
		p->failed = true;
		return false;
	}
	words[*count] = (profile_word){text, cell->len, 1};
	(*count)++;
	return true;
}

static void note_letters(profile_column *c, const vv_cell *cell)
{
	uint64_t characters = 0;

	for (size_t i = 0; i < cell->len; i++) {
		unsigned char ch = (unsigned char)cell->text[i];
		const char *mark = ch ? strchr(marks, ch) : NULL;

		characters += (ch & 0xc0) != 0x80;
		if (ch >= 'a' && ch <= 'z') {
			c->lower = true;
		} else if (ch >= 'A' && ch <= 'Z') {
			c->upper = true;
		} else if (ch >= '0' && ch <= '9') {
			c->digit = true;
		} else if (mark) {
			c->mark[mark - marks] = true;
		} else {
			c->other = true;
		}
	}
	c->least = characters < c->least ? characters : c->least;
	c->most = characters > c->most ? characters : c->most;
}

/* The whole numbers around a number that is written as usual. */
static void note_bounds(profile_column *c, const vv_field *f, const vv_cell *cell)
{
	const bool minus = cell->len > 0 && cell->text[0] == '-';
	size_t i = minus;
	int64_t n = 0;
	bool part = false;

	for (; i < cell->len && vv_is_digit(cell->text[i]) && i < 16; i++) {
		n = n * 10 + (cell->text[i] - '0');
	}
	if (i + 1 < cell->len && cell->text[i] == '.' && f->type == VV_TYPE_NUMBER &&
	    f->decimal[0] == '.') {
		for (i++; i < cell->len && vv_is_digit(cell->text[i]); i++) {
			part = part || cell->text[i] != '0';
		}
	}
	c->unbounded = c->unbounded || i == minus || i < cell->len;
	if (c->unbounded) return;
	n = minus ? -n : n;
	const int64_t low = n - (part && minus), high = n + (part && !minus);
	c->low = c->values == 1 || low < c->low ? low : c->low;
	c->high = c->values == 1 || high > c->high ? high : c->high;
}

/* Notes the sign, and whether it is above one, from the spelling. */
static void note_amount(profile_column *c, const vv_field *f, const vv_cell *cell)
{
	size_t i = 0;

	for (; i < cell->len && strchr("0123456789-+", cell->text[i]) == NULL; i++) {
	}
	if (i == cell->len || cell->text[i] == '-') { /* NaN and INF have no bounds either */
		c->negative = true;
		return;
	}
	c->above_one = c->above_one || f->type != VV_TYPE_NUMBER || f->decimal[0] != '.' ||
		       !f->bare_number ||
		       (cell->len == 1 ? cell->text[0] > '1' : memcmp(cell->text, "0.", 2) != 0);
}

static bool field_accepts(const vv_table *t, const vv_field *f, const vv_cell *cell)
{
	return vv_form_is_typed(t->root.dialect.form) ? vv_field_accepts_json(f, cell)
						      : vv_field_accepts(f, cell);
}

/* A short word without digits may mean "missing". */
static bool is_missing_word(const vv_cell *cell)
{
	if (cell->state != VV_CELL_TEXT || cell->len == 0 || cell->len > 12 ||
	    !vv_utf8_valid(cell->text, cell->len)) {
		return false;
	}
	return !vv_array_find(cell->text, cell->len, it,
			      vv_is_digit(*it) || (unsigned char)*it < 0x20);
}

/* A word that means a missing value in any column of CSV, however frequent. */
static bool note_known(const vv_profile *p, profile_column *c, const vv_cell *cell)
{
	const uint16_t word = vv_form_is_typed(p->t->root.dialect.form) ? 0
									: vv_infer_missing(cell);

	c->narrow.missing |= word;
	return word != 0;
}

static void note_stranger(vv_profile *p, profile_column *c, const vv_field *f, const vv_cell *cell)
{
	vv_field number = *f;

	if (note_known(p, c, cell)) return;
	number.type = VV_TYPE_NUMBER;
	c->not_number = c->not_number || !field_accepts(p->t, &number, cell);
	if (c->strange || !is_missing_word(cell) ||
	    !note_word(p, c->strangers, &c->stranger_count, PROFILE_STRANGERS, cell)) {
		c->strange = true;
	}
}

/* Might a column of strings be one of numbers or dates, but for a few words? */
static void note_narrow(vv_profile *p, profile_column *c, const vv_cell *cell)
{
	if (c->not_narrow || note_known(p, c, cell)) return;
	if (!is_missing_word(cell)) {
		vv_infer_cells(&c->narrow, cell, 1);
	} else if (!note_word(p, c->strangers, &c->stranger_count, PROFILE_STRANGERS, cell)) {
		c->not_narrow = true;
	}
}

static vv_type type_of(const profile_column *c, const vv_field *f)
{
	uint64_t words = 0;

	if (c->strange) {
		return f->type == VV_TYPE_INTEGER && !c->not_number ? VV_TYPE_NUMBER
								    : VV_TYPE_STRING;
	}
	if (f->type != VV_TYPE_STRING || c->not_narrow || !c->narrow.any_value ||
	    (c->stranger_count == 0 && c->narrow.missing == 0)) {
		return f->type;
	}
	vv_array_each(c->strangers, c->stranger_count, stranger) {
		words += stranger->count;
	}
	return words * 2 < c->values ? vv_infer_type(&c->narrow, NULL) : f->type;
}

static bool has_strangers(const profile_column *c, const vv_field *f)
{
	return (c->stranger_count > 0 || c->narrow.missing != 0) && !c->strange &&
	       (f->type != VV_TYPE_STRING || type_of(c, f) != f->type);
}

static void note_cell(vv_profile *p, profile_column *c, const vv_field *f, const vv_cell *cell)
{
	if (vv_field_missing(f, cell)) {
		c->missing++;
		return;
	}
	c->values++;
	c->literal = c->literal || cell->state == VV_CELL_LITERAL;
	if (!field_accepts(p->t, f, cell)) {
		note_stranger(p, c, f, cell);
		return;
	}
	if (!c->many_words && !note_word(p, c->words, &c->word_count, PROFILE_WORDS, cell)) {
		c->many_words = true;
	}
	if (f->type == VV_TYPE_STRING) {
		note_letters(c, cell);
		note_narrow(p, c, cell);
	}
	if (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) {
		note_amount(c, f, cell);
		note_bounds(c, f, cell);
	}
}

static void note_batch(vv_profile *p, const vv_batch *b)
{
	for (size_t k = 0; k < p->t->columns; k++) {
		for (size_t i = 0; i < b->rows; i++) {
			note_cell(p, &p->columns[k], &p->t->schema.fields[k],
				  &b->cells[i * b->columns + k]);
		}
	}
}

static vv_status walk_groups(vv_profile *p, const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(p->t, NULL, 0, err);

	while (vv_group_walk_next(&w)) {
		w.rc = vv_progress_part(progress, "reading", w.batch.first_row + w.batch.rows,
					p->t->root.rows, err);
		note_batch(p, &w.batch);
	}
	return w.rc == VV_OK && p->failed ? vv_fail_nomem(err) : w.rc;
}

/* The version's key, if it is unique and has no missing value. */
static vv_status find_key(vv_profile *p, const char *temp_dir, vv_error *err)
{
	const vv_root *root = &p->t->root;
	bool unique = false, whole = root->key_count > 0;
	vv_status rc = VV_OK;

	if (!(p->key = vv_calloc(root->key_count + 1, sizeof(*p->key)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < root->key_count && whole; i++) {
		long at = vv_schema_find(&p->t->schema, root->key[i], strlen(root->key[i]));

		whole = at >= 0 && p->columns[at].missing == 0 && !p->columns[at].strange &&
			!has_strangers(&p->columns[at], &p->t->schema.fields[at]);
		p->key[i] = at >= 0 ? (size_t)at : 0;
	}
	if (whole &&
	    (rc = vv_key_unique(&unique, p->t, p->key, root->key_count, temp_dir, err)) == VV_OK &&
	    unique) {
		p->key_count = root->key_count;
	}
	return rc;
}

static void init_column(profile_column *c, const vv_table *t, const vv_field *f)
{
	c->least = UINT64_MAX;
	vv_infer_init(&c->narrow);
	c->not_narrow = vv_form_is_typed(t->root.dialect.form) || f->type != VV_TYPE_STRING ||
			strcmp(f->format, "default") != 0;
	for (size_t i = 0; i < t->root.key_count; i++) { /* in a key every text is a value */
		c->not_narrow = c->not_narrow || strcmp(t->root.key[i], f->name) == 0;
	}
}

vv_status vv_profile_make(vv_profile **out, vv_table *t, const char *temp_dir,
			  const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_profile) *p = NULL;
	vv_status rc;

	*out = NULL;
	if (t->root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "a version that is stored as a file has no columns");
	}
	if (!(p = vv_calloc(1, sizeof(*p)))) return vv_fail_nomem(err);
	p->t = t;
	p->columns = vv_calloc(t->columns + 1, sizeof(*p->columns));
	if (!p->columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->columns; i++) {
		init_column(&p->columns[i], t, &t->schema.fields[i]);
	}
	if ((rc = walk_groups(p, progress, err)) < 0 || (rc = find_key(p, temp_dir, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &p);
}

void vv_profile_loosen(vv_profile *p, unsigned percent)
{
	p->loose = true;
	p->slack = percent;
}

/* Among few values, or numbers with parts, none coming twice would be by chance. */
vv_status vv_profile_find_unique(vv_profile *p, const char *temp_dir, vv_error *err)
{
	vv_auto_free size_t *columns = vv_calloc(p->t->columns + 1, sizeof(*columns));
	vv_auto_free bool *unique = vv_calloc(p->t->columns + 1, sizeof(*unique));
	size_t count = 0;
	vv_status rc;

	if (!columns || !unique) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->t->columns; i++) {
		const profile_column *c = &p->columns[i];
		const vv_type type = p->t->schema.fields[i].type;

		if (c->many_words && !c->strange &&
		    (type == VV_TYPE_INTEGER || type == VV_TYPE_STRING) &&
		    !(p->key_count == 1 && p->key[0] == i)) {
			columns[count++] = i;
		}
	}
	if ((rc = vv_columns_unique(unique, p->t, columns, count, temp_dir, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		p->columns[columns[i]].unique = unique[i];
	}
	return VV_OK;
}

void vv_profile_free(vv_profile *p)
{
	if (!p) return;
	vv_arena_clear(&p->arena);
	vv_free_all(p->columns, p->key, p);
}

static int by_bytes(const void *a, const void *b)
{
	const profile_word *x = a, *y = b;

	return vv_fact_text_order(x->text, x->len, y->text, y->len);
}

static void put_enum(vv_json_out *w, const profile_column *c)
{
	profile_word sorted[PROFILE_WORDS];

	memcpy(sorted, c->words, sizeof(sorted));
	qsort(sorted, c->word_count, sizeof(sorted[0]), by_bytes);
	vv_json_add_array(w, "enum");
	for (size_t i = 0; i < c->word_count; i++) {
		vv_json_string_len(w, sorted[i].text, sorted[i].len);
	}
	vv_json_close_array(w);
}

/* Do the values look like codes ("[A-Z.]{1,5}")? No spaces, and lower-case letters only where
 * all values have the same length. */
static bool is_code(const profile_column *c)
{
	return !c->other && c->values > 0 && c->least > 0 && c->most <= CODE_LEN &&
	       (!c->lower || c->least == c->most) && (c->lower || c->upper || c->digit);
}

static void put_pattern(vv_json_out *w, const profile_column *c)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_puts(&b, "[");
	vv_buf_puts(&b, c->upper ? "A-Z" : "");
	vv_buf_puts(&b, c->lower ? "a-z" : "");
	vv_buf_puts(&b, c->digit ? "0-9" : "");
	for (size_t i = 1; i < sizeof(c->mark) / sizeof(c->mark[0]); i++) {
		if (c->mark[i]) {
			vv_buf_putc(&b, marks[i]);
		}
	}
	vv_buf_puts(&b, c->mark[0] ? "-]" : "]"); /* a '-' at the end is literal */
	if (c->least == c->most) {
		vv_buf_printf(&b, "{%llu}", (unsigned long long)c->most);
	} else {
		vv_buf_printf(&b, "{%llu,%llu}", (unsigned long long)c->least,
			      (unsigned long long)c->most);
	}
	vv_json_name(w, "pattern");
	if (b.failed) {
		vv_buf_fail(w->buf);
	}
	vv_json_string_len(w, vv_buf_cstr(&b), b.len);
}

static void put_bound(vv_json_out *w, const char *name, int64_t v)
{
	char text[32];

	vv_json_name(w, name);
	vv_json_raw(w, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v));
}

/* Minimum and maximum: bounds, or those that follow from the sign. */
static void put_range(const vv_profile *p, vv_json_out *w, const profile_column *c)
{
	const int64_t spread = c->high - c->low;
	int64_t margin = spread / 100 * p->slack + spread % 100 * p->slack / 100 + 1, unit = 1;
	int64_t low = c->low - margin, high = c->high + margin;

	if (p->slack == 0) {
		vv_json_put_members(
			w, {JSON_NUMBER_WHEN(!c->negative, "minimum", 0)},
			{JSON_NUMBER_WHEN(!c->negative && !c->above_one, "maximum", 1)});
		return;
	}
	for (; margin >= 10; margin /= 10) {
		unit *= 10;
	}
	low = low < 0 && c->low >= 0 ? 0 : low - (low % unit + unit) % unit;
	high = high > 0 && c->high <= 0 ? 0 : high + (unit - high % unit) % unit;
	put_bound(w, "minimum", low);
	put_bound(w, "maximum", high);
}

static bool put_constraints(const vv_profile *p, vv_json_out *w, const profile_column *c,
			    const vv_field *f)
{
	vv_type type = type_of(c, f);
	bool required = c->missing == 0 && !has_strangers(c, f) && c->values > 0;
	bool plain = type == f->type && c->values > 0 && !c->strange;
	bool words = plain && strcmp(f->format, "default") == 0 && !c->literal &&
		     (type == VV_TYPE_STRING ||
		      (p->loose && type == VV_TYPE_INTEGER && is_enum(c)));
	bool number = plain && (type == VV_TYPE_INTEGER || type == VV_TYPE_NUMBER) &&
		      (p->slack > 0 ? !c->unbounded && !words : !c->negative);
	bool unique = p->loose && c->unique;
	bool code = words && is_code(c) && !(p->loose && c->word_count == 1);

	if (!required && !(words && is_enum(c)) && !code && !number && !unique) return false;
	vv_json_add_object(w, "constraints");
	if (required) {
		vv_json_add_bool(w, "required", true);
	}
	if (words && is_enum(c)) {
		put_enum(w, c);
	} else if (code) {
		put_pattern(w, c);
	}
	if (number) {
		put_range(p, w, c);
	}
	if (unique) {
		vv_json_add_bool(w, "unique", true);
	}
	vv_json_close_object(w);
	return true;
}

static void put_missing(vv_json_out *w, const profile_column *c, const vv_field *f)
{
	vv_json_add_array(w, "missingValues");
	for (size_t i = 0; f->missing && f->missing[i]; i++) {
		vv_json_string(w, f->missing[i]);
	}
	for (size_t i = 0; i < VV_INFER_MISSING_COUNT; i++) {
		if ((c->narrow.missing >> i & 1) != 0) {
			vv_json_string(w, VV_INFER_MISSING[i]);
		}
	}
	vv_array_each(c->strangers, c->stranger_count, stranger) {
		vv_json_string_len(w, stranger->text, stranger->len);
	}
	vv_json_close_array(w);
}

static void put_field(const vv_profile *p, vv_json_out *w, const profile_column *c,
		      const vv_field *f)
{
	vv_type type = type_of(c, f);
	bool constrained = false, own = has_strangers(c, f);

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
		vv_json_node(w, m);
		if (strcmp(m->name, "name") == 0 && type != f->type) {
			vv_json_put_members(
				w, {JSON_TEXT("type", vv_type_name(type))},
				{JSON_TEXT_WHEN(type == VV_TYPE_DATETIME &&
							vv_infer_format(&c->narrow),
						"format", vv_infer_format(&c->narrow))});
		}
	}
	if (own) {
		put_missing(w, c, f);
	}
	if (!constrained) {
		put_constraints(p, w, c, f);
	}
	vv_json_close_object(w);
}

static void put_key(vv_json_out *w, const vv_profile *p)
{
	if (p->key_count == 0) return;
	vv_json_add_array(w, "primaryKey");
	for (size_t i = 0; i < p->key_count; i++) {
		vv_json_string(w, p->t->schema.fields[p->key[i]].name);
	}
	vv_json_close_array(w);
}

vv_status vv_profile_schema(vv_buf *out, const vv_profile *p, vv_error *err)
{
	const vv_json *schema = p->t->schema.json;
	const size_t count = p->t->columns;
	const bool own = vv_find_place(i, count,
				       has_strangers(&p->columns[i], &p->t->schema.fields[i])) <
			 count;
	vv_json_out w = vv_json_begin_object(out, 0);
	if (own &&
	    !(schema &&
	      vv_json_get(schema, "$schema"))) { /* fields have missing values since version 2 */
		vv_json_add_string(&w, "$schema",
				   "https://datapackage.org/profiles/2.0/tableschema.json");
	}
	vv_json_add_array(&w, "fields");
	for (size_t i = 0; i < p->t->columns; i++) {
		put_field(p, &w, &p->columns[i], &p->t->schema.fields[i]);
	}
	vv_json_close_array(&w);
	for (const vv_json *m = schema ? schema->first : NULL; m; m = m->next) {
		if (strcmp(m->name, "fields") == 0 || strcmp(m->name, "primaryKey") == 0) {
			continue;
		}
		vv_json_name(&w, m->name);
		vv_json_node(&w, m);
	}
	put_key(&w, p);
	vv_json_close_object(&w);
	return vv_buf_ok(out, err);
}
